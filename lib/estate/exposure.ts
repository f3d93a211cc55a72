import { listJobKinds } from '../jobs/jobs.ts';
import { ANY_NAME, type JobKind } from '../jobs/kind.ts';
import type { Statement } from '../policy/statement.ts';
import { findFacts } from '../review/author/import/issuer.ts';
import { createJobProbe } from '../review/compare/jobs.ts';
import { createClaimCondition, createProbe } from '../review/space/probe.ts';
import { createBox, createSearchSpace, type SearchedPolicy, searchSpace } from '../review/space/space.ts';
import { findPreset, PRESETS, type PresetName } from '../token/presets.ts';
import { createDirectAdmission, listDimensions } from './admission.ts';
import type { DirectStatement, DirectTrust } from './direct.ts';

/** Whom a direct trust lets in, in the words of kinds of jobs. */
export type Exposure = {
  readonly issuer: string;
  readonly preset: PresetName | undefined;
  /** Is a job of an organization that nobody named let in, be it one whose name only begins alike? */
  readonly anyOrganization: boolean;
  /** Is any pipeline or repository let in? */
  readonly anyPipeline: boolean;
  /** Names as the trust policy has them, patterns among them. */
  readonly organizations: readonly string[];
  readonly pipelines: readonly string[];
  /** Can nobody meet it? */
  readonly nobody: boolean;
  /** Kinds of jobs of which some token is let in. */
  readonly kinds: readonly JobKind[];
  /** Conditions of the policy that could not be read. */
  readonly doubts: readonly string[];
};

/** No role: a reading of IAM's own. */
function createOpenPolicy(issuer: string): SearchedPolicy {
  const { nullable, session, audiences } = findFacts(issuer);
  return {
    name: '',
    audience: '',
    trust: [],
    deny: [],
    issuers: { [issuer]: { nullable, session, audiences } },
  };
}

/** A job of an organization, or of a pipeline, of which nobody has heard. */
function createStrangerProbes(issuer: string, claim: string | undefined, pattern: string): Statement[] {
  return claim === undefined
    ? []
    : [createProbe(claim, issuer, [createClaimCondition(claim, 'matches', [pattern])])];
}

/** The values that a statement demands of a claim, patterns among them. */
function readNames(statement: DirectStatement, claim: string): string[] {
  const { readings, forms = [] } = statement;
  const written = readings
    .filter(each => each.claim === claim && !each.condition.operator.includes('Not'))
    .flatMap(each => each.condition.operands);
  const fromForms = forms.flat().flatMap(each => {
    const asked = each.claims.get(claim);
    if (!asked || 'absent' in asked || 'text' in asked) return [];
    return 'pattern' in asked ? [asked.pattern] : [asked.value ?? ''];
  });
  return [...written, ...fromForms];
}

function listAllows(trust: DirectTrust): DirectStatement[] {
  return trust.statements.filter(each => each.effect === 'trust' && !each.nobody);
}

function listBoundNames(trust: DirectTrust, claim: string | undefined): string[] {
  return claim === undefined ? [] : [...new Set(listAllows(trust).flatMap(each => readNames(each, claim)))];
}

/** Anybody can have an organization whose name begins as ours does. Below a `/` nobody else can have one. */
function isOpenName(name: string): boolean {
  const [before = ''] = name.split(/[*?]/);
  return before !== name && !before.includes('/');
}

/** Below `acme/` nobody but acme has a repository, whatever is said of the owner. */
function isOwned(trust: DirectTrust, pipeline: string | undefined): boolean {
  const isBelowOwner = (name: string): boolean => name.split(/[*?]/)[0]?.includes('/') === true;
  return listAllows(trust).every(each => {
    const names = pipeline === undefined ? [] : readNames(each, pipeline);
    return names.length > 0 && names.every(isBelowOwner);
  });
}

/** Of what could not be read the worst is taken: a demand that asks nothing, and a deny that never strikes. */
function readAsWorst(trust: DirectTrust): DirectTrust {
  return {
    issuer: trust.issuer,
    statements: trust.statements
      .filter(each => each.effect === 'trust' || each.doubts.length === 0)
      .map(each => ({ ...each, doubts: [] })),
  };
}

