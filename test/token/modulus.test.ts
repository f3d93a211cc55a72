import { generateKeyPairSync, generatePrimeSync, randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { findWeakness } from '../../lib/token/modulus.ts';

function listPrimes(below: number): bigint[] {
  const numbers = [...Array(below).keys()].slice(2);
  return numbers.filter(n => numbers.every(d => d * d > n || n % d !== 0)).map(BigInt);
}

const SMALL = listPrimes(2_000).slice(1);

const PRODUCT = SMALL.filter(prime => prime <= 167n).reduce((all, prime) => all * prime, 1n);

/** The next odd number without a small factor that is the same modulo the primes of ROCA. */
function skipSmallFactors(modulus: bigint): bigint {
  const isPlain = modulus % 2n === 1n && SMALL.every(prime => modulus % prime !== 0n);
  return isPlain ? modulus : skipSmallFactors(modulus + PRODUCT);
}

/** A modulus of the faulty chip that nothing else gives away: a power of 65537 modulo small primes, and no small factor. */
function makeRocaModulus(): bigint {
  let power = 1n;
  for (let step = 0; step < 12_345; step++) power = (power * 65_537n) % PRODUCT;
  return skipSmallFactors(((3n * 2n ** 2046n) / PRODUCT) * PRODUCT + power);
}

/** As those of the chip, but modulo 11, where 65537 has the powers 1 and 10 alone. */
function makeNearRocaModulus(): bigint {
  return skipSmallFactors(makeRocaModulus() + PRODUCT / 11n);
}

function readModulus(): bigint {
  const { n = '' } = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' });
  return BigInt(`0x${Buffer.from(n, 'base64url').toString('hex')}`);
}

/** Two odd numbers as far apart as Fermat's way takes so many steps to find them, and without a small factor. */
function multiplyAtDistance(steps: bigint): bigint {
  const middle = BigInt(`0xc${randomBytes(128).toString('hex')}`) * 2n;
  // middle² − apart², where the root of the product is `steps` below the middle.
  const apart = findDistance(middle, steps);
  const product = (middle - apart) * (middle + apart);
  return SMALL.some(prime => product % prime === 0n) ? multiplyAtDistance(steps) : product;
}

/** The odd distance at which ⌈√(middle² − apart²)⌉ is `steps` below the middle: apart² is about 2 · middle · steps. */
function findDistance(middle: bigint, steps: bigint): bigint {
  let low = 1n;
  let high = middle;
  while (low < high) {
    const apart = (low + high + 1n) / 2n;
    if (apart ** 2n <= 2n * middle * steps - steps ** 2n) low = apart;
    else high = apart - 1n;
  }
  return low % 2n === 1n ? low : low - 1n;
}

describe('T06: a modulus that can be factored at sight is found by the one check that knows it', () => {
  test.each<[string, bigint]>([
    ['ROCA, without a small factor', makeRocaModulus()],
    ['a factor of four digits', 1_999n * generatePrimeSync(2_040, { bigint: true })],
    ['the square of a prime', generatePrimeSync(1_025, { bigint: true }) ** 2n],
    ['factors that the first step finds', multiplyAtDistance(1n)],
    ['factors that the last step finds', multiplyAtDistance(99n)],
    ['next to a power of two', 2n ** 2_100n + 8_193n],
  ])('%s', (_, modulus) => {
    expect(findWeakness(modulus)).toBeDefined();
  });

  test.each<[string, bigint]>([
    ['a key of OpenSSL', readModulus()],
    ['ROCA but for one prime', makeNearRocaModulus()],
    ['factors that one step more would find', multiplyAtDistance(101n)],
  ])('and %s is left alone', (_, modulus) => {
    expect(findWeakness(modulus)).toBeUndefined();
  });
});
