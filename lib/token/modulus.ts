const ROCA_PRIMES = [
  3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107,
  109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
];

/** Is the residue a power of 65537 modulo the prime? */
function isPower(residue: number, prime: number): boolean {
  for (let power = 1, step = 0; step < prime; step++, power = (power * 65_537) % prime)
    if (power === residue) return true;
  return false;
}

/**
 * The fingerprint of keys that a faulty chip made and that can be factored (ROCA, CVE-2017-15361): modulo
 * each small prime the modulus is a power of 65537. Another key looks so once in some hundred million.
 */
function isRoca(modulus: bigint): boolean {
  return ROCA_PRIMES.every(prime => isPower(Number(modulus % BigInt(prime)), prime));
}

/** Odd primes below this are tried as factors: more would make a set of a hundred keys dear. */
const LARGEST_FACTOR = 2_000;

function listPrimes(): readonly number[] {
  // Bytes and not a set: this runs on the way to a first answer, and takes a fifth of the time.
  const composite = new Uint8Array(LARGEST_FACTOR);
  const primes: number[] = [];
  for (let prime = 3; prime < LARGEST_FACTOR; prime += 2) {
    if (composite[prime]) continue;
    primes.push(prime);
    for (let multiple = prime * prime; multiple < LARGEST_FACTOR; multiple += 2 * prime)
      composite[multiple] = 1;
  }
  return primes;
}

/** Primes whose product is still an exact number: one division of the modulus serves for all of them. */
type PrimeGroup = { readonly product: bigint; readonly primes: readonly number[] };

function groupPrimes(): readonly PrimeGroup[] {
  const groups: { product: number; primes: number[] }[] = [];
  for (const prime of listPrimes()) {
    const last = groups.at(-1);
    if (last && last.product * prime <= Number.MAX_SAFE_INTEGER) {
      last.product *= prime;
      last.primes.push(prime);
    } else groups.push({ product: prime, primes: [prime] });
  }
  return groups.map(({ product, primes }) => ({ product: BigInt(product), primes }));
}

let smallPrimes: readonly PrimeGroup[] | undefined;

function hasSmallFactor(modulus: bigint): boolean {
  smallPrimes ??= groupPrimes();
  return smallPrimes.some(({ product, primes }) => {
    const rest = Number(modulus % product);
    return primes.some(prime => rest % prime === 0);
  });
}

/** The greatest integer whose square is not above the value (Newton's method, from above). */
function findRoot(value: bigint): bigint {
  if (value === 0n) return 0n;
  let root = 1n << BigInt(value.toString(16).length * 2);
  for (;;) {
    const next = (root + value / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

/** By each of these a square leaves one of few remainders: of a hundred values that are none, one passes all four. */
const REMAINDERS = [64, 63, 65, 11].map(divisor => ({
  divisor: BigInt(divisor),
  left: new Set(Array.from({ length: divisor }, (_, root) => (root * root) % divisor)),
}));

/** Most values need no root, which takes twenty times as long as all remainders. */
function isSquare(value: bigint): boolean {
  const mayBe = REMAINDERS.every(({ divisor, left }) => left.has(Number(value % divisor)));
  return mayBe && findRoot(value) ** 2n === value;
}

/** Steps of Fermat's factoring: two primes so close that these find them were not drawn at random (CVE-2022-26320). */
const FERMAT_STEPS = 100;

/** Also of a square, whose primes are one. */
function hasCloseFactors(modulus: bigint): boolean {
  const root = findRoot(modulus);
  let middle = root ** 2n === modulus ? root : root + 1n;
  for (let step = 0; step < FERMAT_STEPS; step++, middle++) if (isSquare(middle ** 2n - modulus)) return true;
  return false;
}

/** Its upper half is all ones, or all zeros below the first: a Mersenne number and its like, never a product of two random primes. */
function isNearPowerOfTwo(modulus: bigint): boolean {
  const bits = modulus.toString(2);
  return /^1(0+|1+)$/.test(bits.slice(0, bits.length / 2));
}

/**
 * How an RSA modulus can be factored at sight, or undefined. Nobody can tell that of every modulus: one that is itself a
 * prime without such a form, or a product of primes that somebody knows, is not noticed.
 */
export function findWeakness(modulus: bigint): string | undefined {
  if (isRoca(modulus)) return 'a modulus that can be factored (ROCA)';
  if (hasSmallFactor(modulus)) return 'a modulus with a small factor';
  if (isNearPowerOfTwo(modulus)) return 'a modulus next to a power of two';
  return hasCloseFactors(modulus) ? 'a modulus of factors that are close to each other' : undefined;
}
