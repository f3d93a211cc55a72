import type { JwtTarget } from '../policy/targets/jwt.ts';
import type { JwtCredential, Provider } from './provider.ts';
import { createClaimSigner, type SigningSetting } from './signed.ts';

/** RFC 9068 §2.1: what tells our access tokens from ID tokens, and keeps them from being subject tokens. */
const TYPE = 'at+jwt';

/**
 * Our own access token (RFC 9068), for anything that trusts our JWKS. `sub` is the role, `client_id` the
 * issuer of the subject token: what is signed says nothing that a job could choose, but for claims that
 * the role itself puts in.
 */
export function createJwtProvider(setting: SigningSetting): Provider<JwtTarget, JwtCredential> {
  const sign = createClaimSigner(setting);
  return async ({ target, seconds, scopes, principal }, now) => {
    const { subject, audience } = target;
    const scope = scopes.length > 0 ? { scope: scopes.join(' ') } : {};
    const claims = { ...target.claims, ...scope, client_id: principal.issuer };
    const { token, id, expiresAt } = await sign(TYPE, { subject, audience, seconds, claims }, now);
    return { kind: 'jwt', token, expiresAt, session: id };
  };
}
