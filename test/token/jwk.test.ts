import { checkPrimeSync, generateKeyPairSync, generatePrimeSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { ClaimValue } from '../../lib/policy/claims.ts';
import { vetKey } from '../../lib/token/jwk.ts';

type Jwk = { readonly [name: string]: ClaimValue };

function exported(pair: { publicKey: { export(options: { format: 'jwk' }): unknown } }): Jwk {
  return {
    ...(pair.publicKey.export({ format: 'jwk' }) as Jwk),
    kid: 'k',
  };
}

const rsa = exported(generateKeyPairSync('rsa', { modulusLength: 2048 }));
const weak = exported(generateKeyPairSync('rsa', { modulusLength: 1024 }));
const low = exported(generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 3 }));
const p256 = exported(generateKeyPairSync('ec', { namedCurve: 'P-256' }));
const p384 = exported(generateKeyPairSync('ec', { namedCurve: 'P-384' }));
const secp256k1 = exported(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }));
const ed25519 = exported(generateKeyPairSync('ed25519'));
const ed448 = exported(generateKeyPairSync('ed448'));

const ALL = ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'];
function hex(text: string): string {
  return Buffer.from(text, 'hex').toString('base64url');
}

/** `vetted ALG`, or which refusal it was. */
function outcome(jwk: ClaimValue, allowed = ALL): string {
  const each = vetKey(jwk, allowed);
  if ('vetted' in each) return `vetted ${each.vetted.algorithm}`;
  return Object.keys(each).join();
}

function integer(value: bigint): string {
  const digits = value.toString(16);
  return hex(digits.padStart(digits.length + (digits.length % 2), '0'));
}
function prime(bits: number): bigint {
  return generatePrimeSync(bits, { bigint: true });
}
const half = prime(1_025);
function primeAfter(from: bigint): bigint {
  return checkPrimeSync(from + 2n) ? from + 2n : primeAfter(from + 2n);
}

/** A modulus that looks as those of the faulty chip: a power of 65537 modulo the product of small primes. */
function roca(): string {
  const primes = [...Array(168).keys()].filter(
    n => n > 2 && [...Array(n).keys()].every(d => d < 2 || n % d !== 0),
  );
  const product = primes.reduce((sum, prime) => sum * BigInt(prime), 1n);
  let power = 1n;
  for (let step = 0; step < 12_345; step++) power = (power * 65_537n) % product;
  const near = (2n ** 2047n / product) * product + product + power;
  return hex((near % 2n === 1n ? near : near + product).toString(16).padStart(512, '0'));
}

describe('a key is vetted, with one algorithm', () => {
  test.each<{ name: string; jwk: Jwk; allowed?: string[]; algorithm: string }>([
    { name: 'RSA that names its algorithm', jwk: { ...rsa, alg: 'RS256', use: 'sig' }, algorithm: 'RS256' },
    { name: 'RSA for PS256', jwk: { ...rsa, alg: 'PS256' }, algorithm: 'PS256' },
    { name: 'RSA that names none: the first of the row', jwk: rsa, algorithm: 'RS256' },
    { name: 'RSA that names none, in a row for PS256', jwk: rsa, allowed: ['PS256'], algorithm: 'PS256' },
    { name: 'RSA with key_ops verify', jwk: { ...rsa, key_ops: ['verify'] }, algorithm: 'RS256' },
    { name: 'P-256', jwk: p256, algorithm: 'ES256' },
    { name: 'P-384, where the row allows it', jwk: p384, algorithm: 'ES384' },
    { name: 'Ed25519', jwk: ed25519, algorithm: 'EdDSA' },
    {
      name: 'T69: RSA of 8192 bits',
      jwk: { ...rsa, n: hex(`${'c5'.repeat(1022)}0007`) },
      algorithm: 'RS256',
    },
    { name: 'T14: a kid of 256 characters', jwk: { ...rsa, kid: 'k'.repeat(256) }, algorithm: 'RS256' },
    { name: 'Ed25519 by its newer name', jwk: { ...ed25519, alg: 'Ed25519' }, algorithm: 'EdDSA' },
  ])('$name', ({ jwk, allowed, algorithm }) => {
    expect(outcome(jwk, allowed)).toBe(`vetted ${algorithm}`);
  });
});

