import { describe, expect, test } from 'vitest';
import { createPayload, createPushBuild, type TokenRequest, Unprocessable } from '../../lib/local/jobs.ts';
import type { JobClaims } from '../../lib/local/samples.ts';
import type { IssuerRow } from '../../lib/token/issuer.ts';
import { findPreset, PRESETS } from '../../lib/token/presets.ts';
import { blocks, DOCUMENTS, read } from '../harness/markdown.ts';
import { BUILDKITE, GITHUB, ISSUERS, NOW, roleFrom, rowsFrom } from '../harness/policy.ts';

const ROWS = rowsFrom(ISSUERS);
function rowOf(issuer: string): IssuerRow {
  const row = ROWS.get(issuer);
  if (!row) throw new Error(`no row for ${issuer}`);
  return row;
}
function mint(request: TokenRequest, claims: JobClaims = {}, issuer = BUILDKITE): JobClaims {
  return createPayload(rowOf(issuer), 'job-1', { issuer, claims }, request, NOW);
}

const UUID = expect.stringMatching(/^[\da-f]{8}-([\da-f]{4}-){3}[\da-f]{12}$/);

describe('a Buildkite token', () => {
  test('has the very claims of a real one', () => {
    const real = {
      organization_slug: 'example-org',
      pipeline_slug: 'example-pipeline',
      build_number: 5,
      build_branch: 'main',
      build_tag: null,
      build_commit: 'b5ffe3aeea51cec6c41aef16e45ee6bce47d8810',
      step_key: null,
      agent_id: '01945ecf-8bcf-40a6-9d70-a765db9a0928',
      build_source: 'ui',
      runner_environment: 'buildkite-hosted',
    };
    const made = createPayload(
      rowOf(BUILDKITE),
      '01945ecf-80f0-41e8-9b83-a2970a9305a1',
      { issuer: BUILDKITE, claims: real },
      { audience: 'rubygems.org' },
      1736757460.9,
    );
    expect(made).toEqual({
      ...real,
      iss: BUILDKITE,
      sub: 'organization:example-org:pipeline:example-pipeline:ref:refs/heads/main:commit:b5ffe3aeea51cec6c41aef16e45ee6bce47d8810:step:',
      aud: 'rubygems.org',
      iat: 1736757460,
      nbf: 1736757460,
      exp: 1736757760,
      jti: UUID,
      job_id: '01945ecf-80f0-41e8-9b83-a2970a9305a1',
    });
  });

  const ID = 'f892efa9-103e-4d28-97a1-3b8616a0994d';
  test.each<[name: string, request: TokenRequest, claims: JobClaims, expected: JobClaims]>([
    [
      'the organization as its usual audience',
      {},
      { organization_slug: 'acme' },
      { aud: 'https://buildkite.com/acme' },
    ],
    ['the audience that was asked for', { audience: 'https://a.example' }, {}, { aud: 'https://a.example' }],
    ['300 seconds when none are asked for', {}, {}, { exp: NOW + 300 }],
    ['300 seconds when 0 are asked for', { lifetime: 0 }, {}, { exp: NOW + 300 }],
    ['the 7200 seconds that are the most', { lifetime: 7200 }, {}, { exp: NOW + 7200 }],
    ['the tag in sub', {}, { build_tag: 'v1' }, { sub: expect.stringContaining(':ref:refs/tags/v1:') }],
    ['the step in sub', {}, { step_key: 'deploy' }, { sub: expect.stringMatching(/:step:deploy$/) }],
    [
      'an id that was asked for',
      { claims: ['organization_id'] },
      { organization_id: ID },
      { organization_id: ID },
    ],
    ['null for a queue that the job has not', { claims: ['queue_key'] }, {}, { queue_key: null }],
    [
      'an agent tag that was put',
      { claims: ['agent_tag:os'] },
      { 'agent_tag:os': 'linux' },
      { 'agent_tag:os': 'linux' },
    ],
    [
      'another subject, which it has as a claim too',
      { subject_claim: 'organization_id' },
      { organization_id: ID },
      { sub: ID, organization_id: ID },
    ],
  ])('has %s', (_name, request, claims, expected) => {
    expect(mint(request, claims)).toMatchObject(expected);
  });

  test.each([
    'organization_id',
    'pipeline_id',
    'build_id',
    'cluster_id',
    'cluster_name',
    'queue_id',
    'queue_key',
    'agent_tag:os',
  ])('has no %s unless asked, also when the job has one', name => {
    expect(mint({}, { [name]: 'known' })).not.toHaveProperty([name]);
    expect(mint({ claims: [name] }, { [name]: 'known' })).toHaveProperty([name], 'known');
  });

  test('has session tags as arrays of one text, null as empty text, and not the tagged claims', () => {
    const made = mint(
      { aws_session_tags: ['organization_id', 'build_number', 'build_tag'] },
      { organization_id: ID },
    );
    expect(made['https://aws.amazon.com/tags']).toEqual({
      principal_tags: { organization_id: [ID], build_number: ['1'], build_tag: [''] },
    });
    expect(made).not.toHaveProperty('organization_id');
  });

  test('has no session tags unless asked', () => {
    expect(mint({})).not.toHaveProperty(['https://aws.amazon.com/tags']);
  });
});

