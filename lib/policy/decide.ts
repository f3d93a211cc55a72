import { type Claims, findClaim } from './claims.ts';
import { checkDemands, type DemandReason, findDemandReason, findUnmetDemand } from './demand.ts';
import type { Role } from './role.ts';
import type { Statement } from './statement.ts';
import type { SessionPolicy } from './targets/target.ts';
import { COVERS, type CoverScope, fillTarget, type KindName, type Target } from './targets.ts';
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
  readonly session: { readonly group: string; readonly run: string; readonly key: readonly string[] };
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
  /** The claim, the scope or the block step that the reason speaks of. */
  readonly about: string | undefined;
  /** The part of the claim that cannot stand where the role puts it, where that is the reason. */
  readonly unusable?: UnusableClaim;
  readonly trace: Trace;
};
export type Decision = Allow | Deny;

function findClaimText(claims: Claims, name: string): string | undefined {
  const value = findClaim(claims, name);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

function nameGrantSession(role: Role, token: VerifiedToken): Grant['session'] {
  const { group, run, job } = role.issuers[token.issuer]?.session ?? { group: 'sub', run: 'sub', job: 'sub' };
  return {
    group: findClaimText(token.claims, group) ?? token.subject,
    run: findClaimText(token.claims, run) ?? '',
    key: [token.issuer, findClaimText(token.claims, job) ?? token.subject, role.name],
  };
}

type ChosenScopes = { readonly scopes: readonly string[] } | { readonly beyond: string };

function chooseScopes(
  { scopes: given = [] }: Statement,
  requested: readonly string[] | undefined,
  covers: CoverScope | undefined,
): ChosenScopes {
  if (requested === undefined) return { scopes: given };
  // In the order of the policy, or, where scopes cover others, in that of the request.
  const within = covers
    ? requested.filter(scope => covers(given, scope))
    : given.filter(scope => requested.includes(scope));
  const beyond = requested.find(scope => !within.includes(scope));
  // Nothing left is no grant: an empty list upstream often means "everything".
  const refused = beyond !== undefined && (covers === undefined || within.length === 0);
  return refused ? { beyond } : { scopes: within };
}

type GrantQuestion = {
  readonly role: Role;
  readonly token: VerifiedToken;
  readonly access: AccessRequest;
  readonly context: Context;
};

function findSecondsReason({ role, access }: GrantQuestion): DenyReason | undefined {
  if (access.seconds === undefined) return undefined;
  // Not `>`: what is no number is above every maximum.
  if (!(access.seconds <= role.session.max)) return 'seconds_above_maximum';
  return access.seconds < role.session.min ? 'seconds_below_minimum' : undefined;
}

function decideGrant(statement: Statement, ask: GrantQuestion, { claims, trace }: TrustFinding): Decision {
  const { role, token, access, context } = ask;
  const deny = (reason: DenyReason, about?: string, unusable?: UnusableClaim): Deny => ({
    allowed: false,
    reason,
    statement: statement.id,
    about,
    ...(unusable === undefined ? {} : { unusable }),
    trace,
  });
  if (role.disabled !== undefined) return deny('role_disabled', role.disabled);
  if (access.kinds && !access.kinds.includes(role.template.kind)) return deny('kind_differs');
  const scopes = chooseScopes(statement, access.scopes, COVERS[role.template.kind]);
  if ('beyond' in scopes) return deny('scope_beyond_grant', scopes.beyond);
  const refused = findSecondsReason(ask);
  if (refused) return deny(refused);
  const target = fillTarget(role.template, {
    claims,
    issuer: token.issuer,
    scopes: scopes.scopes,
    sessionPolicy: access.sessionPolicy,
  });
  if ('unusable' in target) return deny(target.refused, target.unusable.claim, target.unusable);
  if ('refused' in target) return deny(target.refused);
  // Last, so that nothing need be looked up of the job of a token that is denied in any case.
  const demands = checkDemands(role, token.issuer, context);
  const traced = demands.length > 0 ? { ...trace, demands } : trace;
  const unmet = findUnmetDemand(demands);
  if (unmet) return { ...deny(findDemandReason(unmet), unmet.wanted?.step), trace: traced };
  const secondsUntilEnd =
    statement.until === undefined ? Number.POSITIVE_INFINITY : Math.floor(statement.until - context.now);
  const granted: Omit<Grant, typeof grant> = {
    role: role.name,
    statement: statement.id,
    principal: { issuer: token.issuer, subject: token.subject },
    seconds: Math.min(access.seconds ?? role.session.seconds, secondsUntilEnd),
    scopes: scopes.scopes,
    session: nameGrantSession(role, token),
    target,
  };
  return { allowed: true, statement: statement.id, grant: granted as Grant, trace: traced };
}

/**
 * May this token have this role? Pure and total: no clock, no I/O, and a value for every input. Deny statements are tried
 * first; then the first trust statement that holds wins, and only its scopes are granted: what it does not give is denied,
 * and no later statement is tried. The trace holds every statement tried with each of its conditions
 * (docs/reference/policy.md).
 */
export function decide(role: Role, token: VerifiedToken, access: AccessRequest, context: Context): Decision {
  const weighed = weighTrust(role, token, { context, least: role.session.min });
  if (weighed.winner) return decideGrant(weighed.winner, { role, token, access, context }, weighed);
  const { trace, reason, statement } = weighed;
  return { allowed: false, reason, statement, about: undefined, trace };
}
