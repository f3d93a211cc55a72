import type { Claims } from '../policy/claims.ts';
import type { Demanding, JobFacts } from '../policy/demand.ts';
import type { TrustPolicy } from '../policy/trust.ts';
import type { VerifiedToken } from '../policy/verified-token.ts';

/** A job that meets all that a role demands of it: for those who ask what else it takes. */
export function assumeMet(demanding: Pick<Demanding, 'approval'>, now: number): JobFacts {
  const { approval } = demanding;
  return {
    state: 'running',
    build: 'assumed',
    unblocked: approval && { step: approval.step, by: approval.by[0]?.id ?? '', at: now },
  };
}

/**
 * Claims as if a token with them had been verified: for `explain` and for test cases, which ask what the
 * policy says and present no token. Nothing that serves requests may import this (a test says so).
 * Claims that are left out are as a caller of this role would send them: its audience, and the issuer of its
 * first statement.
 */
export function assumeVerified(claims: Claims, role: Pick<TrustPolicy, 'trust' | 'audience'>): VerifiedToken {
  const text = (name: string): string | undefined => {
    const value = Object.hasOwn(claims, name) ? claims[name] : undefined;
    return typeof value === 'string' ? value : undefined;
  };
  const assumed = {
    issuer: text('iss') ?? role.trust[0]?.issuer ?? '',
    subject: text('sub') ?? 'assumed',
    audience: text('aud') ?? role.audience,
    claims,
    issuedAt: 0,
    expiresAt: 0,
    acceptedUntil: 0,
    keyId: '',
    digest: '',
  };
  return assumed as unknown as VerifiedToken;
}
