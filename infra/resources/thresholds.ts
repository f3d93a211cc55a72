import type { CODES, Code } from '../../lib/errors.ts';
import type { Refused } from '../../lib/outcome.ts';
import type { DemandReason } from '../../lib/policy/demand.ts';

type OwnFault = {
  [code in Code]: (typeof CODES)[code]['fault'] extends 'setup' | 'ours' ? code : never;
}[Code];

/** How many denials within five minutes are worth a look, by reason. */
export const DENIALS: {
  readonly [reason in Exclude<Refused, DemandReason>]: number;
} = {
  // Somebody replays a token, or walks into what a deny statement was written against.
  token_already_used: 1,
  explicitly_denied: 5,
  // Who was switched off still tries; the first tells that the switch holds.
  issuer_switched_off: 1,
  key_switched_off: 1,
  caller_switched_off: 1,
  role_switched_off: 1,
  // Strangers, or names being tried.
  guard_not_met: 5,
  role_unknown: 10,
  audience_differs: 10,
  no_statement_holds: 20,
  // A pipeline and its role do not agree; more so right after a change of policy.
  role_disabled: 20,
  kind_differs: 20,
  scope_beyond_grant: 20,
  seconds_above_maximum: 20,
  seconds_below_minimum: 20,
  claim_not_usable: 20,
  session_policy_refused: 20,
  single_use_not_here: 20,
  session_policy_too_large: 20,
  tag_too_long: 20,
};

/** Denials by roles that ask about the job: a deployment without such events has no alarms for them. */
export const JOB_DENIALS: {
  readonly [reason in Exclude<DemandReason, 'job_unknown'>]: number;
} = {
  // A token that outlived its job is shown: by a step that runs on in the background, or by a thief.
  job_finished: 1,
  // A job that asks before its build is approved; more is a pipeline without the block step.
  approval_missing: 20,
  approval_too_old: 20,
};

/** And of failures. */
export const JOB_FAULTS = {
  // More than an event that was slow: jobs ask, and were never seen to start.
  job_not_seen: 3,
  jobs_unavailable: 1,
} as const satisfies {
  readonly [code in Code]?: number;
};

/**
 * How many failures of ours within five minutes, by code. Not `audit_unavailable`, whose event may be the one that
 * could not be written, nor `identities_unavailable`, which no audit event has: they are counted on standard error.
 * Nor `issuer_keys_pending`, which passes by itself, and which any stranger can cause.
 */
export const FAULTS: {
  readonly [code in Exclude<
    OwnFault,
    'audit_unavailable' | 'identities_unavailable' | 'issuer_keys_pending' | keyof typeof JOB_FAULTS
  >]: number;
} = {
  internal_error: 1,
  broker_misconfigured: 1,
  broker_credentials_unavailable: 1,
  issuer_keys_unavailable: 1,
  store_unavailable: 1,
  switches_unavailable: 1,
  provider_unavailable: 3,
  provider_refused: 5,
};