test.each<[name: string, request: TokenRequest]>([
  ['a claim that nobody knows', { claims: ['build_creator'] }],
  ['a claim that every object inherits', { claims: ['constructor'] }],
  ['a session tag that nobody knows', { aws_session_tags: ['build_creator'] }],
  ['a subject that can be renamed', { subject_claim: 'pipeline_slug' }],
  ['a subject that the job has not', { subject_claim: 'queue_id' }],
  ['a lifetime below zero', { lifetime: -1 }],
  ['a lifetime with a fraction', { lifetime: 1.5 }],
  ['a lifetime over two hours', { lifetime: 7201 }],
])('a token is refused for %s', (_name, request) => {
  expect(() => mint(request)).toThrow(Unprocessable);
});

test('a lifetime over two hours is refused in the words of Buildkite', () => {
  expect(() => mint({ lifetime: 14_400 })).toThrow(
    'Requested lifetime too high (requested: 14400 max: 7200)',
  );
});

test.each<[name: string, issuer: string, claims: JobClaims, expected: JobClaims]>([
  [
    'of GitHub names the repository in sub and its owner',
    GITHUB,
    { repository: 'acme/web', ref: 'refs/heads/next' },
    {
      sub: 'repo:acme@65/web@74:ref:refs/heads/next',
      aud: 'https://github.com/acme',
      repository_owner: 'acme',
    },
  ],
  [
    'of a plain issuer has the job as its sub, and what was put',
    'https://plain.example',
    { tenant: 't1' },
    { iss: 'https://plain.example', sub: 'job-1', tenant: 't1' },
  ],
])('a token %s', (_name, issuer, claims, expected) => {
  expect(mint({}, claims, issuer)).toMatchObject(expected);
});

describe('R17: the token of a stand-in says all that the page of its issuer shows', () => {
  /** What only some jobs have: those with an environment, people of groups, machines of a project. */
  const AT_TIMES =
    /^(environment|environment_protected|deployment_tier|deploymentEnvironmentUuid|groups_direct|user_identities|hd|google|organization_id|pipeline_id|build_id|cluster_.*|queue_.*)$/;
  const pages = DOCUMENTS.filter(page => page.startsWith('docs/issuers/') && !page.endsWith('README.md'));
  const shown = pages.flatMap(page => {
    const block = blocks(read(page)).find(({ words }) => words[0] === 'payload');
    const payload = JSON.parse(block?.text ?? '{}') as JobClaims;
    const row = [...ROWS.values()].find(
      ({ preset }) => preset && preset === findPreset(String(payload['iss'])),
    );
    return row ? [{ page, payload, row }] : [];
  });

  test('of every preset', () => {
    expect(shown.map(({ row }) => row.preset).sort()).toEqual(Object.keys(PRESETS).sort());
  });

  test.each(shown)('$page', ({ payload: real, row }) => {
    const made = mint({}, {}, row.issuer);
    expect(Object.keys(real).filter(name => !AT_TIMES.test(name) && !Object.hasOwn(made, name))).toEqual([]);
  });

  test('and claims of its own follow what was put', () => {
    expect(mint({}, { project_path: 'acme/shop', ref: 'next' }, 'https://gitlab.com')).toMatchObject({
      sub: 'project_path:acme/shop:ref_type:branch:ref:next',
      namespace_path: 'acme',
      ref_path: 'refs/heads/next',
      ci_config_ref_uri: 'gitlab.com/acme/shop//.gitlab-ci.yml@refs/heads/next',
    });
  });
});

describe('the build of a job that was never put', () => {
  test.each<[name: string, trust: string, expected: JobClaims]>([
    [
      'the first literal organization and pipeline',
      '{ organization_slug: acme, pipeline_slug: { in: [web, api] } }',
      { organization_slug: 'acme', pipeline_slug: 'web' },
    ],
    [
      'made-up names where the roles have patterns alone',
      '{ organization_slug: acme, pipeline_slug: { matches: "web-*" } }',
      { organization_slug: 'acme', pipeline_slug: 'my-pipeline' },
    ],
  ])('is of %s', (_name, claims, expected) => {
    const role = roleFrom(`trust: [{ iss: "${BUILDKITE}", claims: ${claims} }]`);
    expect(createPushBuild([role], BUILDKITE)).toEqual({ issuer: BUILDKITE, claims: expected });
  });

  test('looks past roles of other issuers', () => {
    const github = roleFrom(`trust: [{ iss: "${GITHUB}", claims: { repository: acme/web } }]`);
    const buildkite = roleFrom(`trust: [{ iss: "${BUILDKITE}", claims: { organization_slug: acme } }]`);
    expect(createPushBuild([github, buildkite], BUILDKITE).claims).toMatchObject({
      organization_slug: 'acme',
    });
  });
});
