import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { beforeEach, describe, expect, test } from 'vitest';
import { createSecretSigner } from '../../lib/keys/secret.ts';
import { NOW } from '../harness/policy.ts';
import { testSecrets } from '../harness/secrets.ts';

const ARN = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:github-app-AbCdEf';
const secrets = new Map<string, string>();
const aws = await testSecrets(secrets);
beforeEach(() => {
  aws.asked.length = 0;
});

function rsa() {
  return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
}
function pem(key: KeyObject, type: 'pkcs1' | 'pkcs8' = 'pkcs1'): string {
  return String(key.export({ type, format: 'pem' }));
}

let now = NOW;
function signer() {
  return createSecretSigner(ARN, { ...aws.setting, now: () => now });
}

test.each(['pkcs1', 'pkcs8'] as const)('a key in %s signs, and is read once', async type => {
  secrets.set(ARN, pem(rsa(), type));
  const signs = signer();
  const keys = createLocalJWKSet({ keys: [...(await signs.publicKeys())] });
  for (const iss of ['one', 'two']) {
    const { payload } = await jwtVerify(await signs.sign('JWT', { iss }), keys);
    expect(payload).toEqual({ iss });
  }
  expect(aws.asked).toHaveLength(1);
});

test('a key that was replaced is used five minutes later', async () => {
  secrets.set(ARN, pem(rsa()));
  const signs = signer();
  const [first] = await signs.publicKeys();
  secrets.set(ARN, pem(rsa()));
  now += 299;
  expect(await signs.publicKeys()).toEqual([first]);
  now += 1;
  expect(await signs.publicKeys()).not.toEqual([first]);
});

describe('there is no signature with', () => {
  const curve = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  test.each<[string, () => string | undefined]>([
    ['a key of another kind', () => pem(curve(), 'pkcs8')],
    ['half a key', () => pem(rsa()).slice(0, 400)],
    ['a text that is none', () => 'CanaryInTheSecret'],
    ['a secret that is not there', () => undefined],
  ])('%s, and what was there is not told', async (_name, text) => {
    const secret = text();
    if (secret === undefined) secrets.delete(ARN);
    else secrets.set(ARN, secret);
    const error = await signer()
      .sign('JWT', {})
      .catch((thrown: unknown) => thrown as Error);
    expect(error).toBeInstanceOf(Error);
    expect(String((error as Error).stack)).not.toMatch(/CanaryInTheSecret|MII/);
  });
});
