import { type Claims, findPlainClaim } from './claims.ts';
import { checkDemands, type DemandReason, findDemandReason, findUnmetDemand } from './demand.ts';
import type { Role } from './role.ts';
import type { Statement } from './statement.ts';
import type { SessionPolicy } from './targets/target.ts';
import { fillTarget, type KindName, SCOPES_WITHIN, type Target } from './targets.ts';
import type { Trace } from './trace.ts';
import { type Context, type TrustFinding, type TrustReason, weighTrust } from './trust.ts';
import type { UnusableClaim } from './usable.ts';
import type { VerifiedToken } from './verified-token.ts';

/** Raised whenever the same role and token could be decided otherwise; part of every role's digest. */
export const ENGINE = 'kite-sts policy 3';

/** The wishes of a caller; the token is not part of them. Which role was looked up, the caller of `decide` knows. */
export type AccessRequest = {
  readonly role: string;
  /** Undefined: all that the winning statement gives. */
  readonly scopes: readonly string[] | undefined;
  readonly seconds: number | undefined;
  /** The kinds of credential that the caller can use; undefined: whichever the role gives. */
  readonly kinds: readonly KindName[] | undefined;
  /** A policy to which the caller itself wants its session narrowed. */
  readonly sessionPolicy?: SessionPolicy | undefined;
};

declare const grant: unique symbol;

/** All that a provider needs, and nothing that the caller wrote unchecked. Made here alone. */
export type Grant = {
  readonly [grant]: true;
  readonly role: string;
  readonly statement: string;
  readonly principal: { readonly issuer: string; readonly subject: string };
  /** Whole seconds from `Context.now`; never beyond the role's greatest or the statement's `until`. */
  readonly seconds: number;
  /** Never undefined: an empty list upstream often means "everything", so each provider must look. */
  readonly scopes: readonly string[];
  /** The parts of the session's name: words for people, and the ids that make it one of its kind. */
  readonly sessionName: { readonly group: string; readonly run: string; readonly key: readonly string[] };
  readonly target: Target;
};

export type DenyReason =
  | TrustReason
  | DemandReason
  | 'role_disabled'
  | 'kind_differs'
  | 'scope_beyond_grant'
  | 'seconds_above_maximum'
  | 'seconds_below_minimum'
  | 'claim_not_usable'
  | 'session_policy_refused'
  | 'session_policy_too_large'
  | 'tag_too_long';

export type Allow = {
  readonly allowed: true;
  readonly statement: string;
  readonly grant: Grant;
  readonly trace: Trace;
};
export type Deny = {
  readonly allowed: false;
  readonly reason: DenyReason;
  /** The statement that denied, or the one that would have given the grant. */
  readonly statement: string | undefined;
  /** The claim, the scope or the block step that the reason speaks of; of a disabled role, why it is. */
  readonly concerns: string | undefined;
  /** The part of the claim that cannot stand where the role puts it, where that is the reason. */
  readonly unusable?: UnusableClaim;
  readonly trace: Trace;
};
export type Decision = Allow | Deny;

function findClaimText(claims: Claims, name: string): string | undefined {
  return findPlainClaim(claims, name)?.toString();
}

/** Names the session by the claims that the issuer names its runs with. */
function nameGrantSession(role: Role, token: VerifiedToken): Grant['sessionName'] {
  const naming = role.issuers[token.issuer]?.session ?? { group: 'sub', run: 'sub', job: 'sub' };
  return {
    group: findClaimText(token.claims, naming.group) ?? token.subject,
    run: findClaimText(token.claims, naming.run) ?? '',
    key: [token.issuer, findClaimText(token.claims, naming.job) ?? token.subject, role.name],
  };
}

/** Why a grant is refused, before it is known by which statement. */
type GrantRefusal = Pick<Deny, 'reason'> & Partial<Pick<Deny, 'concerns' | 'unusable'>>;

type GrantQuestion = {
  readonly role: Role;
  readonly token: VerifiedToken;
  readonly access: AccessRequest;
  readonly context: Context;
};

function refuseRole(question: GrantQuestion): GrantRefusal | undefined {
  const { role, access } = question;
  if (role.disabled !== undefined) return { reason: 'role_disabled', concerns: role.disabled };
  const isUsable = !access.kinds || access.kinds.includes(role.template.kind);
  return isUsable ? undefined : { reason: 'kind_differs' };
}

type ChosenScopes = { readonly scopes: readonly string[] };

