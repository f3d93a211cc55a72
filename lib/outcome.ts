import { type BrokerError, type ClaimHint, CODES, type Code } from './errors.ts';
import { hints, unmetOf } from './hint.ts';
import type { Checked } from './policy/condition.ts';
import type { Decision, DenyReason, Grant } from './policy/decide.ts';
import type { MethodDecision, MethodReason } from './policy/method.ts';
import type { Access, Operation } from './policy/registries/grammar.ts';
import { knowingStatement, nearestStatement } from './policy/trace.ts';
import { describeUnusable } from './policy/usable.ts';
import type { VerifiedToken } from './policy/verified-token.ts';
import type { Credential } from './providers/provider.ts';
import type { RegistrySnapshot } from './stores/registries.ts';
import type { RoleSnapshot } from './stores/roles.ts';
import { type Switch, type SwitchReason, switchText } from './switch.ts';
import type { IssuerRow } from './token/issuer.ts';
import type { RegistryToken } from './token/registry.ts';

/** What the caller asked for, as the protocol read it. The token is beside it, never inside. */
export type Requested = {
  /** Undefined at the door of registries. */
  readonly role: string | undefined;
  readonly scopes: readonly string[] | undefined;
  readonly seconds: number | undefined;
  readonly sessionName: string | undefined;
};

/** What was to be done with a registry. */
export type RegistryUse = {
  readonly method: string;
  readonly path: string;
  /** As it came, without its `?`. */
  readonly query: string;
  /** What all of these do together; undefined where the registry's kind does not know. */
  readonly operation: Operation | undefined;
  /** The user name of a Basic credential: whatever its sender wrote, and plain. */
  readonly user: string | undefined;
};

/** How far an exchange or an authorization got. Each member is there from the step that made it. */
export type Reached = {
  readonly decisionId: string;
  /** Seconds since the epoch. */
  readonly at: number;
  readonly protocol: string;
  readonly sourceAddress: string | undefined;
  requested?: Requested;
  token?: VerifiedToken;
  row?: IssuerRow | undefined;
  snapshot?: RoleSnapshot | undefined;
  use?: RegistryUse;
  registry?: RegistrySnapshot;
  /** A registry token of ours, in the place of a subject token. */
  registryToken?: RegistryToken;
  decision?: Decision | MethodDecision;
  /** What was in the way. */
  off?: Switch;
  /** The claim without which it cannot be told whether the token is of what is off. */
  missingId?: string | undefined;
  /** A role name near the one asked for; only for callers whom the fleet's guard admitted. */
  nearRole?: string | undefined;
  /** Milliseconds by step. */
  readonly ms: { [step: string]: number };
};

/** How an exchange ended: the one value that both the answer and the audit event are drawn from. */
export type Outcome =
  | {
      readonly kind: 'issued';
      readonly reached: Reached;
      readonly grant: Grant;
      readonly credential: Credential;
    }
  | Denied<Refused>
  | Failed;

/** The token was good, and the policy says no. */
export type Denied<Reason> = { readonly kind: 'denied'; readonly reached: Reached; readonly reason: Reason };
export type Failed = { readonly kind: 'failed'; readonly reached: Reached; readonly error: BrokerError };

/** How a request to a registry ended. The scopes are those of the winning statement. */
export type Authorization =
  | {
      readonly kind: 'authorized';
      readonly reached: Reached;
      readonly registry: string;
      readonly issuer: string;
      readonly subject: string;
      readonly statement: string;
      readonly scopes: readonly string[];
    }
  | Denied<RegistryRefused>
  | Failed;

/** How an exchange for a registry token ended. */
export type AccessOutcome =
  | {
      readonly kind: 'granted';
      readonly reached: Reached;
      readonly scopes: readonly string[];
      readonly access: readonly Access[];
      readonly credential: RegistryCredential;
    }
  | Denied<RegistryRefused>
  | Failed;

/** What opens a registry for a moment. */
export type RegistryCredential = {
  readonly token: string;
  /** In seconds since the epoch, as is the other. */
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly session: string;
};

/** Why a good token goes no further, before any policy is looked at. */
export type Stopped = 'guard_not_met' | SwitchReason;

/** Why there was no credential although the token was good. */
export type Refused = DenyReason | Stopped | 'role_unknown' | 'single_use_not_here' | 'token_already_used';

/** Why a registry does not take a token that is good. */
export type RegistryRefused = MethodReason | Stopped | 'access_beyond_token' | 'registry_unknown';

/** What this caller may know: for `render`. */
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
      /** Seconds after which another try may help, where the provider said so. */
      readonly retryAfter?: number | undefined;
    };

/** Everything that an operator needs, and no credential: for audit. */
export type ExchangeRecord = {
  readonly outcome: (Outcome | Authorization)['kind'];
  /** Undefined when it was not refused. */
  readonly code: Code | undefined;
  /** More exact than the code: strangers get one code for several reasons. */
  readonly reason: Refused | RegistryRefused | undefined;
  readonly detail: string | undefined;
  readonly reached: Reached;
  readonly statement: string | undefined;
  /** The conditions of the nearest statement that did not hold, expected values included. */
  readonly unmet: readonly Checked[];
  readonly grant: Grant | undefined;
  /** Tags whose literal was sent, each with what was wrong with the claim; undefined where there is none. */
  readonly replaced?: readonly string[] | undefined;
  readonly scopes: readonly string[] | undefined;
  /** What a registry token opens. */
  readonly access: readonly Access[] | undefined;
  readonly session: string | undefined;
  readonly expiresAt: number | undefined;
};

