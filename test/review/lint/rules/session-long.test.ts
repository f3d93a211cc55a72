import { expect, test } from 'vitest';
import { sessionLong } from '../../../../lib/review/lint/rules/session-long.ts';
import { BROKER, foundBy, foundInRole, trusting } from '../../../harness/lint.ts';

const AWS = 'aws: { role_arn: "arn:aws:iam::123456789012:role/web", via: web_identity }';
function lasting(session: string): string {
  return trusting('organization_slug: acme, pipeline_slug: web', { rest: `${session}\n${AWS}` });
}

test('finds sessions of more than an hour', () => {
  expect(foundInRole(sessionLong, lasting('session: { seconds: 3601 }'))).toEqual(['seconds']);
});

test.each([
  ['an hour', 'session: { seconds: 3600 }'],
  ['more that a step may ask for', 'session: { seconds: 900, max_seconds: 43200 }'],
  ['what the provider gives', ''],
])('leaves %s alone', (_name, session) => {
  expect(foundInRole(sessionLong, lasting(session))).toEqual([]);
});

test('a default of broker.yml is found once, there', () => {
  const files = {
    'broker.yml': `${BROKER}session: { seconds: 7200, max_seconds: 7200 }\n`,
    'roles/a.yml': lasting(''),
    'roles/b.yml': lasting(''),
  };
  expect(foundBy(sessionLong, files)).toEqual(['seconds']);
});

test('what a provider cannot make shorter is left alone', () => {
  const GUID = '0ca3ddd9-f0b0-4635-a98c-5866526961b6';
  const azure = `azure: { tenant_id: ${GUID}, client_id: ${GUID}, scope: "https://management.azure.com/.default" }`;
  expect(foundInRole(sessionLong, trusting('organization_slug: acme', { rest: azure }))).toEqual([]);
});
