import { findPlainClaim } from '../policy/claims.ts';
import type { VerifiedToken } from '../policy/verified-token.ts';
import type { IssuerRow } from './issuer.ts';

/** Whom a session is for and who vouched for it: all by which it can be switched off. Plain data, and no secret. */
export type Origin = {
  readonly issuer: string;
  readonly keyId: string;
  /** As the audit event has them; undefined where the token does not say. */
  readonly organization: string | undefined;
  readonly pipeline: string | undefined;
  /** Their ids, where the token has them; the claims that would, where the issuer has any. */
  readonly organizationId?: string | undefined;
  readonly pipelineId?: string | undefined;
  readonly idClaims?: { readonly organization?: string | undefined; readonly pipeline?: string | undefined };
  /** Undefined where no role is asked for. */
  readonly role: string | undefined;
};

function readOriginLabel(token: VerifiedToken, name: string | undefined): string | undefined {
  const value = findPlainClaim(token.claims, name);
  return value === undefined ? undefined : String(value);
}

export function readTokenOrigin(token: VerifiedToken, row: IssuerRow | undefined, role?: string): Origin {
  const { organization, organizationId, pipeline } = row?.labels ?? {};
  return {
    issuer: token.issuer,
    keyId: token.keyId,
    organization: readOriginLabel(token, organization),
    pipeline: readOriginLabel(token, pipeline),
    organizationId: readOriginLabel(token, organizationId),
    pipelineId: readOriginLabel(token, row?.pipelineId),
    idClaims: { organization: organizationId, pipeline: row?.pipelineId },
    role,
  };
}
