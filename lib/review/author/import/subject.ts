import type { Scalar } from '../../../policy/condition.ts';
import { findPreset } from '../../../token/presets.ts';
import type { ClaimRule } from './imported.ts';

/** What one claim must be: a value, or a pattern. */
type Wanted = { readonly value: Scalar; readonly wild: boolean };
type Claims = { readonly [claim: string]: Wanted };

/** What a subject, or a pattern of subjects, says of other claims. */
type Reading = {
  readonly claims: Claims;
  /** Who has these claims is who can have this subject: it need not stand beside them. */
  readonly whole: boolean;
};

function isWild(text: string): boolean {
  return /[*?]/.test(text);
}

/** A claim's value from a part of the subject; `*` alone asks nothing of it. */
function wanted(claim: string, part: string): Claims {
  return part === '*' ? {} : { [claim]: { value: part, wild: isWild(part) } };
}

/** How a label's value is read; undefined where it is none that this vendor writes. */
type Part = readonly [label: string, read: (value: string) => Claims | undefined];

function plainPart(claim: string) {
  return (value: string): Claims | undefined => (value === '' ? undefined : wanted(claim, value));
}

/**
 * Reads `label:value:label:value…` part by part. A `*` at the end stands for all that follows. Whoever has the claims
 * has a subject of these parts, so nobody is admitted whom the whole pattern would not admit.
 */
