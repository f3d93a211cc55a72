import fc, { type Arbitrary } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareWithTrust, type Verdict } from '../../../../lib/estate/compare.ts';
import { readDirectTrusts } from '../../../../lib/estate/direct.ts';
import { findSampleClaims } from '../../../../lib/jobs/sample.ts';
import type { Role } from '../../../../lib/policy/role.ts';
import { importAws } from '../../../../lib/review/author/import/aws.ts';
import {
  type ImportEntry,
  type ImportedPolicy,
  listNotes,
  writeImportedRole,
} from '../../../../lib/review/author/import/imported.ts';
import { importOcto } from '../../../../lib/review/author/import/octo.ts';
import { readTrustStatements } from '../../../../lib/review/targets/trust.ts';
import { compile, decideFor, ISSUERS, rowsFrom } from '../../../harness/policy.ts';
import { type IamPolicy, type IamStatement, iamAdmits } from '../reading/iam.ts';
import { BUILDKITE_JOB, GITHUB_JOB, GITLAB_JOB, GOOGLE_JOB, type Job } from '../reading/jobs.ts';
import { isSubject, type OctoPolicy, octoMeets } from '../reading/octo.ts';

function compiled(made: ImportedPolicy): Role | undefined {
  return compile(writeImportedRole({ ...made, roleArn: undefined })).role;
}
function isExact(made: ImportedPolicy, but: number): boolean {
  return listNotes(made).filter(({ exact }) => !exact).length === but;
}

const GITHUB = 'token.actions.githubusercontent.com';

const SUBJECTS: { readonly [host: string]: readonly string[] } = {
  'agent.buildkite.com': [
    'organization:acme:pipeline:web:*',
    'organization:acme:pipeline:web*',
    'organization:acme:pipeline:*:ref:refs/heads/main:*',
    'organization:acme:pipeline:web:ref:refs/heads/main:commit:*:step:*',
    'organization:acme:pipeline:web:ref:refs/tags/*:commit:*:step:deploy',
    'organization:acme:pipeline:web:ref:refs/heads/release-*',
    'organization:acme:pipeline:web:ref:main:*',
    'organization:acme:pipeline:web:ref:refs/heads/main:commit:abc:step:',
    'organization:acme*',
    'organization:*:pipeline:web:*',
  ],
  [GITHUB]: [
    'repo:acme/web:ref:refs/heads/main',
    'repo:acme/web:*',
    'repo:acme/*',
    'repo:acme/web:ref:refs/heads/main*',
    'repo:acme/*:ref:refs/tags/v*',
    'repo:acme/web:environment:prod',
    'repo:acme/web:environment:*',
    'repo:acme/web:pull_request',
    'repo:acme/web*',
    'repo:acme@65/new@75:*',
    'repo:acme@65/new@75:ref:refs/heads/main',
    'repo:acme@65/new@75:environment:prod',
    'repo:acme@65/*',
    'repo:*/web:*',
  ],
  'gitlab.com': [
    'project_path:acme/web:ref_type:branch:ref:main',
    'project_path:acme/web:*',
    'project_path:acme/*:ref_type:branch:ref:main',
    'project_path:acme/*',
    'project_path:*:ref_type:branch:ref:main',
    'project_path:acme/web:ref_type:*:ref:v*',
  ],
  'accounts.google.com': ['1', '*', '2'],
};

const JOBS: { readonly [host: string]: Arbitrary<Job> } = {
  'agent.buildkite.com': BUILDKITE_JOB,
  [GITHUB]: GITHUB_JOB,
  'gitlab.com': GITLAB_JOB,
  'accounts.google.com': GOOGLE_JOB,
};

type Part = readonly [operator: string, key: string, operands: readonly string[]];

const OTHER_KEYS: {
  readonly [host: string]: readonly (readonly [key: string, operands: readonly string[]])[];
} = {
  'agent.buildkite.com': [
    ['aws:RequestTag/build_branch', ['main', 'm*', 'MAIN']],
    ['aws:RequestTag/build_tag', ['', 'v1', '*']],
    ['aws:RequestTag/organization_slug', ['acme']],
    ['agent.buildkite.com:build_source', ['webhook']],
    ['agent.buildkite.com:iss', ['https://agent.buildkite.com']],
  ],
  [GITHUB]: [
    [`${GITHUB}:ref`, ['refs/heads/main', 'refs/heads/*']],
    [`${GITHUB}:repository`, ['acme/web', 'acme/*']],
    [`${GITHUB}:repository_id`, ['74', '75']],
    [`${GITHUB}:environment`, ['prod', 'p*']],
    [`${GITHUB}:event_name`, ['push', 'pull_request']],
    [`${GITHUB}:iss`, [`https://${GITHUB}`, `http://${GITHUB}`]],
    [`${GITHUB}:actor`, ['octocat', 'Octocat']],
    ['aws:RequestTag/repository', ['acme/web']],
  ],
  'gitlab.com': [
    ['gitlab.com:project_path', ['acme/web']],
    ['aws:RequestTag/ref', ['main']],
  ],
  'accounts.google.com': [['accounts.google.com:oaud', ['for AWS']]],
};

