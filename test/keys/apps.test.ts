import { generateKeyPairSync } from 'node:crypto';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { expect, test } from 'vitest';
import { createAppSigners } from '../../lib/keys/apps.ts';
import { KEY, testKms } from '../harness/kms.ts';
import { testSecrets } from '../harness/secrets.ts';

const SECRET = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:github-app-AbCdEf';
const kms = await testKms();

test('an app signs by its own key in KMS', async () => {
  const signer = createAppSigners(new Map([['buildkite-app', KEY]]), kms.setting)('buildkite-app');
  const keys = createLocalJWKSet({ keys: [...((await signer?.publicKeys()) ?? [])] });
  expect((await jwtVerify((await signer?.sign('JWT', { iss: 'a' })) ?? '', keys)).payload).toEqual({
    iss: 'a',
  });
  expect(kms.calls.map(({ input }) => input['KeyId'])).toEqual([KEY, KEY]);
});

test('or by one in Secrets Manager, asked in the region of the secret', async () => {
  const pem = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
    type: 'pkcs1',
    format: 'pem',
  });
  const aws = await testSecrets(new Map([[SECRET, String(pem)]]));
  const signer = createAppSigners(new Map([['Iv23li', SECRET]]), aws.setting)('Iv23li');
  expect(await signer?.publicKeys()).toHaveLength(1);
  expect(aws.asked[0]?.headers.authorization).toContain('/eu-west-1/secretsmanager/');
});

test('T52: no app signs by the key of another', () => {
  expect(createAppSigners(new Map([['one', KEY]]), kms.setting)('two')).toBeUndefined();
});
