type Fault = 'caller' | 'denied' | 'setup' | 'ours';

/** Gives these codes, each with its words, one fault. */
function createCodes<const F extends Fault, Words extends { readonly [code: string]: string }>(
  fault: F,
  words: Words,
) {
  const rows = Object.entries(words).map(([code, says]) => [code, { fault, says }] as const);
  return Object.fromEntries(rows) as {
    readonly [code in keyof Words]: { readonly fault: F; readonly says: string };
  };
}

/**
 * The closed list of ways in which an exchange can end without a credential. `fault` says whose turn it
 * is: the caller must change something, the role does not allow it, a person must mend how something is set up (`setup`),
 * or something of ours is broken and may pass.
 * Each code has a row in docs/reference/errors.md; wire names and statuses are each protocol's own.
 */
export const CODES = {
  ...createCodes('caller', {
    action_unsupported:
      'Of AWS STS this door has AssumeRoleWithWebIdentity and GetCallerIdentity alone, by POST, version 2011-06-15.',
    body_too_large: 'The body is larger than 32 KiB.',
    content_type_unsupported:
      'The body must be application/x-www-form-urlencoded; /token takes application/json too.',
    grant_type_unsupported: 'grant_type must be urn:ietf:params:oauth:grant-type:token-exchange.',
    method_not_allowed: 'This path does not take that method.',
    parameter_invalid: 'A parameter has a value that it cannot have.',
    parameter_missing: 'A required parameter is missing.',
    parameter_repeated: 'A parameter stands more than once.',
    parameter_unsupported: 'A parameter is not supported here.',
    path_unknown: 'Nothing answers at this path.',
    rate_limited: 'Too many exchanges at once. Try again after as many seconds as Retry-After says.',
    role_parameter_holds_audience:
      "Here the parameter audience names the role; the token's own audience is inside the token.",
    target_unsupported:
      'One role is asked for at a time, by its name in audience. Nothing can be asked for by resource.',
    session_unsigned: 'This call must be signed, by the keys of the session that it asks about.',
    session_expired: 'This session has expired.',
    session_policy_invalid: 'AWS takes no such session policy as the request has.',
    session_unknown:
      'This door gave no such session. Only for sessions that it gave can it say whose they are.',
    token_algorithm_refused:
      'The subject token is signed with an algorithm that its issuer is not trusted with.',
    token_audience_differs:
      'The subject token was minted for another audience. Ask for one with this broker as its audience.',
    token_audience_ambiguous:
      'The subject token names several audiences. Mint one that is for this broker alone.',
    token_claims_invalid:
      'A registered claim of the subject token is missing or has a value that it cannot have.',
    token_expired: 'The subject token has expired. Mint a new one right before the exchange.',
    token_issuer_unknown: 'The subject token is from an issuer that this broker does not trust.',
    token_key_unknown: 'The subject token names a key that its issuer does not publish.',
    token_lifetime_too_long: 'The subject token lives longer than this broker accepts from its issuer.',
    token_malformed: 'The subject token is not a well-formed JWT.',
    token_not_yet_valid: 'The subject token is not valid yet. Check the clock of the machine that minted it.',
    token_signature_invalid: "The subject token's signature does not verify.",
    token_too_large: 'The subject token is longer than 16384 characters.',
    token_type_refused: 'The subject token is of a kind that cannot be exchanged.',
  }),
  ...createCodes('denied', {
    role_refused_or_unknown: 'There is no such role, or it is not for this token.',
    trust_not_met: "This caller is known, but the token's claims do not meet the trust policy.",
    explicitly_denied: 'This caller is known, but a deny statement forbids it.',
    audience_not_of_role:
      'This caller is known, but the token was minted for another audience than the one that is needed here.',
    role_disabled: 'The role is disabled for now.',
    issuer_switched_off: 'Tokens of this issuer are switched off for now by who runs this broker.',
    key_switched_off: 'Tokens that this key signed are switched off for now by who runs this broker.',
    caller_switched_off: 'This organization or pipeline is switched off for now by who runs this broker.',
    role_switched_off: 'The role is switched off for now by who runs this broker.',
    requested_token_type_differs: 'The role gives another kind of credential than was asked for.',
    scope_beyond_grant: 'A requested scope is not among those that the role grants to this token.',
    seconds_above_maximum: "expires_in is longer than the role's longest session.",
    seconds_below_minimum: 'expires_in is shorter than the shortest session of this kind of credential.',
    claim_not_usable:
      'A claim that the role puts into the credential is absent or has characters that cannot stand there.',
    credential_too_large: "With this token's claims, a session tag or the session policy becomes too large.",
    session_policy_refused:
      "The role has a session policy of its own, which the caller's cannot be joined with.",
    single_use_not_here:
      'This role takes each subject token once, and the clients of this door send it again and again. Use POST /token.',
    token_already_used:
      'This is a repeat: the role takes each subject token once, and this one was used before. Mint a fresh one for each exchange.',
    job_finished:
      'The job of this token has ended, and the role is for jobs that run. Its token buys nothing more here.',
    approval_missing:
      'The role waits for an approval: one of those whom it names must unblock a block step of this build.',
    approval_too_old:
      'The approval of this build is older than the role takes. It must be approved anew, by a new build.',
    method_not_granted: 'This caller is known, but its token may not be used for this method here.',
    request_not_understood:
      'This caller is known, but what its request does at this registry is not known here, or reaches beyond it.',
    registry_refused: 'This registry is not for this token.',
  }),
  ...createCodes('setup', {
    broker_misconfigured:
      'The broker itself is not set up right. Trying again does not help: whoever runs the broker must mend it.',
    provider_refused:
      'The provider refused to make the credential: the role or its target is not set up right. Trying again does not help.',
  }),
  ...createCodes('ours', {
    audit_unavailable: 'The audit event could not be written, so nothing was issued. Try again.',
    broker_credentials_unavailable:
      "The broker's own credentials have expired, or its clock is wrong. Try again.",
    identities_unavailable: 'It could not be looked up whose session this is. Try again.',
    job_not_seen: 'No event has told yet that the job of this token runs, so nothing was issued. Try again.',
    jobs_unavailable:
      'It could not be looked up whether the job of this token runs, so nothing was issued. Try again.',
    internal_error: 'Something in the broker is broken. Try again.',
    issuer_keys_pending:
      'The subject token names a key that is not in hand, and its issuer may not be asked again yet. Try again after as many seconds as Retry-After says.',
    issuer_keys_unavailable: "The issuer's keys could not be had. Try again.",
    provider_unavailable: 'The provider could not be reached. Try again.',
    store_unavailable:
      'It could not be checked whether the token was used before, so nothing was issued. Try again.',
    switches_unavailable: 'It could not be checked what is switched off, so nothing was issued. Try again.',
  }),
};

