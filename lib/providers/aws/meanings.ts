import type { Code } from '../../errors.ts';
import { ANYTHING, type Meaning } from '../meaning.ts';

/** A row for AWS STS, where it may be the caller's own session policy that is refused. */
export type StsMeaning = Meaning & {
  /** Its code where the policy is the caller's; left out, the same. */
  readonly ofCaller?: Code;
};

/** Refusals by AWS STS of a role that we ask for. `via: web_identity` alone has those about tokens. */
export const STS_MEANINGS: readonly StsMeaning[] = [
  {
    said: 'AccessDenied',
    when: /^AccessDenied/,
    code: 'provider_refused',
    mend: 'in the account of the target: the trust policy of the role',
  },
  {
    said: 'RegionDisabledException',
    when: /^RegionDisabled/,
    code: 'provider_refused',
    mend: 'in the account of the target: STS is not active in that region; or the region of the role',
  },
  {
    said: 'IDPRejectedClaim',
    when: /^IDPRejectedClaim/,
    code: 'provider_refused',
    mend: 'in the account of the target: its OIDC provider does not take our JWT',
  },
  {
    said: 'InvalidIdentityToken',
    when: /^InvalidIdentityToken/,
    code: 'provider_refused',
    mend: 'in the account of the target: it needs an OIDC provider with our URL and the audience sts.amazonaws.com, which must reach our JWKS',
  },
  {
    said: 'PackedPolicyTooLarge',
    when: /^PackedPolicyTooLarge/,
    code: 'credential_too_large',
    mend: 'the session policy and the tags of the role',
  },
  {
    said: 'MalformedPolicyDocument',
    when: /^MalformedPolicyDocument/,
    code: 'provider_refused',
    ofCaller: 'session_policy_invalid',
    mend: 'the session policy',
  },
  {
    said: 'anything else that is not of 408, 429 or 5xx, such as ValidationError',
    when: ANYTHING,
    code: 'provider_refused',
    mend: 'the role, by what AWS says of it',
  },
];
