import { describe, expect, test } from 'vitest';
import type { OauthTarget } from '../../../lib/policy/targets/oauth.ts';
import { grantFor } from '../../harness/grant.ts';
import { BUILDKITE, buildkiteClaims, decideFor, refusalsOf, roleFrom, saidOf } from '../../harness/policy.ts';
import { takeWhole, testRefusals } from '../../harness/refusals.ts';
import { table } from '../../harness/table.ts';

/** A role of oauth at an endpoint: its own lines begin on line 5, column 3. */
function oauth(endpoint: string, ...lines: string[]): string {
  return [
    'trust:',
    `  - { iss: ${BUILDKITE}, organization_slug: my-organization, build_branch: main }`,
    'oauth:',
    `  endpoint: ${endpoint}`,
    ...lines.map(line => `  ${line}`),
    '',
  ].join('\n');
}

const SCOPES = 'scopes: [read, write]';
const EXCHANGE = oauth('exchange', 'parameters: { account: deploy }', SCOPES);

test('T90: a target holds what the reviewed files say, and its subject is the role', () => {
  expect(grantFor<OauthTarget>(EXCHANGE).target).toEqual({
    kind: 'oauth',
    endpoint: 'exchange',
    url: 'https://login.acme.example/oauth/token',
    grant: 'token_exchange',
    body: 'form',
    headers: {},
    audience: 'https://login.acme.example',
    scoping: 'asked',
    allowPrivateNetwork: false,
    subject: 'role:tested',
    parameters: { resource: 'https://api.acme.example', account: 'deploy' },
    claims: {},
  });
});

describe('a slot is filled by a claim that every statement binds', () => {
  const role = oauth('exchange', `parameters: { account: "ci-\${build_branch}" }`, SCOPES);

  test('with its value', () => {
    expect(grantFor<OauthTarget>(role).target.parameters).toMatchObject({ account: 'ci-main' });
  });

  test('T42: and not by one that is not bound', () => {
    expect(refusalsOf(role.replace('build_branch}', 'pipeline_slug}'))).toEqual(['template-unbound 5:26']);
  });

  test('T42: and a value that could be read otherwise is denied', () => {
    const any = role
      .replace('build_branch: main', 'build_branch: { matches: "*" }')
      .replace('{ iss:', '{ iss:');
    const claims = any
      .replace('- { iss', '- { iss')
      .replace(
        'organization_slug: my-organization, build_branch: { matches: "*" } }',
        'claims: { organization_slug: my-organization, build_branch: { matches: "*" } } }',
      );
    const decision = decideFor(roleFrom(claims), buildkiteClaims({ build_branch: 'a&scope=admin' }));
    expect(saidOf(decision)).toBe('claim_not_usable');
  });
});

test('claims of ours are those that a jwt role may have', () => {
  const role = oauth(
    'exchange',
    'parameters: { account: a }',
    SCOPES,
    `claims: { team: web, at: "\${build_branch}" }`,
  );
  expect(grantFor<OauthTarget>(role).target.claims).toEqual({ team: 'web', at: 'main' });
});

test('T42: a claim of ours that cannot be filled is denied, by its place', () => {
  const role = oauth('exchange', 'parameters: { account: a }', SCOPES, `claims: { step: "\${step_key}" }`);
  const bound = role.replace(
    /- \{ iss: (\S+), (.*) \}/,
    '- { iss: $1, claims: { $2, step_key: { matches: "?*" } } }',
  );
  const decision = decideFor(roleFrom(bound), buildkiteClaims({ step_key: 'deploy *' }));
  expect(decision).toMatchObject({ reason: 'claim_not_usable', unusable: { place: 'oauth.claims.step' } });
});

describe('a session lasts as long as the row says', () => {
  test.each([
    ['exchange', 3600, 'parameters: { account: a }'],
    ['openrouter', 900, 'parameters: { federation_policy_id: 4b2f7d1e-8c3a-4e5f-9a6b-1c2d3e4f5a6b }'],
  ])('of %s: %i seconds', (endpoint, seconds, parameters) => {
    expect(grantFor(oauth(endpoint, parameters, SCOPES)).seconds).toBe(seconds);
  });

  test('and a step cannot have it shorter', () => {
    const asked = decideFor(roleFrom(EXCHANGE), buildkiteClaims(), { access: { seconds: 600 } });
    expect(saidOf(asked)).toBe('seconds_below_minimum');
  });
});

describe('a role of oauth is refused for', () => {
  testRefusals(takeWhole, [
    ['wrong-value 4:13', 'an endpoint that broker.yml lacks', oauth('exchanges', SCOPES)],
    [
      'template-refused 4:13, wrong-value 4:13',
      'T90: an endpoint that a claim names',
      oauth(`"\${pipeline_slug}"`, SCOPES),
    ],
    ['unknown-key 6:3', 'T91: a URL of its own', oauth('bearer', SCOPES, 'url: https://evil.example')],
    [
      'unknown-key 6:3',
      'T90: an audience of its own',
      oauth('bearer', SCOPES, 'audience: sts.amazonaws.com'),
    ],
    ['unknown-key 5:17', 'a slot that is not there', oauth('bearer', 'parameters: { account: a }', SCOPES)],
    [
      'unknown-key 5:17',
      'T90: an audience as a parameter',
      oauth('bearer', 'parameters: { audience: a }', SCOPES),
    ],
    [
      'unknown-key 5:17',
      'T90: another grant as a parameter',
      oauth('bearer', 'parameters: { grant_type: a }', SCOPES),
    ],
    [
      'unknown-key 5:29',
      'what the row fixes',
      oauth('exchange', 'parameters: { account: a, resource: b }', SCOPES),
    ],
    ['missing-key 4:3', 'a slot that it must fill', oauth('exchange', SCOPES)],
    [
      'scopes-refused 6:3',
      'scopes where the service has its own',
      oauth('openai', 'parameters: { identity_provider_id: a, service_account_id: b }', SCOPES),
    ],
    [
      'wrong-value 7:22',
      'an id that is none',
      oauth(
        'anthropic',
        'parameters:',
        '  federation_rule_id: fdrl_a',
        '  organization_id: acme',
        '  service_account_id: svac_a',
      ),
    ],
    [
      'wrong-value 6:13',
      'T90: the subject as a claim',
      oauth('bearer', SCOPES, 'claims: { sub: "role:other" }'),
    ],
    [
      'wrong-value 6:13',
      'T90: tags of AWS as a claim',
      oauth('bearer', SCOPES, 'claims: { "https://aws.amazon.com/tags": a }'),
    ],
  ]);

  testRefusals(
    oauth,
    table`
      scopes-refused 4:3 | no scopes | bearer
    `,
  );
});