const OPERATORS = [
  'StringEquals',
  'StringLike',
  'StringNotEquals',
  'StringNotLike',
  'StringEqualsIgnoreCase',
];
const operator = fc
  .tuple(
    fc.constantFrom('', '', '', 'ForAnyValue:', 'ForAllValues:'),
    fc.constantFrom(...OPERATORS, 'StringEquals', 'StringLike'),
    fc.constantFrom('', '', '', 'IfExists'),
  )
  .map(parts => parts.join(''));

function conditionsOf(parts: readonly Part[]): IamStatement['Condition'] {
  const made: { [operator: string]: { [key: string]: readonly string[] } } = {};
  for (const [name, key, operands] of parts) made[name] = { ...made[name], [key]: operands };
  return made as NonNullable<IamStatement['Condition']>;
}

function onSubject(host: string): Arbitrary<Part> {
  return fc.tuple(
    fc.constantFrom('StringLike', 'StringLike', 'StringLike', 'StringEquals', 'ForAnyValue:StringLike'),
    fc.constant(`${host}:sub`),
    fc.subarray([...(SUBJECTS[host] ?? [])], { minLength: 1, maxLength: 2 }),
  );
}

function onOther(host: string): Arbitrary<Part> {
  return fc
    .tuple(operator, fc.constantFrom(...(OTHER_KEYS[host] ?? [])), fc.nat(3))
    .map(([name, [key, operands], at]) => [name, key, at === 0 ? operands : operands.slice(0, 1)]);
}

function onAudience(host: string): Arbitrary<Part> {
  return fc.tuple(
    fc.constantFrom('StringEquals', 'ForAllValues:StringEquals'),
    fc.constant(`${host}:aud`),
    fc.constant(['for AWS']),
  );
}

function statement(Effect: 'Allow' | 'Deny', host: string, parts: readonly Part[]): IamStatement {
  return {
    Effect,
    Principal: {
      Federated: host === 'accounts.google.com' ? host : `arn:aws:iam::123456789012:oidc-provider/${host}`,
    },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: conditionsOf(parts) ?? {},
  };
}

type AwsScene = { readonly policy: IamPolicy; readonly jobs: readonly Job[] };

const AWS_SCENE: Arbitrary<AwsScene> = fc
  .constantFrom(...Object.keys(SUBJECTS), GITHUB, 'agent.buildkite.com')
  .chain(host => {
    const allow = fc
      .tuple(
        onSubject(host),
        fc.array(onOther(host), { maxLength: 1 }),
        fc.array(onAudience(host), { maxLength: 1 }),
      )
      .map(([subject, others, audience]) => statement('Allow', host, [...audience, ...others, subject]));
    const deny = fc.oneof(onSubject(host), onOther(host)).map(part => statement('Deny', host, [part]));
    return fc.record({
      policy: fc
        .tuple(
          fc.array(allow, { minLength: 1, maxLength: 2 }),
          fc.oneof(fc.constant([]), fc.constant([]), fc.tuple(deny)),
        )
        .map(([allows, denies]) => ({ Statement: [...allows, ...denies] })),
      jobs: fc.array(JOBS[host] ?? BUILDKITE_JOB, { minLength: 16, maxLength: 16 }),
    });
  });

type Importer<Policy> = (policy: Policy) => ImportedPolicy;

const imported: Importer<IamPolicy> = policy =>
  importAws({ statements: readTrustStatements(JSON.parse(JSON.stringify(policy))) });

/** Would IAM let in this job, with one of the tokens that it can have? */
function awsAdmits(policy: IamPolicy, { token, subjects }: Job): boolean {
  return subjects.some(sub => iamAdmits(policy, { token: { ...token, sub }, from: undefined }));
}

type Seen = { admitted: number; refused: number; exact: number };

const ROWS = rowsFrom(ISSUERS);

/** What the proof says, which has a reading of its own of both sides. */
function proveAws(policy: IamPolicy, role: Role): Verdict['is'] {
  const direct = readDirectTrusts(readTrustStatements(JSON.parse(JSON.stringify(policy))));
  return compareWithTrust({ role, rows: ROWS, direct, findSample: findSampleClaims }).is;
}

