import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import { SignJWT } from 'jose';
import { beforeEach, describe, expect, test } from 'vitest';
import type { BrokerError } from '../../lib/errors.ts';
import { HARD_LIFETIME, PAUSE, SOFT_LIFETIME } from '../../lib/token/keys.ts';
import type { Verify } from '../../lib/token/verify.ts';
import { codeOf } from '../harness/code.ts';
import { tokenClaims, verifierOf } from '../harness/issuer.ts';
import { keysAt } from '../harness/network.ts';
import { NOW, rowsFrom } from '../harness/policy.ts';
import { listenToEnd } from '../harness/server.ts';

const JSON_TYPE = { 'content-type': 'application/json' };

function pair(kid: string) {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { kid, privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' } };
}
const old = pair('old');
const next = pair('next');

function published(...keys: object[]) {
  return (response: ServerResponse) => {
    response.writeHead(200, JSON_TYPE).end(JSON.stringify({ keys }));
  };
}

/** What a broken or hostile issuer does when asked for its keys. */
const MISBEHAVIOR: { readonly [name: string]: (response: ServerResponse) => void } = {
  'answers 500': response => void response.writeHead(500, JSON_TYPE).end('{}'),
  hangs: () => undefined,
  drips: response => {
    response.writeHead(200, JSON_TYPE);
    const timer = setInterval(() => response.write(' '), 100);
    response.on('close', () => clearInterval(timer));
  },
  redirects: response => void response.writeHead(302, { location: '/elsewhere' }).end(),
  'answers HTML': response => void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
  'publishes nothing': published(),
  'sends 50 MB': response => {
    response.writeHead(200, JSON_TYPE);
    const chunk = Buffer.alloc(1024 * 1024, 0x20);
    let left = 50;
    const write = (): void => {
      while (left-- > 0 && !response.destroyed)
        if (!response.write(chunk)) return void response.once('drain', write);
      response.end();
    };
    write();
  },
  'publishes a private key': published(old.jwk, { ...next.jwk, d: 'AQAB' }),
  'publishes two keys of one id': published(old.jwk, { ...next.jwk, kid: 'old' }),
  'drops the connection': response => void response.destroy(),
};

let behave: (response: ServerResponse) => void;
let asked: string[];
let verify: Verify;

const server = createServer((request, response) => {
  asked.push(request.url ?? '');
  behave(response);
});
const uri = `http://127.0.0.1:${await listenToEnd(server)}/jwks`;

beforeEach(() => {
  asked = [];
  behave = published(old.jwk);
  verify = verifierOf({ keys: keysAt(uri)() }, rowsFrom('- preset: buildkite'));
});

function sign({ kid, privateKey }: { kid: string; privateKey: KeyObject }, now: number): Promise<string> {
  return new SignJWT(tokenClaims({ iat: now, nbf: now, exp: now + 300 }))
    .setProtectedHeader({ alg: 'RS256', kid })
    .sign(privateKey);
}

/** `verified`, or the code of the refusal. */
async function outcome(key: typeof old, now: number): Promise<string> {
  const token = await sign(key, now);
  const code = await codeOf(() => verify(token, now));
  return code === 'none' ? 'verified' : code;
}

/** Puts another key id into the header of a real token. */
async function forging(): Promise<(kid: string) => string> {
  const [, payload = '', signature = ''] = (await sign(old, NOW)).split('.');
  return kid =>
    `${Buffer.from(JSON.stringify({ alg: 'RS256', kid })).toString('base64url')}.${payload}.${signature}`;
}

describe.each(Object.keys(MISBEHAVIOR))('an issuer that %s', name => {
  const misbehave = MISBEHAVIOR[name] ?? (() => undefined);

  test('D02: breaks nobody whose key is known, and its recovery is seen within 30 seconds', async () => {
    expect(await outcome(old, NOW)).toBe('verified');
    behave = misbehave;
    expect(await outcome(old, NOW + SOFT_LIFETIME)).toBe('verified');
    expect(await outcome(old, NOW + SOFT_LIFETIME + 1)).toBe('verified');
    expect(asked).toHaveLength(2);
    behave = published(next.jwk);
    expect(await outcome(next, NOW + SOFT_LIFETIME + PAUSE)).toBe('verified');
  });

  test("is our fault, not the token's, when nothing is known", async () => {
    behave = misbehave;
    expect(await outcome(old, NOW)).toBe('issuer_keys_unavailable');
  });
});

describe('an issuer over real HTTP', () => {
  test('D02: keys in hand serve for six hours of outage, and not longer', async () => {
    await outcome(old, NOW);
    behave = MISBEHAVIOR['answers 500'] ?? behave;
    expect(await outcome(old, NOW + HARD_LIFETIME - 1)).toBe('verified');
    expect(await outcome(old, NOW + HARD_LIFETIME)).toBe('issuer_keys_unavailable');
  });

  test('D03: rotates its key, and rotates back', async () => {
    expect(await outcome(old, NOW)).toBe('verified');
    behave = published(next.jwk);
    expect(await outcome(next, NOW + PAUSE)).toBe('verified');
    expect(await outcome(old, NOW + PAUSE + 1)).toBe('token_key_unknown');
    behave = published(old.jwk);
    expect(await outcome(old, NOW + 2 * PAUSE)).toBe('verified');
    expect(await outcome(next, NOW + 2 * PAUSE + 1)).toBe('token_key_unknown');
  });

  test('T72: sees one request in 30 seconds, and three spare ones, under a flood of 600 unknown key ids', async () => {
    await outcome(old, NOW);
    const flood = Array.from({ length: 100 }, (_, n) => `eyJ-${n}`);
    const forge = await forging();
    const codes = new Set<string>();
    for (const now of [0, 1, 2, 10, 20, 29].map(second => NOW + second))
      for (const code of await Promise.all(flood.map(kid => codeOf(() => verify(forge(kid), now)))))
        codes.add(code);
    expect(codes).toEqual(new Set(['token_key_unknown', 'issuer_keys_pending']));
    expect(asked).toHaveLength(1 + 3);
    expect(await outcome(old, NOW + 30)).toBe('verified');
  });

  test('T72: a flood of made-up key ids keeps nobody out for good after a rotation', async () => {
    await outcome(old, NOW);
    const forge = await forging();
    for (let n = 0; n < 10; n++) await verify(forge(`eyJ-${n}`), NOW + 1).catch(() => undefined);
    behave = published(old.jwk, next.jwk);
    const honest = await sign(next, NOW + 2);
    const refused = await verify(honest, NOW + 2).catch((error: BrokerError) => error);
    expect(refused).toMatchObject({ code: 'issuer_keys_pending', retryAfter: 29 });
    // Whoever floods on at the very second brings the new key for everybody.
    await verify(forge('eyJ'), NOW + 31).catch(() => undefined);
    expect((await verify(honest, NOW + 31)).keyId).toBe(next.kid);
  });

  test('T72: a token of bad form makes nobody ask for keys', async () => {
    await outcome(old, NOW);
    const forged = await sign(next, NOW - 7200);
    await expect(verify(forged, NOW + PAUSE)).rejects.toMatchObject({ code: 'token_expired' });
    expect(asked).toHaveLength(1);
  });

  test('T62: is asked for its keys at the configured address alone, never for a discovery document', async () => {
    await outcome(old, NOW);
    await outcome(next, NOW + PAUSE);
    expect(new Set(asked)).toEqual(new Set(['/jwks']));
  });

  test('T70: 100 answers of 50 MB leave memory flat', async () => {
    behave = MISBEHAVIOR['sends 50 MB'] ?? behave;
    await outcome(old, NOW);
    const before = process.memoryUsage().rss;
    for (let n = 1; n <= 100; n++)
      expect(await outcome(old, NOW + n * PAUSE)).toBe('issuer_keys_unavailable');
    // One such answer held whole would be more than this.
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024);
  });
});
