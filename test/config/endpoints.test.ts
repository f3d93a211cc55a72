import { describe, expect, test } from 'vitest';
import { ENDPOINT_PRESETS } from '../../lib/config/endpoint-presets.ts';
import { loadConfig } from '../../lib/config/load.ts';
import { folderOf } from '../harness/local.ts';

const BROKER = `url: https://sts.acme.example
issuers: [{ preset: buildkite }]
endpoints:
`;
const ROLE = `trust: [{ iss: https://agent.buildkite.com, organization_slug: acme }]
`;
const JWT = `${ROLE}jwt: { audience: https://api.acme.example }\n`;
const BUILDS = `trust: [{ iss: https://agent.buildkite.com, organization_slug: acme, scopes: [read_builds] }]
buildkite: { client_id: wi_1, organization: acme, scopes: [read_builds] }
`;
const REGISTRY = `audience: https://packages.acme.example
path: /npm
trust: [{ iss: https://agent.buildkite.com, claims: { organization_slug: acme }, scopes: [read_packages] }]
methods: { GET: read_packages }
`;

/** What is wrong with these rows of endpoints, beside a `jwt` role and a registry: rules with lines, which begin at 4. */
function refusals(rows: string, more = ''): string[] {
  const folder = folderOf({
    'broker.yml': `${more}${BROKER}${rows}`,
    'roles/api.yml': JWT,
    'roles/builds.yml': BUILDS,
    'registries/npm.yml': REGISTRY,
  });
  return loadConfig(folder).complaints.map(({ rule, place }) => `${rule} ${place.line}:${place.column}`);
}

const OWN = '  own: { url: "https://a.example/token", grant: token_exchange, audience: a }\n';
const having = (more: string): string => OWN.replace(' }', `, ${more} }`);

test.each([
  ['of your own', OWN],
  ['of a preset', '  openai: { preset: openai, audience: a }\n'],
  [
    'of a preset with a URL of yours',
    '  d: { preset: databricks, url: "https://a.cloud.databricks.com/oidc/v1/token", audience: a }\n',
  ],
  [
    'with all that there is',
    having(
      'body: json, scopes: theirs, seconds: 60, allow_private_network: true, parameters: { resource: b }, slots: { c: optional }',
    ),
  ],
])('a row is taken %s', (_name, rows) => {
  expect(refusals(rows)).toEqual([]);
});

describe('T90: the audience of a row is nothing else’s', () => {
  test.each<[string, string, string[]]>([
    ['of AWS', 'sts.amazonaws.com', ['audience-shared 4:75']],
    ['of Entra', 'api://AzureADTokenExchange', ['audience-shared 4:75']],
    [
      'of a pool of Google',
      'https://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/abcd/providers/abcd',
      ['audience-shared 4:75'],
    ],
    ['of the broker', 'https://sts.acme.example', ['wrong-value 4:75']],
    ['of a jwt role', 'https://api.acme.example', ['wrong-value 4:75']],
    ['of a workload identity of Buildkite', 'https://buildkite.com/acme', ['wrong-value 4:75']],
    ['of a registry', 'https://packages.acme.example', ['wrong-value 4:75']],
  ])('%s', (_name, audience, expected) => {
    expect(refusals(OWN.replace('audience: a', `audience: "${audience}"`))).toEqual(expected);
  });

  test('of another row', () => {
    expect(refusals(`${OWN}${OWN.replace('own', 'other')}`)).toEqual(['wrong-value 5:77']);
  });
});

describe('a row is refused', () => {
  test.each<[string, string, string[]]>([
    ['T91: over plain HTTP', OWN.replace('https', 'http'), ['wrong-value 4:15']],
    ['T91: with a user in the URL', OWN.replace('a.example', 'a@a.example'), ['wrong-value 4:15']],
    ['T91: with a query in the URL', OWN.replace('/token', '/token?a=b'), ['wrong-value 4:15']],
    ['T91: with a slot in the URL', OWN.replace('/token', '/${pipeline_slug}/token'), ['wrong-value 4:15']],
    ['without an audience', OWN.replace(', audience: a', ''), ['missing-key 4:8']],
    ['without a URL', '  own: { grant: token_exchange, audience: a }\n', ['missing-key 4:8']],
    ['without a grant', OWN.replace(', grant: token_exchange', ''), ['missing-key 4:8']],
    ['with a grant that there is not', OWN.replace('token_exchange', 'password'), ['wrong-value 4:49']],
    ['T90: with the grant as a parameter', having('parameters: { subject_token: a }'), ['wrong-value 4:92']],
    ['T90: with the grant as a slot', having('slots: { grant_type: required }'), ['wrong-value 4:87']],
    ['T90: with the audience as a slot', having('slots: { audience: required }'), ['wrong-value 4:87']],
    ['T90: with the resource as a slot', having('slots: { resource: optional }'), ['wrong-value 4:87']],
    ['with a secret', having('parameters: { client_secret: a }'), ['wrong-value 4:92']],
    [
      'with one thing fixed and to be filled',
      having('parameters: { a: b }, slots: { a: required }'),
      ['wrong-value 4:8'],
    ],
    [
      'with another URL than its preset has',
      '  openai: { preset: openai, url: "https://a.example/t", audience: a }\n',
      ['wrong-value 4:11'],
    ],
    [
      'with a URL that is not of its preset',
      '  d: { preset: databricks, url: "https://databricks.evil.example/oidc/v1/token", audience: a }\n',
      ['wrong-value 4:6'],
    ],
    [
      'with what its preset has',
      '  openai: { preset: openai, audience: a, grant: jwt_bearer }\n',
      ['wrong-value 4:42'],
    ],
    ['with a name that is none', OWN.replace('own', 'Own_1'), ['wrong-value 4:10']],
    ['that lives too long', having('seconds: 86401'), ['wrong-value 4:87']],
  ])('%s', (_name, rows, expected) => {
    expect(refusals(rows)).toEqual(expected);
  });
});

test('every preset says where its documentation is', () => {
  for (const { documentation } of Object.values(ENDPOINT_PRESETS))
    expect(documentation).toMatch(/^https:\/\//);
});

test.each([
  ['no row says so', OWN, false],
  ['a row says so', having('allow_private_network: true'), true],
])('T91: a private network is reached where %s: %s', (_name, rows, allowed) => {
  const folder = folderOf({ 'broker.yml': `${BROKER}${rows}`, 'roles/api.yml': JWT });
  const { config } = loadConfig(folder);
  expect(config?.endpoints?.get('own')?.allowPrivateNetwork).toBe(allowed);
});