export type Code = keyof typeof CODES;

/** Of what passes by itself. */
const PASSING: readonly Code[] = ['issuer_keys_pending', 'job_not_seen'];

/** Is something of ours or of a role's target broken? What passes by itself, and what strangers can cause, is no fault to report. */
export function isBroken(code: Code): boolean {
  return ['setup', 'ours'].includes(CODES[code].fault) && !PASSING.includes(code);
}

/** One of the caller's own claims that stood in the way. Never what was expected of it. */
export type ClaimHint = {
  readonly claim: string;
  readonly why: 'absent' | 'differs' | 'wrong_type' | 'unusable';
  /** The value that the caller sent: at most 128 printable ASCII characters, the rest escaped. */
  readonly value?: string;
  /** A flag for the command that mints the token, for a claim that is there only when asked for. */
  readonly add?: string;
  /** Where the role puts it, such as `aws.tags.branch`, when it cannot stand there. */
  readonly place?: string;
  /** The character that cannot stand there, such as `# (U+0023)`, and which one of the value it is, from 1. */
  readonly character?: string;
  readonly position?: number;
};

export type Detail = {
  /** The parameter or claim that was wrong: its name, never its value. */
  readonly at?: string;
  /** Advice on what the caller can do, where that differs by who it is. The caller is told. */
  readonly advice?: string;
  /** For the log alone: never leaves the broker. */
  readonly detail?: string;
  readonly cause?: unknown;
  /** Seconds after which another try may help, where the other side said so. The caller is told. */
  readonly retryAfter?: number;
  /** Nothing can have been issued: what was asked of the provider was refused, or never got there. */
  readonly undone?: boolean;
};

/** The one thing that is thrown below `exchange`. Three texts: a code, words for the caller, detail for the log. */
export class BrokerError extends Error {
  readonly code: Code;
  readonly at: string | undefined;
  readonly advice: string | undefined;
  readonly detail: string | undefined;
  readonly retryAfter: number | undefined;
  /** As in `Detail`; several attempts are undone only if each was. */
  undone: boolean;

  constructor(code: Code, { at, advice, detail, cause, retryAfter, undone = false }: Detail = {}) {
    // A refusal is an answer and no fault: capturing its stack would cost more than all that led to it.
    const limit = Error.stackTraceLimit;
    if (!isBroken(code)) Error.stackTraceLimit = 0;
    super(CODES[code].says, cause === undefined ? undefined : { cause });
    Error.stackTraceLimit = limit;
    this.name = 'BrokerError';
    this.code = code;
    this.at = at;
    this.advice = advice;
    this.detail = detail;
    this.retryAfter = retryAfter;
    this.undone = undone;
  }
}
