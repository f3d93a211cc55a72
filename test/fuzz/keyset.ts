import { deepEqual, equal, ok } from 'node:assert/strict';
import type { JsonWebKey } from 'node:crypto';
import type { ClaimValue } from '../../lib/policy/claims.ts';
import { type KeySet, KeySetError, MAX_KEYS, MAX_SET_BYTES, readKeySet } from '../../lib/token/keyset.ts';
import { objectReading } from './json.ts';
import { ACCEPTED, bytesOf, type Target } from './target.ts';

const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'];
/** As in lib/token/keyset.ts: a set has more members than a token. */
const MEMBERS = 8_192;

// Public keys of RFC 7517 §A.1 and RFC 8037 §A.2: a literal, so that an input means the same on each run.
const EC = {
  kty: 'EC',
  crv: 'P-256',
  x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4',
  y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM',
  kid: 'ec',
};
const RSA = {
  kty: 'RSA',
  n: '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw',
  e: 'AQAB',
  kid: 'rsa',
};
const OKP = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo', kid: 'okp' };
export const KEYS = [EC, RSA, OKP] as const;

type Members = { readonly [name: string]: ClaimValue };

function own(jwk: ClaimValue, name: string): ClaimValue | undefined {
  return jwk !== null && typeof jwk === 'object' && !Array.isArray(jwk) ? (jwk as Members)[name] : undefined;
}

const MATERIAL = { RSA: ['kty', 'n', 'e'], EC: ['kty', 'crv', 'x', 'y'], OKP: ['kty', 'crv', 'x'] } as const;

/** Without leading zeros, which some issuers write and which change no number. */
function unpadded(value: unknown): string {
  return Buffer.from(String(value), 'base64url')
    .toString('hex')
    .replace(/^(00)+/, '');
}

/** A key that was taken is the published one and no weaker than we allow, as the key itself says it. */
function vetted(
  listed: readonly ClaimValue[],
  [kid, { keyId, algorithm, key }]: readonly [string, KeyOf],
): void {
  equal(keyId, kid);
  ok(kid.length > 0 && kid.length <= 256);
  ok(ALGORITHMS.includes(algorithm));
  equal(key.type, 'public');
  const made: JsonWebKey = key.export({ format: 'jwk' });
  const names = MATERIAL[made.kty as keyof typeof MATERIAL];
  const same = (jwk: ClaimValue, name: keyof JsonWebKey & string): boolean =>
    ['n', 'e'].includes(name)
      ? unpadded(own(jwk, name)) === unpadded(made[name])
      : own(jwk, name) === made[name];
  const fits = (alg: ClaimValue | undefined): boolean =>
    alg === undefined || alg === algorithm || (alg === 'Ed25519' && algorithm === 'EdDSA');
  const published = (jwk: ClaimValue): boolean =>
    own(jwk, 'kid') === kid && fits(own(jwk, 'alg')) && names.every(name => same(jwk, name));
  ok(listed.some(published), 'a key that the set does not hold');
  const { modulusLength = 2048, publicExponent = 65_537n } = key.asymmetricKeyDetails ?? {};
  ok(
    modulusLength >= 2048 && modulusLength <= 8192 && publicExponent > 65_536n && publicExponent < 2n ** 32n,
  );
}
type KeyOf = KeySet extends ReadonlyMap<string, infer K> ? K : never;

/** Any bytes as a fetched key set. */
export function judgeKeySet(input: Uint8Array): string {
  const said = objectReading(input, MEMBERS);
  let skipped = 0;
  let set: KeySet;
  try {
    set = readKeySet(input, ALGORITHMS, why => {
      ok(/^[\x20-\x7e]{1,80}$/.test(why), 'what is told of a skipped key holds foreign text');
      skipped++;
    });
  } catch (error) {
    if (!(error instanceof KeySetError)) throw error;
    ok(/^[\x20-\x7e]{1,80}$/.test(error.message), 'the reason holds foreign text');
    return error.message.replace(/\d+/g, 'N');
  }
  ok(said, 'a set was taken that is not one well-formed object');
  const listed = said['keys'];
  ok(Array.isArray(listed) && listed.length <= MAX_KEYS);
  ok(set.size > 0);
  // One key that is listed again is one key.
  const again = listed.length - skipped - set.size;
  ok(again >= 0);
  const ids = new Set(listed.map(jwk => own(jwk, 'kid')));
  ok(again === 0 || ids.size < listed.length);
  for (const jwk of listed)
    deepEqual(
      ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth'].filter(name => own(jwk, name) !== undefined),
      [],
    );
  for (const each of set) vetted(listed, each);
  return ACCEPTED;
}

function text(...keys: unknown[]): Uint8Array {
  return bytesOf(JSON.stringify({ keys }));
}

export const keyset: Target = {
  name: 'keyset',
  seeds: [
    text(EC),
    text(RSA),
    text(OKP),
    text({ ...RSA, kid: 'ps', alg: 'PS256', use: 'sig', key_ops: ['verify'] }, ...KEYS),
  ],
  words: [
    ...Object.entries({ ...RSA, ...OKP, ...EC }).map(([name, value]) => `"${name}":${JSON.stringify(value)}`),
    ...'"alg":"RS256",¦"alg":"none",¦"alg":"Ed25519",¦"use":"enc",¦"key_ops":["verify"],'.split('¦'),
    ...'"d":"AQ",¦"keys":[¦"kid":"\\u0065c"¦"kid":null¦"crv":"secp256k1"¦"crv":"P-384"'.split('¦'),
    ...'"kty":"oct"¦"e":"Aw"¦"e":"AAEAAQ"¦"__proto__":{}¦\\ud800¦{¦}¦[¦]¦,¦:¦"¦null¦1.0'.split('¦'),
    ...'{},{},{},¦[['.split('¦'),
  ],
  most: MAX_SET_BYTES,
  judge: judgeKeySet,
};
