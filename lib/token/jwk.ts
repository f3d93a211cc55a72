import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import type { ClaimValue } from '../policy/claims.ts';
import { findWeakness } from './modulus.ts';

/** A public key that may verify signatures, with the one algorithm it may be used with (threat T04). */
export type VettedKey = { readonly keyId: string; readonly algorithm: string; readonly key: KeyObject };

/**
 * How the vetting of one member of a key set ended. `skipped` leaves the others standing; `refused` condemns the
 * whole set, since whoever published this cannot be believed about the rest (threat T15). `stated`: the key
 * itself names its algorithm, which is not the row's choice.
 */
export type KeyVetting =
  | { readonly vetted: VettedKey; readonly stated: boolean }
  | { readonly skipped: string }
  | { readonly refused: string };

type JwkMembers = { readonly [name: string]: ClaimValue };

const MAX_KEY_ID = 256;
const RSA_BITS = { min: 2048, max: 8192 } as const;
/** Exponents above 2^16 and below 2^32: 65537, and not 1 or 3, nor one that makes verifying dear (T06, T69). */
const EXPONENT = { above: 2n ** 16n, below: 2n ** 32n } as const;
const PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth'];

/** Which algorithms a kind of key can verify, by `kty` and curve. */
const ALGORITHMS: { readonly [kind: string]: readonly string[] } = {
  RSA: ['RS256', 'PS256', 'RS384', 'PS384', 'RS512', 'PS512'],
  'EC P-256': ['ES256'],
  'EC P-384': ['ES384'],
  'EC P-521': ['ES512'],
  'OKP Ed25519': ['EdDSA'],
};

/**
 * The encodings of Ed25519 points of small order, top bit cleared, in hex. With such a key one signature
 * verifies for every message: OpenSSL 3.0 accepts it (threat T07).
 */
const SMALL_ORDER = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
]);

function readBase64url(value: ClaimValue | undefined): Buffer | undefined {
  if (typeof value !== 'string' || !/^[A-Za-z0-9_-]+$/.test(value)) return undefined;
  const bytes = Buffer.from(value, 'base64url');
  return bytes.toString('base64url') === value ? bytes : undefined;
}

function readInteger(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString('hex') || '0'}`);
}

function findRsaFault(members: JwkMembers): string | undefined {
  const modulus = readBase64url(members['n']);
  const exponent = readBase64url(members['e']);
  if (!modulus || !exponent || exponent.length > 8) return 'n or e is not a base64url integer';
  const value = readInteger(modulus);
  const bits = value.toString(2).length;
  if (bits < RSA_BITS.min || bits > RSA_BITS.max) return `a modulus of ${bits} bits`;
  const power = readInteger(exponent);
  if (value % 2n === 0n || power % 2n === 0n) return 'an even modulus or exponent';
  if (power <= EXPONENT.above || power >= EXPONENT.below) return 'an exponent outside 2^16 to 2^32';
  return findWeakness(value);
}

function findEdwardsFault(members: JwkMembers): string | undefined {
  const point = readBase64url(members['x']);
  if (point?.length !== 32) return 'x is not 32 bytes';
  point[31] = (point[31] ?? 0) & 0x7f;
  return SMALL_ORDER.has(point.toString('hex')) ? 'a point of small order' : undefined;
}

function findMaterialFault(jwk: JwkMembers): string | undefined {
  if (jwk['kty'] === 'RSA') return findRsaFault(jwk);
  if (jwk['kty'] === 'OKP') return findEdwardsFault(jwk);
  return readBase64url(jwk['x']) && readBase64url(jwk['y']) ? undefined : 'x or y is not base64url';
}

/** Only the members that make the key: nothing else of the document reaches the importer. */
function pickMaterial(members: JwkMembers): JsonWebKey {
  const { kty, crv, n, e, x, y } = members;
  return (kty === 'RSA' ? { kty, n, e } : kty === 'EC' ? { kty, crv, x, y } : { kty, crv, x }) as JsonWebKey;
}

function isForVerifying(members: JwkMembers): boolean {
  const { use, key_ops: operations } = members;
  return (
    (use === undefined || use === 'sig') &&
    (operations === undefined || (Array.isArray(operations) && operations.includes('verify')))
  );
}

/** One key, one algorithm: the key's own `alg`, else the first of the row's that fits its kind (threat T04). */
function chooseAlgorithm(members: JwkMembers, allowed: readonly string[]): string | undefined {
  const { kty, crv, alg } = members;
  // Text alone: an object from the strict reader has no prototype, and String() of it throws.
  const kind =
    kty === 'RSA' ? 'RSA' : typeof kty === 'string' && typeof crv === 'string' ? `${kty} ${crv}` : '';
  const possible = Object.hasOwn(ALGORITHMS, kind) ? (ALGORITHMS[kind] ?? []) : [];
  // RFC 9864 gives EdDSA over this curve the name Ed25519; a key may publish either.
  const own = alg === 'Ed25519' ? 'EdDSA' : alg;
  return allowed.find(each => possible.includes(each) && (own === undefined || own === each));
}

/** Vets one member of a key set for an issuer that may sign with these algorithms. */
export function vetKey(jwk: ClaimValue, allowed: readonly string[]): KeyVetting {
  if (jwk === null || typeof jwk !== 'object' || Array.isArray(jwk)) return { skipped: 'not an object' };
  const members = jwk as JwkMembers;
  if (PRIVATE.some(name => Object.hasOwn(members, name)))
    return { refused: 'the private half of a key is published' };
  const { kid } = members;
  if (typeof kid !== 'string' || kid === '' || kid.length > MAX_KEY_ID)
    return { skipped: 'no kid of 1 to 256 characters' };
  if (!isForVerifying(members)) return { skipped: 'not for verifying signatures' };
  const algorithm = chooseAlgorithm(members, allowed);
  if (algorithm === undefined)
    return { skipped: 'of a kind or algorithm that this issuer is not trusted with' };
  const fault = findMaterialFault(members);
  if (fault !== undefined) return { skipped: fault };
  try {
    return {
      vetted: { keyId: kid, algorithm, key: createPublicKey({ key: pickMaterial(members), format: 'jwk' }) },
      stated: members['alg'] !== undefined,
    };
  } catch {
    return { skipped: 'not a key of its kind' };
  }
}
