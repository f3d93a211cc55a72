import { BrokerError } from '../errors.ts';
import type { Signer } from '../keys/signer.ts';
import type { JwtTarget } from '../policy/kinds/jwt.ts';
import type { JwtCredential, Provider } from './provider.ts';

export type JwtSetting = {
  /** Our own issuer URL, from broker.yml and never from a request. */
  readonly issuer: string;
  readonly signer: Signer;
  readonly randomId: () => string;
};

/** RFC 9068 §2.1: what tells our access tokens from ID tokens, and keeps them from being subject tokens. */
const TYPE = 'at+jwt';

/**
 * Our own access token (RFC 9068), for anything that trusts our JWKS. `sub` is the role, `client_id` the
 * issuer of the subject token: what is signed says nothing that a job could choose, but for claims that
 * the role itself puts in.
 */
export const jwtProvider =
  ({ issuer, signer, randomId }: JwtSetting): Provider<JwtTarget, JwtCredential> =>
  async ({ target, seconds, scopes, principal }, now) => {
    const issuedAt = Math.floor(now);
    const expiresAt = issuedAt + seconds;
    const session = randomId();
    const claims = {
      ...target.claims,
      ...(scopes.length > 0 ? { scope: scopes.join(' ') } : {}),
      iss: issuer,
      sub: target.subject,
      aud: target.audience,
      client_id: principal.issuer,
      iat: issuedAt,
      nbf: issuedAt,
      exp: expiresAt,
      jti: session,
    };
    try {
      return { kind: 'jwt', token: await signer.sign(TYPE, claims), expiresAt, session };
    } catch (error) {
      throw new BrokerError('provider_unavailable', {
        detail: `our signing key could not be used: ${(error as Error).name}: ${(error as Error).message}`,
        cause: error,
      });
    }
  };
