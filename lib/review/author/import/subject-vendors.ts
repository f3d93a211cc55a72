import type { Scalar } from '../../../policy/condition.ts';
import { findPreset } from '../../../token/presets.ts';

/** A value of one claim, or a pattern of it. */
export type PartValue = { readonly value: Scalar; readonly wild: boolean };

type PartClaims = { readonly [claim: string]: PartValue };

/** The claims that a subject, or a pattern of subjects, speaks of. */
export type SubjectClaims = {
  readonly claims: PartClaims;
  /** Who has these claims is who can have this subject: it need not stand beside them. */
  readonly whole: boolean;
};

export function hasWildcard(text: string): boolean {
  return /[*?]/.test(text);
}

/** A claim's value from a part of the subject; `*` alone asks nothing of it. */
function readPartValue(claim: string, part: string): PartClaims {
  return part === '*' ? {} : { [claim]: { value: part, wild: hasWildcard(part) } };
}

/** How a label's value is read; undefined where it is none that this vendor writes. */
type SubjectPart = readonly [label: string, read: (value: string) => PartClaims | undefined];

function createPartReader(claim: string) {
  return (value: string): PartClaims | undefined => (value === '' ? undefined : readPartValue(claim, value));
}

/**
 * Reads `label:value:label:value…` part by part. A `*` at the end stands for all that follows. Whoever has the claims
 * has a subject of these parts, so nobody is admitted whom the whole pattern would not admit.
 */
function readParts(
  subject: string,
  separator: string,
  parts: readonly SubjectPart[],
): PartClaims | undefined {
  const pieces = subject.split(separator);
  let claims: PartClaims = {};
  for (const [index, [label, read]] of parts.entries()) {
    const [name, value] = pieces.slice(index * 2, index * 2 + 2);
    const last = index * 2 + 2 >= pieces.length;
    if (name === '*' && value === undefined && index > 0) return claims;
    if (name !== label || value === undefined) return undefined;
    const found = read(value);
    if (!found) return undefined;
    claims = { ...claims, ...found };
    if (last && index < parts.length - 1) return value.endsWith('*') ? claims : undefined;
  }
  return pieces.length === parts.length * 2 ? claims : undefined;
}

const NULL: PartValue = { value: null, wild: false };

function readBuildkiteRef(value: string): PartClaims | undefined {
  if (value === '*' || value === 'refs/*') return {};
  const [, kind, name = ''] = /^refs\/(heads|tags)\/(.+)$/.exec(value) ?? [];
  if (kind === 'heads') return { ...readPartValue('build_branch', name), build_tag: NULL };
  return kind === 'tags' ? { build_tag: { value: name, wild: hasWildcard(name) } } : undefined;
}

const BUILDKITE: readonly SubjectPart[] = [
  ['organization', createPartReader('organization_slug')],
  ['pipeline', createPartReader('pipeline_slug')],
  ['ref', readBuildkiteRef],
  ['commit', createPartReader('build_commit')],
  ['step', value => (value === '' ? { step_key: NULL } : readPartValue('step_key', value))],
];

const GITLAB: readonly SubjectPart[] = [
  ['project_path', createPartReader('project_path')],
  ['ref_type', createPartReader('ref_type')],
  ['ref', createPartReader('ref')],
];

const TERRAFORM: readonly SubjectPart[] = [
  ['organization', createPartReader('terraform_organization_name')],
  ['project', createPartReader('terraform_project_name')],
  ['workspace', createPartReader('terraform_workspace_name')],
  ['run_phase', createPartReader('terraform_run_phase')],
];

const CIRCLECI: readonly SubjectPart[] = [
  ['org', createPartReader('oidc.circleci.com/org-id')],
  ['project', createPartReader('oidc.circleci.com/project-id')],
  ['user', value => (value === '*' ? {} : undefined)],
];

function createWholeReading(claims: PartClaims | undefined): SubjectClaims | undefined {
  return claims && { claims, whole: true };
}

const UUID = '\\{[0-9A-Fa-f-]{36}\\}';

const BITBUCKET = new RegExp(`^(${UUID})(?::(${UUID}))?(?::\\*|\\*)$`);

