import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import jsonwebtoken from 'jsonwebtoken';
import { expect, test } from 'vitest';
import { createKmsSigner } from '../../lib/keys/kms.ts';
import type { Signer } from '../../lib/keys/signer.ts';
import { serve } from '../../lib/serve.ts';
import { httpRequest, testBroker } from '../harness/broker.ts';
import { TRUST } from '../harness/grant.ts';
import { tokenClaims } from '../harness/issuer.ts';
import { KEY, NEXT_KEY, testKms } from '../harness/kms.ts';
import { AUDIENCE, NOW } from '../harness/policy.ts';
import { testServer } from '../harness/server.ts';

const API = 'https://api.test.example';
const CALLERS = 8;
const EACH = 6;

/** Signs by KMS; `rotate` deploys the other key as the one that signs. Both are published before and after. */
async function rotating() {
  const { setting } = await testKms();
  const [before, after] = [
    createKmsSigner({ ...setting, keys: [KEY, NEXT_KEY] }),
    createKmsSigner({ ...setting, keys: [NEXT_KEY, KEY] }),
  ];
  let current: Signer = before;
  const signer: Signer = {
    sign: (typ, claims) => current.sign(typ, claims),
    publicKeys: () => current.publicKeys(),
  };
  return { signer, rotate: () => void (current = after) };
}

const made = await rotating();
const rotate = made.rotate;
const broker = await testBroker({
  roles: { publish: `${TRUST}jwt: { audience: ${API} }\n` },
  signer: made.signer,
});
const server = await testServer(({ method, path }) =>
  serve(broker.broker, httpRequest({ method, path, headers: {} })),
);

async function issued(): Promise<string> {
  const subject_token = await broker.issuer.sign(tokenClaims({ iat: NOW, nbf: NOW, exp: NOW + 300 }));
  const { body } = await broker.ask({ audience: 'publish', subject_token });
  return (JSON.parse(body) as { access_token: string }).access_token;
}

type Verify = (token: string) => Promise<unknown>;

/** jose fetches the keys by itself, and again for a key that it does not know. */
function byJose(): Verify {
  const keys = createRemoteJWKSet(new URL(`${server.url}/.well-known/jwks.json`));
  const options = { issuer: AUDIENCE, audience: API, typ: 'at+jwt', currentDate: new Date(NOW * 1000) };
  return token => jwtVerify(token, keys, options);
}

/** jsonwebtoken is given the keys, here those of one answer that is kept for good. */
async function byJsonwebtoken(): Promise<Verify> {
  const answer = (await (await fetch(`${server.url}/.well-known/jwks.json`)).json()) as {
    keys: (JsonWebKey & { kid: string })[];
  };
  const keys = new Map(answer.keys.map(key => [key.kid, createPublicKey({ key, format: 'jwk' })]));
  return async token => {
    const kid = jsonwebtoken.decode(token, { complete: true })?.header.kid ?? '';
    const key = keys.get(kid);
    if (!key) throw new Error('the key is not known');
    const options = { algorithms: ['RS256' as const], issuer: AUDIENCE, audience: API, clockTimestamp: NOW };
    return jsonwebtoken.verify(token, key, options);
  };
}

function keyOf(token: string): unknown {
  return jsonwebtoken.decode(token, { complete: true })?.header.kid;
}

test('T52: through a rotation under load, two verifiers take every token', async () => {
  const verifiers = [byJose(), await byJsonwebtoken()];
  const tokens: string[] = [];
  const caller = async (index: number): Promise<void> => {
    for (let times = 0; times < EACH; times++) {
      // In the middle, while the other callers wait for their tokens.
      if (index === 0 && times === EACH / 2) rotate();
      const token = await issued();
      tokens.push(token);
      await Promise.all(verifiers.map(verify => verify(token)));
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, (_, index) => caller(index)));
  await Promise.all(tokens.flatMap(token => verifiers.map(verify => verify(token))));
  expect(tokens).toHaveLength(CALLERS * EACH);
  expect(new Set(tokens.map(keyOf)).size).toBe(2);
});

test('T01, T52: and none that was changed', async () => {
  const changed = (await issued()).replace(
    /\.[^.]+\./,
    `.${Buffer.from('{"sub":"role:admin"}').toString('base64url')}.`,
  );
  await expect(byJose()(changed)).rejects.toThrow();
  await expect((await byJsonwebtoken())(changed)).rejects.toThrow();
});
