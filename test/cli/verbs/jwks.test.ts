import { createPublicKey, generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { describe, expect, test } from 'vitest';
import { createKmsSigner } from '../../../lib/keys/kms.ts';
import { runLine } from '../../harness/command-line.ts';
import { KEY, testKms } from '../../harness/kms.ts';
import { folderOf } from '../../harness/local.ts';

function printed(text: string) {
  return runLine(['jwks', `${folderOf({ key: text })}/key`]);
}

const kms = await testKms();

const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** As `aws kms get-public-key --output text` prints it. */
function spkiOf(jwk: object | undefined): string {
  const key = createPublicKey({ key: { ...jwk } as JsonWebKey, format: 'jwk' });
  return `${key.export({ type: 'spki', format: 'der' }).toString('base64')}\n`;
}

test('a key of KMS is printed by the id under which the broker signs with it', async () => {
  const signer = createKmsSigner({ ...kms.setting, keys: [KEY] });
  const token = await signer.sign('JWT', { iss: 'app' });
  const [jwk] = await signer.publicKeys();
  const { exits, out } = await printed(spkiOf(jwk));
  expect(exits).toBe(0);
  const { payload } = await jwtVerify(token, createLocalJWKSet(JSON.parse(out)));
  expect(payload).toEqual({ iss: 'app' });
});

test('a key in PEM is printed too, and of a private one the public half alone', async () => {
  const [open, secret] = [
    await printed(String(pair.publicKey.export({ type: 'spki', format: 'pem' }))),
    await printed(String(pair.privateKey.export({ type: 'pkcs1', format: 'pem' }))),
  ];
  expect(secret).toEqual(open);
  expect(Object.keys(JSON.parse(open.out).keys[0]).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
});

describe('no JWKS is made of', () => {
  const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
  test.each([
    ['a key of another kind', String(curve.export({ type: 'spki', format: 'pem' }))],
    ['half a key', String(pair.publicKey.export({ type: 'spki', format: 'pem' })).slice(0, 200)],
    ['a text', 'Q2FuYXJ5'],
    ['nothing', ''],
  ])('%s', async (_name, text) => {
    const { exits, out, error } = await printed(text);
    expect([exits, out]).toEqual([1, '']);
    expect(error).not.toMatch(/BEGIN|MFkw|MIIB/);
  });
});
