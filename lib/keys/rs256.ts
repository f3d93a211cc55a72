import { createHash, createPublicKey, type JsonWebKey, type KeyObject, sign, verify } from 'node:crypto';
import type { JWK } from 'jose';

/** Every relying party takes it, and no other is taken by all. */
export const ALGORITHM = 'RS256';

/** A public key of ours, and what the JWKS says of it. */
export type PublicKey = { readonly key: KeyObject; readonly jwk: JWK & { readonly kid: string } };

/** A public key with whatever signs by its private half. */
export type SigningKey = PublicKey & { readonly sign: (signed: Buffer) => Buffer | Promise<Buffer> };

/** The key, or what was made with it, is not what it must be. Its message names no value. */
export class KeyUnusable extends Error {
  override readonly name = 'KeyUnusable';
}

/** RFC 7638 §3: the required members in their order, without white space. */
function computeThumbprint(jwk: JWK): string {
  const { e, kty, n } = jwk;
  return createHash('sha256').update(JSON.stringify({ e, kty, n })).digest('base64url');
}

export function createRsaPublicKey(key: KeyObject): PublicKey {
  const bare = key.export({ format: 'jwk' }) as JWK;
  return { key, jwk: { ...bare, kid: computeThumbprint(bare), alg: ALGORITHM, use: 'sig' } };
}

/** A key whose private half is in this process. */
export function createSigningKey(privateKey: KeyObject): SigningKey {
  return {
    ...createRsaPublicKey(createPublicKey(privateKey)),
    sign: signed => sign('sha256', signed, privateKey),
  };
}

/** Whether this is an RS256 signature by that key. */
export function isRs256Signature(signed: Buffer, key: KeyObject, signature: Buffer): boolean {
  return verify('sha256', signed, key, signature);
}

function encodeJson(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** A compact JWS (RFC 7515 §3.1). Nothing leaves that does not verify with the key that is published: `KeyUnusable`. */
export async function signJws(
  signingKey: SigningKey,
  typ: string,
  claims: Readonly<Record<string, unknown>>,
): Promise<string> {
  const { key, jwk, sign } = signingKey;
  const header = { alg: ALGORITHM, kid: jwk.kid, ...(typ === '' ? {} : { typ }) };
  const text = `${encodeJson(header)}.${encodeJson(claims)}`;
  const signed = Buffer.from(text);
  const signature = await sign(signed);
  if (!isRs256Signature(signed, key, signature))
    throw new KeyUnusable('the signature is not of the key that is published');
  return `${text}.${signature.toString('base64url')}`;
}

type JwsClaims = { readonly [claim: string]: unknown };

function decodeJson(segment: string): JwsClaims {
  return JSON.parse(Buffer.from(segment, 'base64url').toString('utf8')) as JwsClaims;
}

/** The claims of a compact JWS; undefined when none of these keys signed it, or it is of another type. */
export function readJws(text: string, typ: string, keys: readonly JWK[]): JwsClaims | undefined {
  const [header = '', claims = '', signature = ''] = text.split('.');
  const signed = Buffer.from(`${header}.${claims}`);
  const ours = keys.some(jwk =>
    isRs256Signature(
      signed,
      createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' }),
      Buffer.from(signature, 'base64url'),
    ),
  );
  return ours && decodeJson(header)['typ'] === typ ? decodeJson(claims) : undefined;
}
