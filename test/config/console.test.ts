import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { readConsoleData } from '../../lib/config/console.ts';
import { configFolder, folderOf, ROLES } from '../harness/local.ts';
import { AUDIENCE, placesOf } from '../harness/policy.ts';

const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const KEY = { ...publicKey.export({ format: 'jwk' }), kid: 'pinned', alg: 'RS256', use: 'sig' };

test('the page holds each role as its file has it', () => {
  const { data } = readConsoleData(configFolder());
  expect(data?.roles).toEqual(Object.entries(ROLES).map(([name, text]) => ({ name, text })));
  expect(data).toMatchObject({ url: AUDIENCE, audience: AUDIENCE, session: {} });
});

test('and no key, whether it is pinned in the file or fetched', () => {
  const { data } = readConsoleData(
    folderOf({
      'broker.yml': `url: ${AUDIENCE}
session: { seconds: 60, max_seconds: 120 }
issuers:
  - preset: buildkite
  - issuer: https://plain.example
    single_tenant: true
    jwks: { keys: [${JSON.stringify(KEY)}] }
`,
      'roles/publish.yml': ROLES.publish,
    }),
  );
  expect(data?.rows.map(({ origin }) => origin)).toEqual([{ keys: [] }, { keys: [] }]);
  expect(data?.session).toEqual({ seconds: 60, maxSeconds: 120 });
  expect(JSON.stringify(data)).not.toContain('jwk');
});

test('a folder that does not load gives its complaints and no data', () => {
  const folder = folderOf({
    'broker.yml': `url: ${AUDIENCE}\nissuers: []\n`,
    'roles/publish.yml': ROLES.publish,
  });
  const { data, complaints } = readConsoleData(folder);
  expect(data).toBeUndefined();
  expect(placesOf(complaints)).toContain('empty 2:10');
});
