import { BrokerError } from '../errors.ts';
import type { Signer } from '../keys/signer.ts';
import { findTroubleCode } from './trouble.ts';

export type SigningSetting = {
  /** Our own issuer URL, from broker.yml and never from a request. */
  readonly issuer: string;
  readonly signer: Signer;
  readonly randomId: () => string;
};

/** The claims of a JWT of ours that are of one grant. */
export type SaidClaims = {
  readonly subject: string;
  readonly audience: string;
  readonly seconds: number;
  /** None of these can be one that stands here already. */
  readonly claims?: Readonly<Record<string, unknown>>;
};

export type Signed = { readonly token: string; readonly id: string; readonly expiresAt: number };

/** Signs these claims as they are, or throws whose trouble it is that our own key could not be used. */
export async function signClaims(
  signer: Signer,
  typ: string,
  claims: Readonly<Record<string, unknown>>,
): Promise<string> {
  try {
    return await signer.sign(typ, claims);
  } catch (error) {
    throw new BrokerError(findTroubleCode(error), {
      detail: `our signing key could not be used: ${(error as Error).name}: ${(error as Error).message}`,
      cause: error,
      undone: (error as { undone?: unknown } | undefined)?.undone === true,
    });
  }
}

/**
 * Signs a JWT of this `typ`, or throws as `signedBy` does. What is said by the broker alone comes last, so that
 * no claim of a role stands in its place. `now` is in seconds since the epoch.
 */
export type SignClaims = (typ: string, said: SaidClaims, now: number) => Promise<Signed>;

export function createClaimSigner({ issuer, signer, randomId }: SigningSetting): SignClaims {
  return async (typ, { subject, audience, seconds, claims = {} }, now) => {
    const iat = Math.floor(now);
    const expiresAt = iat + seconds;
    const id = randomId();
    const registered = { iss: issuer, sub: subject, aud: audience, iat, nbf: iat, exp: expiresAt, jti: id };
    return { token: await signClaims(signer, typ, { ...claims, ...registered }), id, expiresAt };
  };
}

/** `typ` of what we present to a cloud (RFC 7519 §5.1). Our access tokens have one of their own. */
export const FEDERATION_TOKEN = 'JWT';
/** Seconds for which it can be presented: it is used at once. */
export const FEDERATION_SECONDS = 300;