function countAws({ policy, jobs }: AwsScene, importer: Importer<IamPolicy>, seen: Seen): void {
  const made = importer(policy);
  const role = compiled(made);
  // Denies may be narrower without a word, and a branch with a colon is never taken for several parts. An importer
  // that was broken on purpose owes nothing here: without its binding a role is refused at load.
  const faithful =
    importer === imported && isExact(made, 1) && policy.Statement.every(({ Effect }) => Effect === 'Allow');
  const proved = role && proveAws(policy, role);
  const scene = JSON.stringify([policy, writeImportedRole(made)], null, 1);
  for (const each of jobs) {
    const ours = role !== undefined && decideFor(role, each.token).allowed;
    const theirs = awsAdmits(policy, each);
    seen[ours ? 'admitted' : 'refused']++;
    if (ours && !theirs && proved !== 'wider') throw new Error(`unproved: ${JSON.stringify(each)} ${scene}`);
    if (ours && !theirs) throw new Error(`wider: ${JSON.stringify(each)} ${scene}`);
    const odd =
      String(each.token['build_branch']).includes(':') ||
      each.token['sub'] !== each.subjects.find(sub => sub.includes(':'));
    if (proved === 'same' && theirs && !ours && !odd && each.token['azp'] === undefined)
      throw new Error(`not the same: ${JSON.stringify(each)} ${scene}`);
    if (!faithful || !theirs || odd) continue;
    if (!ours && each.token['azp'] === undefined)
      throw new Error(`narrower: ${JSON.stringify([policy, each.token, writeImportedRole(made)], null, 1)}`);
    seen.exact++;
  }
  if (proved === 'wider') throw new Error(`wider by the proof alone: ${scene}`);
}

type Held = { readonly seen: Seen; readonly failure: string };

function hold<Scene>(
  scenes: Arbitrary<Scene>,
  numRuns: number,
  count: (scene: Scene, seen: Seen) => void,
): Held {
  const seen: Seen = { admitted: 0, refused: 0, exact: 0 };
  const { errorInstance } = fc.check(
    fc.property(scenes, scene => count(scene, seen)),
    // No shrinking: what failed is told as it was.
    { numRuns, endOnFailure: true },
  );
  return { seen, failure: errorInstance === null ? '' : String((errorInstance as Error).message) };
}

function holdAws(importer: Importer<IamPolicy>, numRuns: number): Held {
  return hold(AWS_SCENE, numRuns, (scene, seen) => countAws(scene, importer, seen));
}

const OCTO_SUBJECTS = [
  'repo:acme/web:ref:refs/heads/main',
  'repo:acme/web:ref:refs/heads/.*',
  'repo:acme/web:ref:refs/(heads/main|tags/.+)',
  'repo:acme/.*',
  'repo:acme/web:.*',
  'repo:acme(@65)?/new(@75)?:ref:refs/heads/main',
  'repo:acme@65/new@75:.*',
  'repo:acme@65/new@75:environment:(prod|preview)',
  'repo:acme/web:ref:refs/tags/v[0-9]+',
  'repo:acme/web:ref:refs/tags/v[0-9]',
  'repo:acme/web:(pull_request|ref:refs/heads/(main|release-.*))',
  'repo:acme/web.*|repo:evil/web:.*',
  'repo:.*:ref:refs/heads/main',
];

const OCTO_CLAIMS: readonly (readonly [claim: string, patterns: readonly string[]])[] = [
  ['event_name', ['push', '(push|workflow_dispatch)', '[^p].*']],
  [
    'job_workflow_ref',
    ['acme/ci/.github/workflows/release.yaml@refs/heads/main', 'acme/ci/\\.github/workflows/.*'],
  ],
  ['ref', ['refs/heads/main', 'refs/heads/.*', 'refs/(heads|tags)/.+']],
  ['environment', ['prod', '.*', 'p.+']],
  ['actor', ['octocat', 'dependabot\\[bot\\]', '.*']],
];

type OctoScene = { readonly policy: OctoPolicy; readonly jobs: readonly Job[] };

const claim = fc
  .constantFrom(...OCTO_CLAIMS)
  .chain(([name, patterns]) => fc.tuple(fc.constant(name), fc.constantFrom(...patterns)));

const OCTO_SCENE: Arbitrary<OctoScene> = fc.record({
  policy: fc.record({
    issuer: fc.constant(`https://${GITHUB}`),
    subject_pattern: fc.constantFrom(...OCTO_SUBJECTS),
    claim_pattern: fc.array(claim, { maxLength: 2 }).map(all => Object.fromEntries(all)),
  }),
  jobs: fc.array(GITHUB_JOB, { minLength: 16, maxLength: 16 }),
});

const readOcto: Importer<OctoPolicy> = policy => importOcto({ ...policy });

