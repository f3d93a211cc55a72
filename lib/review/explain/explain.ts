import type { ClaimValue } from '../../policy/claims.ts';
import type { CheckedCondition, Condition } from '../../policy/condition.ts';
import type { Decision, Deny } from '../../policy/decide.ts';
import type { MethodDecision, MethodReason } from '../../policy/method.ts';
import type { Role } from '../../policy/role.ts';
import { findNearestStatement, type StatementTrace, type Trace } from '../../policy/trace.ts';
import { describeUnusable } from '../../policy/usable.ts';
import { formatDemands } from './demand-text.ts';

/** A value as JSON has it, or what it is instead. */
export function formatClaim(value: ClaimValue | undefined): string {
  return value === undefined
    ? 'absent'
    : typeof value === 'number' && Number.isNaN(value)
      ? 'not a safe integer'
      : JSON.stringify(value);
}

const WORDS: { readonly [operator in Condition['operator']]: string } = {
  equals: 'equals',
  not_equals: 'does not equal',
  in: 'is one of',
  not_in: 'is none of',
  matches: 'matches',
  contains: 'contains',
  contains_any: 'contains one of',
};

/** A condition in words: what it wants of which claim. */
export function describeCondition(condition: Condition): string {
  const { name, operator, operands } = condition;
  return `${name} ${WORDS[operator]} ${operands.map(operand => JSON.stringify(operand)).join(', ')}`;
}

/** Why a condition is in doubt, in words. */
export const DOUBTS: { readonly [why: string]: string } = {
  absent: 'it is absent',
  wrong_type: 'it is of another type',
  unsafe_number: 'it is not a safe integer',
  too_long: 'it is longer than patterns are tried on',
  control_character: 'it holds a control character',
  source_address_unknown: 'the source address is unknown',
};

function describeActual(checked: CheckedCondition): string {
  return checked.why === 'source_address_unknown' || checked.why === 'absent'
    ? ''
    : `, here ${formatClaim(checked.actual)}${explainLikeness(checked)}`;
}

/** Says what alone sets a value apart from one that was wanted, where an eye would not see it. */
export function explainLikeness(checked: CheckedCondition): string {
  const {
    truth,
    actual: value,
    condition: { operator, operands },
  } = checked;
  if (truth === 'true' || typeof value !== 'string' || (operator !== 'equals' && operator !== 'in'))
    return '';
  const wantedTexts = operands.filter(operand => typeof operand === 'string');
  const composed = value.normalize('NFC');
  if (wantedTexts.some(text => text.normalize('NFC') === composed))
    return ', which differs in Unicode form alone';
  const small = composed.toLowerCase();
  const isCase = wantedTexts.some(text => text.normalize('NFC').toLowerCase() === small);
  return isCase ? ', which differs in case alone' : '';
}

function formatCondition(checked: CheckedCondition): string {
  const { truth, why, condition } = checked;
  if (truth === 'true') return `    yes       ${describeCondition(condition)}${describeActual(checked)}`;
  if (truth === 'false') return `    no        ${describeCondition(condition)}${describeActual(checked)}`;
  return `    in doubt  ${describeCondition(condition)}${describeActual(checked)}: ${DOUBTS[why]}`;
}

/** Why a statement was not tried, in words. */
export const SKIPPED = {
  issuer_differs: 'it speaks of another issuer',
  until_passed: 'its until has passed',
  until_too_near: 'its until is nearer than the shortest session',
} as const;

function formatStatement(trace: StatementTrace): string[] {
  const { id, effect, skipped, conditions, applies } = trace;
  if (skipped) return [`  ${effect} "${id}" was not tried: ${SKIPPED[skipped]}.`];
  const ending =
    effect === 'deny' ? (applies ? 'strikes' : 'does not strike') : applies ? 'holds' : 'does not hold';
  return [`  ${effect} "${id}" ${ending}:`, ...conditions.map(formatCondition)];
}

/** Every statement that was tried, with each of its conditions. */
export function formatTrace(trace: Trace): string[] {
  return trace.statements.flatMap(formatStatement);
}

const REASONS: { readonly [reason in Deny['reason'] | MethodReason]: string } = {
  audience_differs: 'the token was minted for another audience',
  request_not_understood: "the registry's kind does not know this request",
  method_not_listed: 'the registry names no scope for this method',
  method_beyond_grant: 'the method needs a scope that the statement does not give',
  explicitly_denied: 'a deny statement strikes',
  no_statement_holds: 'no trust statement holds',
  role_disabled: 'the role is disabled',
  job_finished: 'the job of the token has ended',
  job_unknown: 'no event has told of the job of the token, which is asked to try again',
  approval_missing: 'the build lacks the approval of the block step',
  approval_too_old: 'the approval of the block step is too old',
  session_policy_refused: 'the role has a session policy of its own, so the caller may not bring one',
  kind_differs: 'the role gives another kind of credential than was asked for',
  scope_beyond_grant: 'a requested scope is not granted',
  seconds_above_maximum: "the requested session is longer than the role's longest",
  seconds_below_minimum: 'the requested session is shorter than the shortest of its kind',
  claim_not_usable: 'a claim cannot stand where the role puts it',
  session_policy_too_large: 'the session policy becomes too large',
  tag_too_long: 'a session tag becomes too long',
};

/** The first line: the decision and its reason. */
export function summarizeDecision(role: Pick<Role, 'name'>, decision: Decision | MethodDecision): string {
  if (decision.allowed && !('grant' in decision))
    return `ALLOWED: ${role.name} by "${decision.statement}", with ${decision.scopes.join(' ')}.`;
  if (decision.allowed)
    return `ALLOWED: ${role.name} by "${decision.statement}", for ${decision.grant.seconds} seconds${decision.grant.scopes.length > 0 ? ` with ${decision.grant.scopes.join(' ')}` : ''}.`;
  const { reason, statement } = decision;
  const unusable = 'unusable' in decision ? decision.unusable : undefined;
  const hints = unusable ? describeUnusable(unusable) : decision.concerns;
  return `DENIED: ${role.name}: ${REASONS[reason]}${statement === undefined ? '' : ` ("${statement}")`}${hints === undefined ? '' : `: ${hints}`}.`;
}

function describeNearest(decision: Decision | MethodDecision): string[] {
  if (decision.allowed || decision.reason !== 'no_statement_holds') return [];
  const nearest = findNearestStatement(decision.trace);
  const unmet = nearest?.conditions.filter(each => each.truth !== 'true') ?? [];
  return nearest
    ? [
        '',
        `The nearest statement is "${nearest.id}"; not met: ${unmet.map(each => describeCondition(each.condition)).join('; ')}.`,
      ]
    : [];
}

/** Tags whose literal stands in for a claim, each with what was wrong with the claim. */
export function describeReplacedTags(decision: Decision | MethodDecision): string[] {
  const target = decision.allowed && 'grant' in decision ? decision.grant.target : undefined;
  const replaced = target?.kind === 'aws' ? (target.replaced ?? []) : [];
  return replaced.map(each => `The literal of ${each.place} is sent: ${describeUnusable(each)}.`);
}

/** A decision as sentences, drawn from its trace alone: nothing is evaluated again. */
export function explainDecision(role: Pick<Role, 'name'>, decision: Decision | MethodDecision): string[] {
  return [
    summarizeDecision(role, decision),
    ...describeReplacedTags(decision),
    ...(decision.trace.statements.length > 0 ? ['', ...formatTrace(decision.trace)] : []),
    ...formatDemands('demands' in decision.trace ? decision.trace.demands : undefined),
    ...describeNearest(decision),
  ];
}
