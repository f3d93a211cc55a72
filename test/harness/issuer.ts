import { KeyObject, sign as signBytes, type webcrypto } from 'node:crypto';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import type { IssuerRow } from '../../lib/token/issuer.ts';
import { createFixedKeys, type KeySource } from '../../lib/token/keys.ts';
import { createVerifier, type Verify } from '../../lib/token/verify.ts';
import { AUDIENCE, BUILDKITE, ISSUERS, NOW, rowsFrom } from './policy.ts';

export const KEY_ID = 'f4b821837b4edcba56136f22f37ee6969520df23407126cce188d4141c015d68';

/** An issuer that really signs. Its keys are made once a test file: RSA keys are slow to make. */
export type TestIssuer = {
  readonly jwk: JWK;
  readonly keys: KeySource;
  /** Signs these claims as they are. The header has no `typ` unless given, as Buildkite's. */
  sign(
    payload: { readonly [name: string]: unknown },
    header?: { readonly [name: string]: unknown },
  ): Promise<string>;
  /** Signs these very texts or bytes as header and payload: for tokens that jose would refuse to make. */
  forge(header: string | Uint8Array, payload: string | Uint8Array): string;
};

function base64url(bytes: string | Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}

export async function testIssuer(): Promise<TestIssuer> {
  const { publicKey, privateKey } = await generateKeyPair('RS256', {
    modulusLength: 2048,
    extractable: true,
  });
  const jwk: JWK = { ...(await exportJWK(publicKey)), kid: KEY_ID, alg: 'RS256', use: 'sig' };
  return {
    jwk,
    keys: createFixedKeys([jwk]),
    sign: (payload, header = {}) =>
      new SignJWT({ ...payload })
        .setProtectedHeader({ alg: 'RS256', kid: KEY_ID, ...header })
        .sign(privateKey),
    forge(header, payload) {
      const signed = `${base64url(header)}.${base64url(payload)}`;
      const key = KeyObject.from(privateKey as webcrypto.CryptoKey);
      return `${signed}.${signBytes('sha256', Buffer.from(signed), key).toString('base64url')}`;
    },
  };
}

/** The header of a real Buildkite token: no `typ`. */
export const HEADER = JSON.stringify({ alg: 'RS256', kid: KEY_ID });

/** A verifier that trusts these rows, with the test issuer's keys for each. */
export function verifierOf(
  issuer: Pick<TestIssuer, 'keys'>,
  rows: ReadonlyMap<string, IssuerRow> = rowsFrom(ISSUERS),
): Verify {
  return createVerifier({
    rows,
    keys: new Map([...rows.keys()].map(each => [each, issuer.keys])),
    audiences: new Set([AUDIENCE]),
  });
}

/** The claims of a real Buildkite token, with times around `NOW`. Undefined leaves a claim out. */
export function tokenClaims(changes: { readonly [name: string]: unknown } = {}): { [name: string]: unknown } {
  return {
    iss: BUILDKITE,
    sub: 'organization:my-organization:pipeline:my-pipeline:ref:refs/heads/main:commit:b5ffe3aeea51cec6c41aef16e45ee6bce47d8810:step:',
    aud: AUDIENCE,
    iat: NOW,
    nbf: NOW,
    exp: NOW + 300,
    jti: '0194b014-8517-7cef-b232-76a827315f08',
    organization_slug: 'my-organization',
    pipeline_slug: 'my-pipeline',
    build_number: 5,
    build_branch: 'main',
    build_tag: null,
    build_commit: 'b5ffe3aeea51cec6c41aef16e45ee6bce47d8810',
    step_key: null,
    job_id: '01945ecf-80f0-41e8-9b83-a2970a9305a1',
    agent_id: '01945ecf-8bcf-40a6-9d70-a765db9a0928',
    build_source: 'webhook',
    runner_environment: 'self-hosted',
    ...changes,
  };
}
