import { type ClaimHint, CODES, type Code } from './errors.ts';
import { listHints } from './hint.ts';
import type { Denied, Failed, Outcome, Reached, Refused, RegistryRefused } from './outcome.ts';
import type { Grant } from './policy/decide.ts';
import { findKnowingStatement } from './policy/trace.ts';
import type { Credential } from './providers/provider.ts';

/** The things that this caller may know, for `render`. */
export type Answer =
  | {
      readonly kind: 'issued';
      readonly decisionId: string;
      readonly grant: Grant;
      readonly credential: Credential;
    }
  | {
      readonly kind: 'refused';
      readonly decisionId: string;
      readonly code: Code;
      readonly says: string;
      readonly at: string | undefined;
      readonly claims: readonly ClaimHint[];
      readonly contact: string | undefined;
      readonly nearRole: string | undefined;
      /** The key of the block step that the role waits for. Who may unblock it is not said. */
      readonly approvalStep?: string | undefined;
      /** Seconds after which another try may help, where the provider said so. */
      readonly retryAfter?: number | undefined;
    };

/** Told to all who meet the guard of the fleet: no role is looked at, so nothing is said of any. */
export const TOLD: readonly (Refused | RegistryRefused)[] = ['issuer_switched_off', 'key_switched_off'];

/** The code for each reason, for a caller whom the role knows. Strangers get one code for all of them. */
export const KNOWN: {
  readonly [reason in Refused | RegistryRefused]: Code;
} = {
  audience_differs: 'audience_not_of_role',
  explicitly_denied: 'explicitly_denied',
  no_statement_holds: 'trust_not_met',
  request_not_understood: 'request_not_understood',
  access_beyond_token: 'method_not_granted',
  method_not_listed: 'method_not_granted',
  method_beyond_grant: 'method_not_granted',
  role_disabled: 'role_disabled',
  job_finished: 'job_finished',
  approval_missing: 'approval_missing',
  approval_too_old: 'approval_too_old',
  kind_differs: 'requested_token_type_differs',
  scope_beyond_grant: 'scope_beyond_grant',
  seconds_above_maximum: 'seconds_above_maximum',
  seconds_below_minimum: 'seconds_below_minimum',
  claim_not_usable: 'claim_not_usable',
  session_policy_refused: 'session_policy_refused',
  session_policy_too_large: 'credential_too_large',
  tag_too_long: 'credential_too_large',
  single_use_not_here: 'single_use_not_here',
  token_already_used: 'token_already_used',
  issuer_switched_off: 'issuer_switched_off',
  key_switched_off: 'key_switched_off',
  caller_switched_off: 'caller_switched_off',
  role_switched_off: 'role_switched_off',
  registry_unknown: 'registry_refused',
  guard_not_met: 'role_refused_or_unknown',
  role_unknown: 'role_refused_or_unknown',
};

/** Also whoever has a registry token of ours: it was made for one whom the registry knew. */
export function isKnown({ decision, registryToken }: Reached): boolean {
  return (
    registryToken !== undefined ||
    (decision !== undefined && findKnowingStatement(decision.trace) !== undefined)
  );
}

export type RefusedOutcome = Denied<Refused | RegistryRefused> | Failed;

export function chooseCode(refusal: RefusedOutcome): Code {
  if (refusal.kind === 'failed') return refusal.error.code;
  const { reached, reason } = refusal;
  if (isKnown(reached) || TOLD.includes(reason)) return KNOWN[reason];
  return reached.registry || reached.use || reason === 'registry_unknown'
    ? 'registry_refused'
    : 'role_refused_or_unknown';
}

/** Draws from an outcome what its caller may know: never an expected value, and to strangers one code alone. */
export function drawAnswer(outcome: Outcome): Answer {
  if (outcome.kind !== 'issued') return drawRefusal(outcome);
  const { reached, grant, credential } = outcome;
  return { kind: 'issued', decisionId: reached.decisionId, grant, credential };
}

/** Codes for what was granted and yet not given, where those who wrote the role are the ones to mend it. */
export const FOR_CONTACT: readonly Code[] = ['credential_too_large', 'provider_refused'];

/** Draws the answer to a refusal, which is told alike whatever was wanted. */
export function drawRefusal(outcome: RefusedOutcome): Extract<Answer, { kind: 'refused' }> {
  const { reached } = outcome;
  const code = chooseCode(outcome);
  const isTheirs = outcome.kind === 'denied' || FOR_CONTACT.includes(code);
  return {
    kind: 'refused',
    decisionId: reached.decisionId,
    code,
    says: [CODES[code].says, outcome.kind === 'failed' && outcome.error.advice].filter(Boolean).join(' '),
    at: outcome.kind === 'failed' ? outcome.error.at : undefined,
    claims: outcome.kind === 'denied' ? listHints(reached, outcome.reason) : [],
    contact:
      isTheirs && isKnown(reached)
        ? (reached.snapshot?.role ?? reached.registry?.registry)?.contact
        : undefined,
    nearRole: outcome.kind === 'denied' ? reached.nearRole : undefined,
    approvalStep: outcome.kind === 'denied' ? findApprovalStep(reached) : undefined,
    retryAfter: outcome.kind === 'failed' ? outcome.error.retryAfter : undefined,
  };
}

const APPROVAL_REASONS: readonly string[] = ['approval_missing', 'approval_too_old'];

/** Only a token that would else be allowed gets so far, so the role knows whoever is told. */
function findApprovalStep({ decision }: Reached): string | undefined {
  if (decision?.allowed !== false || !APPROVAL_REASONS.includes(decision.reason)) return undefined;
  return decision.concerns;
}
