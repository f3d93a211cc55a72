import type { Code } from '../../errors.ts';

/** AWS's name for what went wrong, by which its clients choose their exception and whether they ask again. */
type StsError = readonly [status: number, code: string];

const IDENTITY: StsError = [400, 'InvalidIdentityToken'];
const VALIDATION: StsError = [400, 'ValidationError'];
const DENIED: StsError = [403, 'AccessDenied'];
const UNAVAILABLE: StsError = [503, 'ServiceUnavailable'];

/**
 * Chosen by who asks again: nobody after `AccessDenied`, `ValidationError` and `ExpiredTokenException`, Go's SDK
 * alone after `InvalidIdentityToken`, everybody after 503. A refusal that is repeated is load and a slow job.
 */
const ERRORS: { readonly [code in Code]: StsError } = {
  action_unsupported: [400, 'InvalidAction'],
  body_too_large: [413, 'ValidationError'],
  content_type_unsupported: [415, 'ValidationError'],
  grant_type_unsupported: VALIDATION,
  method_not_allowed: [405, 'InvalidAction'],
  parameter_invalid: VALIDATION,
  parameter_missing: [400, 'MissingParameter'],
  parameter_repeated: VALIDATION,
  parameter_unsupported: [400, 'InvalidParameterValue'],
  path_unknown: [404, 'InvalidAction'],
  rate_limited: [429, 'Throttling'],
  role_parameter_holds_audience: VALIDATION,
  target_unsupported: VALIDATION,
  session_unsigned: [403, 'MissingAuthenticationToken'],
  session_expired: [403, 'ExpiredToken'],
  session_policy_invalid: [400, 'MalformedPolicyDocument'],
  session_unknown: [403, 'InvalidClientTokenId'],
  token_algorithm_refused: IDENTITY,
  token_audience_differs: IDENTITY,
  token_audience_ambiguous: IDENTITY,
  token_claims_invalid: IDENTITY,
  token_expired: [400, 'ExpiredTokenException'],
  token_issuer_unknown: IDENTITY,
  token_key_unknown: IDENTITY,
  token_lifetime_too_long: IDENTITY,
  token_malformed: IDENTITY,
  token_not_yet_valid: IDENTITY,
  token_signature_invalid: IDENTITY,
  token_too_large: VALIDATION,
  token_type_refused: IDENTITY,
  role_refused_or_unknown: DENIED,
  trust_not_met: DENIED,
  explicitly_denied: DENIED,
  audience_not_of_role: DENIED,
  role_disabled: DENIED,
  job_finished: DENIED,
  approval_missing: DENIED,
  approval_too_old: DENIED,
  issuer_switched_off: DENIED,
  key_switched_off: DENIED,
  caller_switched_off: DENIED,
  role_switched_off: DENIED,
  requested_token_type_differs: DENIED,
  scope_beyond_grant: DENIED,
  seconds_above_maximum: VALIDATION,
  seconds_below_minimum: VALIDATION,
  claim_not_usable: DENIED,
  credential_too_large: [400, 'PackedPolicyTooLarge'],
  session_policy_refused: DENIED,
  single_use_not_here: DENIED,
  token_already_used: DENIED,
  method_not_granted: DENIED,
  request_not_understood: DENIED,
  registry_refused: DENIED,
  broker_misconfigured: DENIED,
  provider_refused: DENIED,
  audit_unavailable: UNAVAILABLE,
  broker_credentials_unavailable: UNAVAILABLE,
  identities_unavailable: UNAVAILABLE,
  internal_error: UNAVAILABLE,
  job_not_seen: UNAVAILABLE,
  jobs_unavailable: UNAVAILABLE,
  issuer_keys_pending: UNAVAILABLE,
  issuer_keys_unavailable: UNAVAILABLE,
  provider_unavailable: UNAVAILABLE,
  store_unavailable: UNAVAILABLE,
  switches_unavailable: UNAVAILABLE,
};

/** The status and the name that a code has at the STS door. */
export function findStsError(code: Code): StsError {
  return ERRORS[code];
}

const ELSEWHERE =
  'Any other call of AWS STS belongs to AWS: unset AWS_ENDPOINT_URL_STS for it, or get credentials at GET /credentials/{role}, which moves no call of AWS STS here.';

const ADVICE: { readonly [code in Code]?: string } = {
  action_unsupported: ELSEWHERE,
  session_unknown: ELSEWHERE,
  session_expired: 'Its token file is read again at the next exchange.',
  token_expired:
    'Write it to the file of AWS_WEB_IDENTITY_TOKEN_FILE, which is read again at each exchange. A job that outlives its token takes kite-sts exec.',
};

/** Advice, where a client of this door must do something of its own. */
export function findStsAdvice(code: Code): string | undefined {
  return ADVICE[code];
}