/** Chooses the scopes that are granted: of those that the statement gives, the ones that the caller wishes. */
function chooseScopes(statement: Statement, question: GrantQuestion): ChosenScopes | GrantRefusal {
  const { scopes: given = [] } = statement;
  const { scopes: requested } = question.access;
  if (requested === undefined) return { scopes: given };
  const isScopeWithin = SCOPES_WITHIN[question.role.template.kind];
  // In the order of the policy, or, where scopes lie within others, in that of the request.
  const within = isScopeWithin
    ? requested.filter(scope => isScopeWithin(scope, given))
    : given.filter(scope => requested.includes(scope));
  const beyond = requested.find(scope => !within.includes(scope));
  // Nothing left is no grant: an empty list upstream often means "everything".
  const isRefused = beyond !== undefined && (!isScopeWithin || within.length === 0);
  return isRefused ? { reason: 'scope_beyond_grant', concerns: beyond } : { scopes: within };
}

function refuseSeconds(question: GrantQuestion): GrantRefusal | undefined {
  const { seconds } = question.access;
  const { min, max } = question.role.session;
  if (seconds === undefined) return undefined;
  // Not `>`: what is no number is above every maximum.
  if (!(seconds <= max)) return { reason: 'seconds_above_maximum' };
  return seconds < min ? { reason: 'seconds_below_minimum' } : undefined;
}

function createGrant(
  statement: Statement,
  question: GrantQuestion,
  scopes: readonly string[],
  target: Target,
): Grant {
  const { role, token, access, context } = question;
  const secondsUntilEnd =
    statement.until === undefined ? Number.POSITIVE_INFINITY : Math.floor(statement.until - context.now);
  const granted: Omit<Grant, typeof grant> = {
    role: role.name,
    statement: statement.id,
    principal: { issuer: token.issuer, subject: token.subject },
    seconds: Math.min(access.seconds ?? role.session.seconds, secondsUntilEnd),
    scopes,
    sessionName: nameGrantSession(role, token),
    target,
  };
  return granted as Grant;
}

/** Decides what the statement that speaks for the token gives: the grant, or the first reason why there is none. */
function decideGrant(statement: Statement, question: GrantQuestion, finding: TrustFinding): Decision {
  const { role, token, access, context } = question;
  const { claims } = finding;
  const deny = (refusal: GrantRefusal, trace = finding.trace): Deny => ({
    allowed: false,
    statement: statement.id,
    concerns: undefined,
    ...refusal,
    trace,
  });
  const unusableRole = refuseRole(question);
  if (unusableRole) return deny(unusableRole);
  const chosen = chooseScopes(statement, question);
  if ('reason' in chosen) return deny(chosen);
  const { scopes } = chosen;
  const wrongSeconds = refuseSeconds(question);
  if (wrongSeconds) return deny(wrongSeconds);
  const filling = { claims, issuer: token.issuer, scopes, sessionPolicy: access.sessionPolicy };
  const target = fillTarget(role.template, filling);
  if ('unusable' in target)
    return deny({ reason: target.refused, concerns: target.unusable.claim, unusable: target.unusable });
  if ('refused' in target) return deny({ reason: target.refused });
  // Last, so that nothing need be looked up of the job of a token that is denied in any case.
  const demands = checkDemands(role, token.issuer, context);
  const trace = demands.length > 0 ? { ...finding.trace, demands } : finding.trace;
  const unmet = findUnmetDemand(demands);
  if (unmet) return deny({ reason: findDemandReason(unmet), concerns: unmet.wanted?.step }, trace);
  const granted = createGrant(statement, question, scopes, target);
  return { allowed: true, statement: statement.id, grant: granted, trace };
}

/**
 * May this token have this role? Pure and total: no clock, no I/O, and a value for every input. Deny statements are tried
 * first; then the first trust statement that holds wins, and only its scopes are granted: what it does not give is denied,
 * and no later statement is tried. The trace holds every statement tried with each of its conditions
 * (docs/reference/policy.md).
 */
export function decide(role: Role, token: VerifiedToken, access: AccessRequest, context: Context): Decision {
  const finding = weighTrust(role, token, { context, shortestSession: role.session.min });
  if (finding.winner) return decideGrant(finding.winner, { role, token, access, context }, finding);
  const { trace, reason, statement } = finding;
  return { allowed: false, reason, statement, concerns: undefined, trace };
}
