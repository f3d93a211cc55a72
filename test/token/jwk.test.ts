import { checkPrimeSync, generateKeyPairSync, generatePrimeSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { ClaimValue } from '../../lib/policy/claims.ts';
import { vetKey } from '../../lib/token/jwk.ts';

type Jwk = { readonly [name: string]: ClaimValue };

function exported(pair: { publicKey: { export(options: { format: 'jwk' }): unknown } }): Jwk {
  return { ...(pair.publicKey.export({ format: 'jwk' }) as Jwk), kid: 'k' };
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
  test.each<[name: string, jwk: Jwk, algorithm: string, allowed?: string[]]>([
    ['RSA that names its algorithm', { ...rsa, alg: 'RS256', use: 'sig' }, 'RS256'],
    ['RSA for PS256', { ...rsa, alg: 'PS256' }, 'PS256'],
    ['RSA that names none: the first of the row', rsa, 'RS256'],
    ['RSA that names none, in a row for PS256', rsa, 'PS256', ['PS256']],
    ['RSA with key_ops verify', { ...rsa, key_ops: ['verify'] }, 'RS256'],
    ['P-256', p256, 'ES256'],
    ['P-384, where the row allows it', p384, 'ES384'],
    ['Ed25519', ed25519, 'EdDSA'],
    ['T69: RSA of 8192 bits', { ...rsa, n: hex(`${'c5'.repeat(1022)}0007`) }, 'RS256'],
    ['T14: a kid of 256 characters', { ...rsa, kid: 'k'.repeat(256) }, 'RS256'],
    ['Ed25519 by its newer name', { ...ed25519, alg: 'Ed25519' }, 'EdDSA'],
  ])('%s', (_name, jwk, algorithm, allowed) => {
    expect(outcome(jwk, allowed)).toBe(`vetted ${algorithm}`);
  });
});

describe('a key is left out, and the others stand', () => {
  test.each<[name: string, jwk: ClaimValue, allowed?: string[]]>([
    ['T02: a symmetric key', { kty: 'oct', k: 'c2VjcmV0', kid: 'k' }],
    ['T04: RSA for an algorithm that the row lacks', { ...rsa, alg: 'PS256' }, ['RS256']],
    ['T04: P-384 where the row has ES256 alone', p384, ['ES256']],
    ['T04: a curve of another kind', secp256k1],
    ['T04: Ed448', ed448],
    ['T04: an algorithm of another kind of key', { ...p256, alg: 'RS256' }],
    ['T04: alg none', { ...rsa, alg: 'none' }],
    ['T04: for encryption', { ...rsa, use: 'enc' }],
    ['T04: for other operations', { ...rsa, key_ops: ['encrypt'] }],
    ['T06: RSA of 1024 bits', weak],
    ['T06: an exponent of 3', low],
    ['T06: an exponent of 1', { ...rsa, e: 'AQ' }],
    ['T06: an even exponent', { ...rsa, e: hex('010002') }],
    ['T69: an exponent of more than 32 bits', { ...rsa, e: hex('0100000001') }],
    ['T69: an exponent as long as a modulus', { ...rsa, e: rsa['n'] ?? '' }],
    ['T69: a modulus of more than 8192 bits', { ...rsa, n: hex(`ff${'ff'.repeat(1024)}`) }],
    ['T06: a modulus that can be factored (ROCA)', { ...rsa, n: roca() }],
    ['T06: a modulus that is a power of 3', { ...rsa, n: integer(3n ** 1_293n) }],
    ['T06: a modulus of 3 and 5 alone', { ...rsa, n: integer(3n ** 700n * 5n ** 410n) }],
    ['T06: a modulus with a factor of three digits', { ...rsa, n: integer(997n * prime(2040)) }],
    ['T06: a square', { ...rsa, n: integer(half ** 2n) }],
    ['T06: two primes next to each other', { ...rsa, n: integer(half * primeAfter(half)) }],
    ['T06: a Mersenne prime', { ...rsa, n: integer(2n ** 2_203n - 1n) }],
    ['T06: a number next to a power of two', { ...rsa, n: integer(2n ** 2_100n + 8_193n) }],
    ['T06: an even modulus', { ...rsa, n: hex(`ff${'00'.repeat(255)}`) }],
    ['T08: a modulus that is not canonical base64url', { ...rsa, n: `${String(rsa['n'])}=` }],
    ['T08: an x that is not canonical base64url', { ...p256, x: `${String(p256['x'])}=` }],
    ['T08: a y that is not canonical base64url', { ...p256, y: `${String(p256['y'])}=` }],
    ['T15: no modulus', { kty: 'RSA', e: 'AQAB', kid: 'k' }],
    ['T15: a point that is not on the curve', { ...p256, x: p256['y'] ?? '', y: p256['x'] ?? '' }],
    ['T15: an Ed25519 point that is too short', { ...ed25519, x: 'AQ' }],
    ['T14: no kid', { ...rsa, kid: null }],
    ['T14: an empty kid', { ...rsa, kid: '' }],
    ['T14: a kid of 257 characters', { ...rsa, kid: 'k'.repeat(257) }],
    ['T15: not an object', 'key'],
    ['T15: null', null],
    ['T15: a kty that is an object', { ...p256, kty: Object.create(null) }],
    ['T15: a curve that is an object', { ...p256, crv: Object.create(null) }],
    ['T15: a kty in a list', { ...p256, kty: ['EC'] }],
    ['T29: a kty that is the name of a built-in', { ...rsa, kty: '__proto__' }],
  ])('%s', (_name, jwk, allowed) => {
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
