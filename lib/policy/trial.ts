import type { IssuerRow } from '../token/issuer.ts';
import { assumeVerified } from './assume.ts';
import type { Claims } from './claims.ts';
import type { Place } from './complaint.ts';
import {
  type AccessRequest,
  type Allow,
  type Context,
  type Decision,
  type DenyReason,
  decide,
} from './decide.ts';
import { meets } from './guard.ts';
import type { Role } from './role.ts';

/** What a role must decide for given claims: one entry of `<role>.test.yml`. */
export type Case = {
  readonly name: string;
  readonly place: Place;
  readonly claims: Claims;
  readonly access: AccessRequest;
  readonly context: Context;
  readonly expected: Expected;
};

export type Expected =
  | {
      /** The id of the trust statement that must win. */
      readonly allow: string;
      /** In any order; undefined: whatever the statement gives. */
      readonly scopes: readonly string[] | undefined;
      readonly seconds: number | undefined;
    }
  | { readonly deny: CaseReason };

/** A denial's reason; the fleet's guard comes before any role, so it has one of its own. */
export type CaseReason = DenyReason | 'guard_not_met';

/** Every reason, as a value: a case may name one of these. */
export const REASONS: { readonly [reason in CaseReason]: true } = {
  audience_differs: true,
  explicitly_denied: true,
  no_statement_holds: true,
  role_disabled: true,
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
  readonly decision: Decision | undefined;
  readonly differences: readonly Difference[];
};

const decisionText = (decision: Decision | undefined): string => {
  if (!decision) return 'deny guard_not_met';
  return decision.allowed ? `allow ${decision.statement}` : `deny ${decision.reason}`;
};

const expectedText = (expected: Expected): string =>
  'allow' in expected ? `allow ${expected.allow}` : `deny ${expected.deny}`;

const scopesText = (scopes: readonly string[]): string => [...scopes].sort().join(' ');

const unlike = (of: Difference['of'], expected: string, actual: string): Difference[] =>
  expected === actual ? [] : [{ of, expected, actual }];

const grantDifferences = (expected: Expected, { grant }: Allow): Difference[] => {
  if (!('allow' in expected)) return [];
  const { scopes, seconds } = expected;
  return [
    ...(scopes ? unlike('scopes', scopesText(scopes), scopesText(grant.scopes)) : []),
    ...(seconds === undefined ? [] : unlike('seconds', String(seconds), String(grant.seconds))),
  ];
};

type Guards = ReadonlyMap<string, Pick<IssuerRow, 'require' | 'nullable'>>;

const runCase = (role: Role, rows: Guards, each: Case): Trial => {
  const token = assumeVerified(each.claims, role);
  const row = rows.get(token.issuer);
  const admitted = row !== undefined && meets(row, token.claims);
  const decision = admitted ? decide(role, token, each.access, each.context) : undefined;
  const differences = unlike('decision', expectedText(each.expected), decisionText(decision));
  if (differences.length > 0 || !decision?.allowed) return { case: each, decision, differences };
  return { case: each, decision, differences: grantDifferences(each.expected, decision) };
};

/** Asks a role what its cases ask, behind the guards of broker.yml's rows, and tells what differs. Pure. */
export const runCases = (role: Role, rows: Guards, cases: readonly Case[]): readonly Trial[] =>
  cases.map(each => runCase(role, rows, each));