function readBitbucket(subject: string): SubjectClaims | undefined {
  const [, repository, environment] = BITBUCKET.exec(subject) ?? [];
  if (repository === undefined) return undefined;
  const claims = {
    ...readPartValue('repositoryUuid', repository),
    ...(environment === undefined ? {} : readPartValue('deploymentEnvironmentUuid', environment)),
  };
  return { claims, whole: true };
}

/** `acme/web`, or `acme@65/web@74` since 2026-07-15: names, and their ids where they stand there. */
function readRepository(part: string): PartClaims {
  const [, owner, ownerId, rest = ''] = /^([\w-]+)(?:@(\d+))?\/(.*)$/.exec(part) ?? [];
  if (owner === undefined) return {};
  const [, name = '', id] = /^([^@]*)(?:@(\d+))?$/.exec(rest) ?? [];
  // Of `web*` at the end, and of `*b`, what stands before the first wildcard is sure.
  const sure = hasWildcard(name) ? name.replace(/[*?].*$/s, '*') : name;
  return {
    repository_owner: { value: owner, wild: false },
    ...(ownerId === undefined ? {} : { repository_owner_id: { value: ownerId, wild: false } }),
    ...(sure === '*' || sure === '' ? {} : readPartValue('repository', `${owner}/${sure}`)),
    ...(id === undefined ? {} : { repository_id: { value: id, wild: false } }),
  };
}

const CUSTOM_LABELS = [
  ...['repository', 'repository_id', 'repository_owner', 'repository_owner_id', 'environment', 'ref'],
  ...['job_workflow_ref', 'workflow', 'workflow_ref', 'event_name', 'actor', 'repository_visibility'],
];

/** A subject that its organization made of claims: what stands before the first wildcard is sure. */
function readCustom(subject: string): SubjectClaims | undefined {
  const pieces = subject.split(':');
  let claims: PartClaims = {};
  for (let index = 0; index + 1 < pieces.length; index += 2) {
    const [label = '', value = ''] = pieces.slice(index, index + 2);
    if (!CUSTOM_LABELS.includes(label) || hasWildcard(value) || value === '' || value.includes('%')) break;
    claims = { ...claims, ...readPartValue(label, value) };
  }
  return Object.keys(claims).length === 0 ? undefined : { claims, whole: false };
}

const GITHUB_LABELS = ['ref', 'environment', 'job_workflow_ref'];

/**
 * A subject of GitHub. Without ids it stays: since 2026-07-15 the subject of a repository that takes an old name over is
 * another one, and its claims are not. So does one that names a ref: a job with an environment has that claim too, and
 * another subject.
 */
function readGithub(subject: string): SubjectClaims | undefined {
  if (!subject.startsWith('repo:')) return readCustom(subject);
  const [repo, part = '', label, value, ...more] = subject.split(':');
  const claims = repo === 'repo' ? readRepository(part) : {};
  if (Object.keys(claims).length === 0) return undefined;
  // A colon in the name of an environment is %3A in the subject alone.
  const known = label !== undefined && value !== undefined && more.length === 0 && !value.includes('%');
  const context = known && value !== '' && GITHUB_LABELS.includes(label) ? readPartValue(label, value) : {};
  const named = 'repository_id' in claims && 'repository_owner_id' in claims;
  const all = label === '*' && value === undefined;
  return { claims: { ...claims, ...context }, whole: named && (all || 'environment' in context) };
}

export function readSubject(issuer: string, subject: string): SubjectClaims | undefined {
  switch (findPreset(issuer)) {
    case 'buildkite':
      return createWholeReading(readParts(subject, ':', BUILDKITE));
    case 'gitlab':
      return createWholeReading(readParts(subject, ':', GITLAB));
    case 'hcp-terraform':
      return createWholeReading(readParts(subject, ':', TERRAFORM));
    case 'circleci':
      return createWholeReading(readParts(subject, '/', CIRCLECI));
    case 'bitbucket':
      return readBitbucket(subject);
    case 'github-actions':
      return readGithub(subject);
    default:
      return undefined;
  }
}
