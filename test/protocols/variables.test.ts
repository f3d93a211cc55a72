import { expect, test } from 'vitest';
import { listVariables } from '../../lib/protocols/variables.ts';
import { NOW } from '../harness/policy.ts';

const END = '2027-01-15T08:00:00Z';

test('keys of AWS have the names that its SDKs read', () => {
  const keys = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'secret', sessionToken: 'session' };
  expect(Object.entries(listVariables({ kind: 'aws', ...keys, expiresAt: NOW }))).toEqual([
    ['KIND', 'aws'],
    ['AWS_ACCESS_KEY_ID', 'ASIAEXAMPLE'],
    ['AWS_SECRET_ACCESS_KEY', 'secret'],
    ['AWS_SESSION_TOKEN', 'session'],
    ['AWS_CREDENTIAL_EXPIRATION', END],
  ]);
});

test.each([
  ['jwt', ['ACCESS_TOKEN']],
  ['gcp', ['CLOUDSDK_AUTH_ACCESS_TOKEN', 'GOOGLE_OAUTH_ACCESS_TOKEN']],
  ['azure', ['AZURE_ACCESS_TOKEN']],
  ['github', ['GITHUB_TOKEN', 'GH_TOKEN']],
  ['buildkite', ['BUILDKITE_API_TOKEN']],
] as const)('a token of %s has the names %j', (kind, names) => {
  expect(Object.entries(listVariables({ kind, token: 'token', expiresAt: NOW }))).toEqual([
    ['KIND', kind],
    ...names.map(name => [name, 'token']),
    ['EXPIRES_AT', END],
  ]);
});
