import type { Place } from '../../language/tree.ts';
import type { Claims } from '../../policy/claims.ts';
import {
  type AccessRequest,
  type Allow,
  type Decision,
  type DenyReason,
  decide,
} from '../../policy/decide.ts';
import { meetsGuard } from '../../policy/guard.ts';
import {
  decideMethod,
  decideOperation,
  type MethodAllow,
  type MethodDecision,
  type MethodReason,
} from '../../policy/method.ts';
import { readOperation } from '../../policy/registries/read.ts';
import type { Registry } from '../../policy/registry.ts';
import type { Trace } from '../../policy/trace.ts';
import type { Context } from '../../policy/trust.ts';
import type { VerifiedToken } from '../../policy/verified-token.ts';
import type { IssuerRow } from '../../token/issuer.ts';
import { assumeVerified } from '../assume.ts';
import type { PolicyItem } from '../compare/item.ts';

/** One case, an entry of `<name>.test.yml`. */
export type Case = {
  readonly name: string;
  readonly place: Place;
  readonly claims: Claims;
  readonly access: AccessRequest;
  /** How a registry is used; undefined for a role. */
  readonly method: string | undefined;
  /** Its path and query, where the case says them: then all that the request does is decided. */
  readonly path?: string | undefined;
  readonly context: Context;
  readonly expected: ExpectedDecision;
};

export type ExpectedDecision =
  | {
      /** The id of the trust statement that must win. */
      readonly allow: string;
      /** In any order; undefined: whatever the statement gives. */
      readonly scopes: readonly string[] | undefined;
      readonly seconds: number | undefined;
    }
  | { readonly deny: CaseReason };

/** A denial's reason; the fleet's guard comes before any role, so it has one of its own. */
export type CaseReason = DenyReason | MethodReason | 'guard_not_met';

/** Every reason, as a value: a case may name one of these. */
export const REASONS: { readonly [reason in CaseReason]: true } = {
  audience_differs: true,
  explicitly_denied: true,
  no_statement_holds: true,
  request_not_understood: true,
  method_not_listed: true,
  method_beyond_grant: true,
  role_disabled: true,
  job_finished: true,
  job_unknown: true,
  approval_missing: true,
  approval_too_old: true,
  kind_differs: true,
  scope_beyond_grant: true,
  seconds_above_maximum: true,
  seconds_below_minimum: true,
  claim_not_usable: true,
  session_policy_refused: true,
  session_policy_too_large: true,
  tag_too_long: true,
  guard_not_met: true,
};

/** Something that a case expected and the policy does otherwise. */
export type Difference = {
  readonly of: 'decision' | 'scopes' | 'seconds';
  readonly expected: string;
  readonly actual: string;
};

/** One case as it ran; it passes when nothing differs. */
export type Trial = {
  readonly case: Case;
  /** For `explain`; undefined when the fleet's guard kept the claims from the role. */
  readonly decision: Decision | MethodDecision | undefined;
  /** The trace of the statements, were it not for the guard. */
  readonly trace: Trace;
  readonly differences: readonly Difference[];
};

function formatTrialDecision(decision: Trial['decision']): string {
  if (!decision) return 'deny guard_not_met';
  return decision.allowed ? `allow ${decision.statement}` : `deny ${decision.reason}`;
}

function formatExpected(expected: ExpectedDecision): string {
  return 'allow' in expected ? `allow ${expected.allow}` : `deny ${expected.deny}`;
}

function formatScopes(scopes: readonly string[]): string {
  return [...scopes].sort().join(' ');
}

function compareTexts(of: Difference['of'], expected: string, actual: string): Difference[] {
  return expected === actual ? [] : [{ of, expected, actual }];
}

function compareGrant(expected: ExpectedDecision, decision: Allow | MethodAllow): Difference[] {
  if (!('allow' in expected)) return [];
  const { scopes, seconds } = expected;
  const given = 'grant' in decision ? decision.grant : { scopes: decision.scopes, seconds: undefined };
  return [
    ...(scopes ? compareTexts('scopes', formatScopes(scopes), formatScopes(given.scopes)) : []),
    ...(seconds === undefined ? [] : compareTexts('seconds', String(seconds), String(given.seconds))),
  ];
}

/** The guards in the rows of broker.yml, which come before any role. */
export type GuardRows = ReadonlyMap<string, Pick<IssuerRow, 'require' | 'nullable'>>;

/** By the whole request, as the authorizer does, or by its method alone. */
function decideCaseAtRegistry(registry: Registry, token: VerifiedToken, tried: Case): MethodDecision {
  const { method = '', path, context } = tried;
  if (path === undefined) return decideMethod(registry, token, method, context);
  const [within = '', ...query] = path.split('?');
  const operation = readOperation(registry, { method, path: within, query: query.join('?') });
  return decideOperation(registry, token, operation, context);
}

function decideCase(role: PolicyItem, token: VerifiedToken, each: Case): Decision | MethodDecision {
  return 'methods' in role
    ? decideCaseAtRegistry(role, token, each)
    : decide(role, token, each.access, each.context);
}

function runCase(role: PolicyItem, rows: GuardRows, each: Case): Trial {
  const token = assumeVerified(each.claims, role);
  const row = rows.get(token.issuer);
  const asked = decideCase(role, token, each);
  const decision = row !== undefined && meetsGuard(row, token.claims) ? asked : undefined;
  const differences = compareTexts('decision', formatExpected(each.expected), formatTrialDecision(decision));
  const trial = { case: each, decision, trace: asked.trace, differences };
  if (differences.length > 0 || !decision?.allowed) return trial;
  return { ...trial, differences: compareGrant(each.expected, decision) };
}

/**
 * Asks a role or a registry what its cases ask, behind the guards of broker.yml's rows, and tells what differs. Pure.
 */
export function runCases(role: PolicyItem, rows: GuardRows, cases: readonly Case[]): readonly Trial[] {
  return cases.map(each => runCase(role, rows, each));
}

/** Does any case come out otherwise than it says? Asks no further than the first. */
export function hasFailing(role: PolicyItem, rows: GuardRows, cases: readonly Case[]): boolean {
  return cases.some(each => runCase(role, rows, each).differences.length > 0);
}