function readParts(subject: string, separator: string, parts: readonly Part[]): Claims | undefined {
  const pieces = subject.split(separator);
  let claims: Claims = {};
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

const NULL: Wanted = { value: null, wild: false };

function readBuildkiteRef(value: string): Claims | undefined {
  if (value === '*' || value === 'refs/*') return {};
  const [, kind, name = ''] = /^refs\/(heads|tags)\/(.+)$/.exec(value) ?? [];
  if (kind === 'heads') return { ...wanted('build_branch', name), build_tag: NULL };
  return kind === 'tags' ? { build_tag: { value: name, wild: isWild(name) } } : undefined;
}

const BUILDKITE: readonly Part[] = [
  ['organization', plainPart('organization_slug')],
  ['pipeline', plainPart('pipeline_slug')],
  ['ref', readBuildkiteRef],
  ['commit', plainPart('build_commit')],
  ['step', value => (value === '' ? { step_key: NULL } : wanted('step_key', value))],
];

const GITLAB: readonly Part[] = [
  ['project_path', plainPart('project_path')],
  ['ref_type', plainPart('ref_type')],
  ['ref', plainPart('ref')],
];

const TERRAFORM: readonly Part[] = [
  ['organization', plainPart('terraform_organization_name')],
  ['project', plainPart('terraform_project_name')],
  ['workspace', plainPart('terraform_workspace_name')],
  ['run_phase', plainPart('terraform_run_phase')],
];

const CIRCLECI: readonly Part[] = [
  ['org', plainPart('oidc.circleci.com/org-id')],
  ['project', plainPart('oidc.circleci.com/project-id')],
  ['user', value => (value === '*' ? {} : undefined)],
];

function readWhole(claims: Claims | undefined): Reading | undefined {
  return claims && { claims, whole: true };
}

const UUID = '\\{[0-9A-Fa-f-]{36}\\}';
const BITBUCKET = new RegExp(`^(${UUID})(?::(${UUID}))?(?::\\*|\\*)$`);

function readBitbucket(subject: string): Reading | undefined {
  const [, repository, environment] = BITBUCKET.exec(subject) ?? [];
  if (repository === undefined) return undefined;
  const claims = {
    ...wanted('repositoryUuid', repository),
    ...(environment === undefined ? {} : wanted('deploymentEnvironmentUuid', environment)),
  };
  return { claims, whole: true };
}

/** `acme/web`, or `acme@65/web@74` since 2026-07-15: names, and their ids where they stand there. */
function readRepository(part: string): Claims {
  const [, owner, ownerId, rest = ''] = /^([\w-]+)(?:@(\d+))?\/(.*)$/.exec(part) ?? [];
  if (owner === undefined) return {};
  const [, name = '', id] = /^([^@]*)(?:@(\d+))?$/.exec(rest) ?? [];
  // Of `web*` at the end, and of `*b`, what stands before the first wildcard is sure.
  const sure = isWild(name) ? name.replace(/[*?].*$/s, '*') : name;
  return {
    repository_owner: { value: owner, wild: false },
    ...(ownerId === undefined ? {} : { repository_owner_id: { value: ownerId, wild: false } }),
    ...(sure === '*' || sure === '' ? {} : wanted('repository', `${owner}/${sure}`)),
    ...(id === undefined ? {} : { repository_id: { value: id, wild: false } }),
  };
}

const CUSTOM_LABELS = [
  ...['repository', 'repository_id', 'repository_owner', 'repository_owner_id', 'environment', 'ref'],
  ...['job_workflow_ref', 'workflow', 'workflow_ref', 'event_name', 'actor', 'repository_visibility'],
];

/** A subject that its organization made of claims: what stands before the first wildcard is sure. */
function readCustom(subject: string): Reading | undefined {
  const pieces = subject.split(':');
  let claims: Claims = {};
  for (let index = 0; index + 1 < pieces.length; index += 2) {
    const [label = '', value = ''] = pieces.slice(index, index + 2);
    if (!CUSTOM_LABELS.includes(label) || isWild(value) || value === '' || value.includes('%')) break;
    claims = { ...claims, ...wanted(label, value) };
  }
  return Object.keys(claims).length === 0 ? undefined : { claims, whole: false };
}

const GITHUB_LABELS = ['ref', 'environment', 'job_workflow_ref'];

/**
 * A subject of GitHub. Without ids it stays: since 2026-07-15 the subject of a repository that takes an old name over is
 * another one, and its claims are not. So does one that names a ref: a job with an environment has that claim too, and
 * another subject.
 */
function readGithub(subject: string): Reading | undefined {
  if (!subject.startsWith('repo:')) return readCustom(subject);
  const [repo, part = '', label, value, ...more] = subject.split(':');
  const claims = repo === 'repo' ? readRepository(part) : {};
  if (Object.keys(claims).length === 0) return undefined;
  // A colon in the name of an environment is %3A in the subject alone.
  const known = label !== undefined && value !== undefined && more.length === 0 && !value.includes('%');
  const context = known && value !== '' && GITHUB_LABELS.includes(label) ? wanted(label, value) : {};
  const named = 'repository_id' in claims && 'repository_owner_id' in claims;
  const all = label === '*' && value === undefined;
  return { claims: { ...claims, ...context }, whole: named && (all || 'environment' in context) };
}

function readSubject(issuer: string, subject: string): Reading | undefined {
  switch (findPreset(issuer)) {
    case 'buildkite':
      return readWhole(readParts(subject, ':', BUILDKITE));
    case 'gitlab':
      return readWhole(readParts(subject, ':', GITLAB));
    case 'hcp-terraform':
      return readWhole(readParts(subject, ':', TERRAFORM));
    case 'circleci':
      return readWhole(readParts(subject, '/', CIRCLECI));
    case 'bitbucket':
      return readBitbucket(subject);
    case 'github-actions':
      return readGithub(subject);
    default:
      return undefined;
  }
}

/** Why nobody has this subject, where the vendor's own form says so. */
export function explainImpossible(issuer: string, subject: string): string | undefined {
  if (findPreset(issuer) !== 'buildkite') return undefined;
  const [, ref] = /^organization:[^:]*:pipeline:[^:]*:ref:([^:]+)/.exec(subject) ?? [];
  return ref === undefined || /^(refs\/|\*|r?e?f?s?\*)/.test(ref)
    ? undefined
    : `Buildkite writes ref:refs/heads/${ref}, never ref:${ref}, so nobody has the subject ${JSON.stringify(subject)}.`;
}

function ruleOf(all: readonly Wanted[]): ClaimRule {
  const values = [...new Set(all.map(({ value }) => value))];
  if (all.some(({ wild }) => wild)) return { matches: values.length === 1 ? (values[0] ?? '') : values };
  return values.length === 1 ? { equals: values[0] ?? null } : { in: values };
}

/** A list may hold patterns and texts together, but null and what a pattern cannot hold. */
function canList(all: readonly Wanted[]): boolean {
  return (
    all.every(({ wild }) => !wild) ||
    all.every(({ value, wild }) => typeof value === 'string' && (wild || !/[[{\\]/.test(value)))
  );
}

type Group = { readonly [claim: string]: readonly Wanted[] };

function sameWanted(a: readonly Wanted[] = [], b: readonly Wanted[] = []): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Both in one, where they differ in one claim alone. */
function joinGroups(a: Group, b: Group): Group | undefined {
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length || !names.every(name => name in b)) return undefined;
  const differing = names.filter(name => !sameWanted(a[name], b[name]));
  const [name, ...others] = differing;
  if (name === undefined) return a;
  const both = [...(a[name] ?? []), ...(b[name] ?? [])];
  return others.length === 0 && canList(both) ? { ...a, [name]: both } : undefined;
}

function groupClaims(readings: readonly Reading[]): Group[] {
  const groups: Group[] = [];
  for (const { claims } of readings) {
    const one = Object.fromEntries(Object.entries(claims).map(([name, each]) => [name, [each]]));
    const at = groups.findIndex(group => joinGroups(group, one));
    const joined = at < 0 ? undefined : joinGroups(groups[at] ?? {}, one);
    if (joined) groups[at] = joined;
    else groups.push(one);
  }
  return groups;
}

type Rules = { readonly [claim: string]: ClaimRule };

function rulesOf(group: Group): Rules {
  return Object.fromEntries(Object.entries(group).map(([claim, all]) => [claim, ruleOf(all)]));
}

/** What every one of the subjects says, as rules that may stand beside `sub`. */
function commonRules(readings: readonly Reading[]): Rules {
  const [first, ...others] = readings;
  const shared = Object.keys(first?.claims ?? {}).filter(name => others.every(each => name in each.claims));
  const all = shared.map(name => [name, readings.map(({ claims }) => claims[name] as Wanted)] as const);
  return rulesOf(Object.fromEntries(all.filter(([, each]) => canList(each))));
}

function operandsOf(rule: ClaimRule): Wanted[] {
  const [[operator = '', operands] = []] = Object.entries(rule);
  return [operands ?? null]
    .flat()
    .map(value => ({ value, wild: operator === 'matches' && isWild(String(value)) }));
}

/** A rule on `sub` as rules on claims: several where no one statement says it. `kept`: `sub` must stay beside them. */
export type SubjectRules = { readonly rules: readonly Rules[]; readonly kept: boolean };

/** Reads what a rule on `sub` says of other claims, by the form that the vendor gives its subjects. */
export function readSubjects(issuer: string, rule: ClaimRule): SubjectRules {
  const operands = operandsOf(rule);
  const positive = ['equals', 'in', 'matches'].includes(Object.keys(rule).join());
  const readings = operands.map(({ value, wild }) =>
    typeof value === 'string' && positive && wild === isWild(value) ? readSubject(issuer, value) : undefined,
  );
  const known = readings.filter(each => each !== undefined);
  if (known.length < operands.length || known.length === 0) return { rules: [{}], kept: true };
  if (!known.every(({ whole, claims }) => whole && Object.keys(claims).length > 0))
    return { rules: [commonRules(known)], kept: true };
  return { rules: groupClaims(known).map(rulesOf), kept: false };
}