/** Those of the probes that some token meets which the trust lets in, and all whom it lets in, as boxes. */
function searchTrust(trust: DirectTrust, probes: readonly Statement[]) {
  const { issuer } = trust;
  const statements = [listDimensions(trust), ...probes];
  const space = createSearchSpace({ issuer, standings: [], statements, from: 0 });
  const { allows, denies } = createDirectAdmission(trust, space);
  const boxes = allows.flatMap(each => each.told);
  const policy = createOpenPolicy(issuer);
  const isAdmitted = (probe: Statement): boolean =>
    boxes.some(box => searchSpace(space, [...box, ...createBox(space, probe, policy)], denies) !== 'none');
  return { boxes, admitted: probes.filter(isAdmitted) };
}

/** Which kinds of jobs a trust policy of AWS lets in by tokens of one issuer: exact, for every token there can be. */
export function describeExposure(written: DirectTrust): Exposure {
  const trust = readAsWorst(written);
  const { issuer } = trust;
  const preset = findPreset(issuer);
  const { organization, pipeline } = preset ? PRESETS[preset].labels : {};
  const strangers = [
    ...createStrangerProbes(issuer, organization, `${ANY_NAME}*`),
    ...createStrangerProbes(issuer, pipeline, `*${ANY_NAME}*`),
  ];
  const jobs = listJobKinds(preset)
    .filter(each => each.tells !== undefined)
    .map(kind => ({ kind, probe: createJobProbe(kind, issuer) }));
  const { boxes, admitted } = searchTrust(trust, [...jobs.map(each => each.probe), ...strangers]);
  const isOpen = (claim: string | undefined): boolean =>
    strangers.some(each => each.id === claim && admitted.includes(each));
  const organizations = listBoundNames(trust, organization);
  return {
    issuer,
    preset,
    anyOrganization:
      organization === undefined
        ? preset === undefined && boxes.some(each => each.length === 0)
        : (isOpen(organization) && !isOwned(trust, pipeline)) || organizations.some(isOpenName),
    anyPipeline: isOpen(pipeline),
    nobody: boxes.length === 0,
    organizations,
    pipelines: listBoundNames(trust, pipeline),
    kinds: jobs.flatMap(({ kind, probe }) => (admitted.includes(probe) ? [kind] : [])),
    doubts: written.statements.flatMap(each => each.doubts),
  };
}

/** From what nobody need fear to what is open to the world. */
export const DANGERS = ['nobody', 'expected', 'colleague', 'any-pipeline', 'outsider', 'anyone'] as const;
export type ExposureDanger = (typeof DANGERS)[number];

/** How bad it is: by whoever can cause a job that is let in with the least rights. */
export function judgeExposure(exposure: Exposure): ExposureDanger {
  const { nobody, anyOrganization, anyPipeline, kinds } = exposure;
  if (nobody) return 'nobody';
  if (anyOrganization) return 'anyone';
  if (kinds.some(each => each.danger === 'outsider')) return 'outsider';
  if (anyPipeline) return 'any-pipeline';
  return kinds.some(each => each.danger === 'colleague') ? 'colleague' : 'expected';
}

const ORGANIZATIONS: { readonly [preset in PresetName]?: string } = {
  'github-actions': 'GitHub',
  gitlab: 'GitLab',
  buildkite: 'Buildkite',
  circleci: 'CircleCI',
  bitbucket: 'Bitbucket',
  'hcp-terraform': 'HCP Terraform',
};

const PIPELINES: { readonly [preset in PresetName]?: string } = {
  'github-actions': 'repository',
  gitlab: 'project',
  bitbucket: 'repository',
  circleci: 'project',
  'hcp-terraform': 'workspace',
};

/** At most so many names are listed: the rest is counted. */
const MOST_NAMES = 5;

function listShort(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMES).join(', ');
  return names.length > MOST_NAMES ? `${shown} and ${names.length - MOST_NAMES} more` : shown;
}

/** Whose jobs they are, in words. */
export function describeWho(exposure: Exposure): string {
  const { nobody, preset, issuer, anyOrganization, anyPipeline, organizations, pipelines } = exposure;
  const vendor = (preset && ORGANIZATIONS[preset]) ?? issuer;
  const pipeline = (preset && PIPELINES[preset]) ?? 'pipeline';
  if (nobody) return 'nobody';
  if (preset === undefined) return `whoever has a token of ${issuer} that the policy names`;
  const owner = listShort(organizations);
  if (anyOrganization)
    return organizations.length === 0
      ? `ANY ${pipeline} of ANY organization of ${vendor}`
      : `ANY organization of ${vendor} whose name fits ${owner}`;
  if (anyPipeline) return `any ${pipeline} of ${owner || 'the organization'} (${vendor})`;
  return pipelines.length > 0 ? `${listShort(pipelines)} (${vendor})` : `${owner || vendor}`;
}