function countOcto({ policy, jobs }: OctoScene, importer: Importer<OctoPolicy>, seen: Seen): void {
  const made = importer(policy);
  const role = compiled(made);
  for (const { token } of jobs) {
    const ours = role !== undefined && decideFor(role, token).allowed;
    const theirs = octoMeets(policy, token);
    seen[ours ? 'admitted' : 'refused']++;
    if (ours && !theirs)
      throw new Error(`wider: ${JSON.stringify([policy, token, writeImportedRole(made)], null, 1)}`);
    if (importer !== readOcto || !isExact(made, 1) || !theirs) continue;
    if (!ours)
      throw new Error(`narrower: ${JSON.stringify([policy, token, writeImportedRole(made)], null, 1)}`);
    seen.exact++;
  }
}

function holdOcto(importer: Importer<OctoPolicy>, numRuns: number): Held {
  return hold(OCTO_SCENE, numRuns, (scene, seen) => countOcto(scene, importer, seen));
}

describe('whoever the imported role admits, the source admits; and where nothing was lost, the other way round:', () => {
  test('an AWS trust policy, by a second reading of IAM', () => {
    const { seen, failure } = holdAws(imported, 150);
    expect(failure).toBe('');
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(10);
  });
  test('a policy of octo-sts, by a second reading of its rules', () => {
    const { seen, failure } = holdOcto(readOcto, 100);
    expect(failure).toBe('');
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(10);
  });
});

/** What octo-sts refuses before it reads a policy cannot be said here; a note says it. */
test('of the subjects that octo-sts never takes the reader is told', () => {
  const policy = { issuer: `https://${GITHUB}`, subject_pattern: 'repo:acme/web:.*' };
  expect([
    isSubject('repo:acme/web:ref:refs/heads/a$b'),
    isSubject('repo:acme/web:ref:refs/heads/a'),
  ]).toEqual([false, true]);
  expect(
    listNotes(importOcto(policy))
      .map(({ says }) => says)
      .join(),
  ).toContain('brackets');
});

function changed(made: ImportedPolicy, change: (entry: ImportEntry) => ImportEntry): ImportedPolicy {
  return { ...made, trust: made.trust.map(change) };
}

function without(...names: string[]) {
  return (entry: ImportEntry): ImportEntry => {
    if (!entry.draft) return entry;
    const claims = Object.fromEntries(
      Object.entries(entry.draft.claims).filter(([name]) => !names.includes(name)),
    );
    return Object.keys(claims).length === 0 ? entry : { ...entry, draft: { ...entry.draft, claims } };
  };
}

function dotted({ claim_pattern, ...policy }: OctoPolicy): OctoPolicy {
  const patterns = Object.entries(claim_pattern ?? {}).map(([name, each]) => [
    name,
    each.replace('\\.github', '.?github'),
  ]);
  return { ...policy, claim_pattern: Object.fromEntries(patterns) };
}

describe('an import that is wider is caught:', () => {
  test.each<[name: string, importer: Importer<IamPolicy>]>([
    ['sub of GitHub that did not stay', policy => changed(imported(policy), without('sub'))],
    ['a branch that was lost', policy => changed(imported(policy), without('build_branch'))],
    ['a tag that was lost', policy => changed(imported(policy), without('build_tag'))],
    ['a project that was lost', policy => changed(imported(policy), without('project_path', 'sub'))],
    ['a Deny that was lost', policy => ({ ...imported(policy), deny: [] })],
    [
      'a condition that IAM has no key for',
      ({ Statement }) =>
        imported({ Statement: Statement.map(each => ({ ...each, Condition: keysKnown(each) })) }),
    ],
  ])('AWS: %s', (_name, importer) => {
    expect(holdAws(importer, 3_000).failure).toMatch(/^wider/);
  });

  test.each<[name: string, importer: Importer<OctoPolicy>]>([
    ['sub that did not stay', policy => changed(readOcto(policy), without('sub'))],
    ['a claim that was lost', policy => changed(readOcto(policy), without('event_name'))],
    ['a dot that is any character', policy => readOcto(dotted(policy))],
  ])('octo-sts: %s', (_name, importer) => {
    expect(holdOcto(importer, 3_000).failure).toMatch(/^wider/);
  });
});

/** As an importer would that takes event_name for a thing that nobody asked for. */
function keysKnown({ Condition = {} }: IamStatement): NonNullable<IamStatement['Condition']> {
  const kept = Object.entries(Condition).map(
    ([name, keys]) =>
      [
        name,
        Object.fromEntries(Object.entries(keys).filter(([key]) => !/:(event_name|iss)$/.test(key))),
      ] as const,
  );
  return Object.fromEntries(kept);
}
