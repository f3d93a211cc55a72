import type { Claims } from '../claims.ts';
import type { UnusableClaim } from '../usable.ts';

/** Why a claim's value, or what it became, cannot be granted. */
export type TargetRefusal =
  | { readonly refused: 'claim_not_usable' | 'tag_too_long'; readonly unusable: UnusableClaim }
  | { readonly refused: 'session_policy_refused' | 'session_policy_too_large' };

/** A caller's own session policy, checked by its protocol: it can only take away. */
export type SessionPolicy = { readonly policy: string | undefined; readonly policyArns: readonly string[] };

/** The values that a target is filled in from. The scopes are those granted. */
export type Filling = {
  readonly claims: Claims;
  readonly issuer: string;
  readonly scopes: readonly string[];
  readonly sessionPolicy?: SessionPolicy | undefined;
};