describe('a key is left out, and the others stand', () => {
  test.each<{ name: string; jwk: ClaimValue; allowed?: string[] }>([
    { name: 'T02: a symmetric key', jwk: { kty: 'oct', k: 'c2VjcmV0', kid: 'k' } },
    {
      name: 'T04: RSA for an algorithm that the row lacks',
      jwk: { ...rsa, alg: 'PS256' },
      allowed: ['RS256'],
    },
    { name: 'T04: P-384 where the row has ES256 alone', jwk: p384, allowed: ['ES256'] },
    { name: 'T04: a curve of another kind', jwk: secp256k1 },
    { name: 'T04: Ed448', jwk: ed448 },
    { name: 'T04: an algorithm of another kind of key', jwk: { ...p256, alg: 'RS256' } },
    { name: 'T04: alg none', jwk: { ...rsa, alg: 'none' } },
    { name: 'T04: for encryption', jwk: { ...rsa, use: 'enc' } },
    { name: 'T04: for other operations', jwk: { ...rsa, key_ops: ['encrypt'] } },
    { name: 'T06: RSA of 1024 bits', jwk: weak },
    { name: 'T06: an exponent of 3', jwk: low },
    { name: 'T06: an exponent of 1', jwk: { ...rsa, e: 'AQ' } },
    { name: 'T06: an even exponent', jwk: { ...rsa, e: hex('010002') } },
    { name: 'T69: an exponent of more than 32 bits', jwk: { ...rsa, e: hex('0100000001') } },
    { name: 'T69: an exponent as long as a modulus', jwk: { ...rsa, e: rsa['n'] ?? '' } },
    { name: 'T69: a modulus of more than 8192 bits', jwk: { ...rsa, n: hex(`ff${'ff'.repeat(1024)}`) } },
    { name: 'T06: a modulus that can be factored (ROCA)', jwk: { ...rsa, n: roca() } },
    { name: 'T06: a modulus that is a power of 3', jwk: { ...rsa, n: integer(3n ** 1_293n) } },
    { name: 'T06: a modulus of 3 and 5 alone', jwk: { ...rsa, n: integer(3n ** 700n * 5n ** 410n) } },
    { name: 'T06: a modulus with a factor of three digits', jwk: { ...rsa, n: integer(997n * prime(2040)) } },
    { name: 'T06: a square', jwk: { ...rsa, n: integer(half ** 2n) } },
    { name: 'T06: two primes next to each other', jwk: { ...rsa, n: integer(half * primeAfter(half)) } },
    { name: 'T06: a Mersenne prime', jwk: { ...rsa, n: integer(2n ** 2_203n - 1n) } },
    { name: 'T06: a number next to a power of two', jwk: { ...rsa, n: integer(2n ** 2_100n + 8_193n) } },
    { name: 'T06: an even modulus', jwk: { ...rsa, n: hex(`ff${'00'.repeat(255)}`) } },
    { name: 'T08: a modulus that is not canonical base64url', jwk: { ...rsa, n: `${String(rsa['n'])}=` } },
    { name: 'T08: an x that is not canonical base64url', jwk: { ...p256, x: `${String(p256['x'])}=` } },
    { name: 'T08: a y that is not canonical base64url', jwk: { ...p256, y: `${String(p256['y'])}=` } },
    { name: 'T15: no modulus', jwk: { kty: 'RSA', e: 'AQAB', kid: 'k' } },
    {
      name: 'T15: a point that is not on the curve',
      jwk: { ...p256, x: p256['y'] ?? '', y: p256['x'] ?? '' },
    },
    { name: 'T15: an Ed25519 point that is too short', jwk: { ...ed25519, x: 'AQ' } },
    { name: 'T14: no kid', jwk: { ...rsa, kid: null } },
    { name: 'T14: an empty kid', jwk: { ...rsa, kid: '' } },
    { name: 'T14: a kid of 257 characters', jwk: { ...rsa, kid: 'k'.repeat(257) } },
    { name: 'T15: not an object', jwk: 'key' },
    { name: 'T15: null', jwk: null },
    { name: 'T15: a kty that is an object', jwk: { ...p256, kty: Object.create(null) } },
    { name: 'T15: a curve that is an object', jwk: { ...p256, crv: Object.create(null) } },
    { name: 'T15: a kty in a list', jwk: { ...p256, kty: ['EC'] } },
    { name: 'T29: a kty that is the name of a built-in', jwk: { ...rsa, kty: '__proto__' } },
  ])('$name', ({ jwk, allowed }) => {
    expect(outcome(jwk, allowed)).toBe('skipped');
  });

  test.each([31, 33, 64])(
    'T15: an Ed25519 point of %i bytes, and its member is named to the operator',
    length => {
      const each = vetKey({ ...ed25519, x: Buffer.alloc(length, 5).toString('base64url') }, ALL);
      expect('skipped' in each && each.skipped).toMatch(/^x\b/);
    },
  );

  test.each([
    '0000000000000000000000000000000000000000000000000000000000000000',
    '0100000000000000000000000000000000000000000000000000000000000000',
    '0100000000000000000000000000000000000000000000000000000000000080',
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
  ])('T07: the small-order point %s', point => {
    expect(outcome({ ...ed25519, x: hex(point) })).toBe('skipped');
  });
});

describe('T15: a set with this key is refused whole', () => {
  test.each(['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth'])('the private member %s is published', member => {
    expect(outcome({ ...rsa, [member]: 'AQAB' })).toBe('refused');
  });
});