/** Told to all who meet the guard of the fleet: no role is looked at, so nothing is said of any. */
const TOLD: readonly (Refused | RegistryRefused)[] = ['issuer_switched_off', 'key_switched_off'];

/** What a caller whom the role knows is told for each reason. Strangers get one code for all of them. */
const KNOWN: { readonly [reason in Refused | RegistryRefused]: Code } = {
  audience_differs: 'audience_not_of_role',
  explicitly_denied: 'explicitly_denied',
  no_statement_holds: 'trust_not_met',
  request_not_understood: 'request_not_understood',
  access_beyond_token: 'method_not_granted',
  method_not_listed: 'method_not_granted',
  method_beyond_grant: 'method_not_granted',
  role_disabled: 'role_disabled',
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
function knows({ decision, registryToken }: Reached): boolean {
  return (
    registryToken !== undefined || (decision !== undefined && knowingStatement(decision.trace) !== undefined)
  );
}

type Refusal = Denied<Refused | RegistryRefused> | Failed;

function codeOf(refusal: Refusal): Code {
  if (refusal.kind === 'failed') return refusal.error.code;
  const { reached, reason } = refusal;
  if (knows(reached) || TOLD.includes(reason)) return KNOWN[reason];
  return reached.registry || reached.use || reason === 'registry_unknown'
    ? 'registry_refused'
    : 'role_refused_or_unknown';
}

/** Draws from an outcome what its caller may know: never an expected value, and to strangers one code alone. */
export function answer(outcome: Outcome): Answer {
  if (outcome.kind !== 'issued') return refusal(outcome);
  const { reached, grant, credential } = outcome;
  return { kind: 'issued', decisionId: reached.decisionId, grant, credential };
}

/** What was granted and yet not given, where those who wrote the role are the ones to mend it. */
export const FOR_CONTACT: readonly Code[] = ['credential_too_large', 'provider_refused'];

/** The same of what was refused, which is told alike whatever was wanted. */
export function refusal(outcome: Refusal): Extract<Answer, { kind: 'refused' }> {
  const { reached } = outcome;
  const code = codeOf(outcome);
  const isTheirs = outcome.kind === 'denied' || FOR_CONTACT.includes(code);
  return {
    kind: 'refused',
    decisionId: reached.decisionId,
    code,
    says: [CODES[code].says, outcome.kind === 'failed' && outcome.error.advice].filter(Boolean).join(' '),
    at: outcome.kind === 'failed' ? outcome.error.at : undefined,
    claims: outcome.kind === 'denied' ? hints(reached, outcome.reason) : [],
    contact:
      isTheirs && knows(reached)
        ? (reached.snapshot?.role ?? reached.registry?.registry)?.contact
        : undefined,
    nearRole: outcome.kind === 'denied' ? reached.nearRole : undefined,
    retryAfter: outcome.kind === 'failed' ? outcome.error.retryAfter : undefined,
  };
}

function detailOf(outcome: Outcome | Authorization | AccessOutcome): string | undefined {
  if (outcome.kind === 'failed') return outcome.error.detail;
  const { decision, off } = outcome.reached;
  if (off) return switchText(off);
  if (decision?.allowed !== false) return undefined;
  return 'unusable' in decision && decision.unusable ? describeUnusable(decision.unusable) : decision.about;
}

function replacedIn({ target }: Grant): readonly string[] | undefined {
  return target.kind === 'aws' ? target.replaced?.map(describeUnusable) : undefined;
}

type Any = Outcome | Authorization | AccessOutcome;

function hasCredential(outcome: Any): outcome is Extract<Any, { kind: 'issued' | 'granted' }> {
  return outcome.kind === 'issued' || outcome.kind === 'granted';
}

function readScopes(outcome: Any): readonly string[] | undefined {
  if (outcome.kind === 'issued') return outcome.grant.scopes;
  return outcome.kind === 'authorized' || outcome.kind === 'granted' ? outcome.scopes : undefined;
}

/** Draws from an outcome what goes into the audit event. */
export function record(outcome: Outcome | Authorization | AccessOutcome): ExchangeRecord {
  const { reached } = outcome;
  const { decision } = reached;
  return {
    outcome: outcome.kind === 'granted' ? 'issued' : outcome.kind,
    code: outcome.kind === 'denied' || outcome.kind === 'failed' ? codeOf(outcome) : undefined,
    reason: outcome.kind === 'denied' ? outcome.reason : undefined,
    detail: detailOf(outcome),
    reached,
    statement: decision?.statement ?? reached.registryToken?.statement,
    unmet: decision?.allowed === false ? unmetOf(nearestStatement(decision.trace)?.conditions) : [],
    grant: outcome.kind === 'issued' ? outcome.grant : undefined,
    replaced: outcome.kind === 'issued' ? replacedIn(outcome.grant) : undefined,
    scopes: readScopes(outcome),
    access: outcome.kind === 'granted' ? outcome.access : undefined,
    session: hasCredential(outcome) ? outcome.credential.session : reached.registryToken?.id,
    expiresAt: hasCredential(outcome) ? outcome.credential.expiresAt : undefined,
  };
}
