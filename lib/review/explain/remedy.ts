import type { ClaimValue } from '../../policy/claims.ts';
import type { CheckedCondition, Condition, Operator, Scalar } from '../../policy/condition.ts';
import type { Decision, Deny, DenyReason } from '../../policy/decide.ts';
import { findPatternFault } from '../../policy/glob.ts';
import type { MethodDecision, MethodReason } from '../../policy/method.ts';
import { findNearestStatement, type StatementTrace, type Trace } from '../../policy/trace.ts';
import { describeCondition, formatClaim } from './explain.ts';
import { writeYaml } from './written.ts';

/** Changes that would let a caller in: in the step that asks, or in the policy, if its author means to. */
export type Remedies = { readonly step: readonly string[]; readonly policy: readonly string[] };

/** Finds what to add to the command that mints a token, for a claim that is there only then. */
export type FindRequest = (claim: string) => string | undefined;

const NONE: Remedies = { step: [], policy: [] };

function isScalarClaim(value: ClaimValue | undefined): value is Scalar {
  return (
    value === null ||
    ['string', 'boolean'].includes(typeof value) ||
    (typeof value === 'number' && Number.isSafeInteger(value))
  );
}

/** A condition as it would have to be; without operands it must go. */
export type Loosening = {
  readonly statement: string;
  readonly condition: Condition;
  readonly operator: Operator;
  readonly operands: readonly Scalar[] | undefined;
};

/** Says what else a loosened condition lets in, in a sentence; empty where nothing is known of that. */
export type DescribeOpened = (loosening: Loosening) => string;

type Offer = { readonly operator: Operator; readonly operands: readonly Scalar[] | undefined };

/** The operands as they would have to be, or that there must be none; undefined where no operand would do. */
function findOffer(checked: CheckedCondition): Offer | undefined {
  const {
    condition: { on, operator, operands },
    actual: value,
  } = checked;
  if (!isScalarClaim(value)) return undefined;
  const others = operands.filter(operand => operand !== value);
  if (operator === 'equals' || operator === 'in') return { operator: 'in', operands: [...operands, value] };
  if (operator === 'matches')
    return typeof value === 'string' && !findPatternFault(value) && !/[*?]/.test(value)
      ? { operator, operands: [...operands, value] }
      : undefined;
  // The range that an address lies in is not that address: which to take away, its author must say.
  if (on === 'source_ip') return undefined;
  if (operator === 'not_in' && others.length > 0) return { operator, operands: others };
  return operator.startsWith('not_') ? { operator, operands: undefined } : undefined;
}

function writeOffer(condition: Condition, offer: Offer): string {
  const { operator, operands } = offer;
  const rule = operands === undefined ? `no ${operator}` : writeYaml({ [operator]: [...operands] });
  return condition.on === 'source_ip'
    ? `request: { source_ip: ${rule} }`
    : `${writeYaml(condition.name)}: ${rule}`;
}

function describeOffer(
  checked: CheckedCondition,
  statement: string,
  sayOpened: DescribeOpened,
): string | undefined {
  const offer = checked.why === 'differs' ? findOffer(checked) : undefined;
  if (offer === undefined) return undefined;
  const { condition } = checked;
  return `In "${statement}": ${writeOffer(condition, offer)}${sayOpened({ statement, condition, ...offer })}`;
}

function adviseStep(checked: CheckedCondition, askFor: FindRequest): string {
  const { condition, actual: value, why } = checked;
  const { name } = condition;
  const asks = askFor(name);
  if (why === 'source_address_unknown')
    return `The address is not known here; wanted: ${describeCondition(condition)}.`;
  if (why !== 'absent') return `${name} is ${formatClaim(value)}; wanted: ${describeCondition(condition)}.`;
  return asks === undefined
    ? `${name} is absent, and wanted.`
    : `${name} is absent: add ${asks} when the token is minted.`;
}

/** A statement that binds another tenant is not to be widened for this one. */
function listPolicyChanges(
  nearest: StatementTrace,
  unmet: readonly CheckedCondition[],
  sayOpened: DescribeOpened,
): string[] {
  if (unmet.some(each => each.condition.binds)) return [];
  return unmet.flatMap(each => describeOffer(each, nearest.id, sayOpened) ?? []);
}

function remedyNearest(trace: Trace, askFor: FindRequest, sayOpened: DescribeOpened): Remedies {
  const nearest = findNearestStatement(trace);
  if (!nearest) return { step: [], policy: ['No trust statement speaks of this issuer.'] };
  const unmet = nearest.conditions.filter(each => each.truth !== 'true');
  return {
    step: [...new Set(unmet.map(each => adviseStep(each, askFor)))],
    policy: listPolicyChanges(nearest, unmet, sayOpened),
  };
}

/** A claim that no flag adds is one that only some jobs have: to send it is no advice. */
function remedyDeny(trace: Trace, askFor: FindRequest): Remedies {
  const striking = trace.statements.filter(each => each.effect === 'deny' && each.applies);
  const absent = striking.flatMap(each =>
    each.conditions
      .filter(condition => condition.why === 'absent')
      .map(({ condition: { name } }) => ({ id: each.id, name })),
  );
  const step = absent.map(({ name }) => {
    const asks = askFor(name);
    return asks === undefined
      ? `The token has no ${name}, and an absent claim does not switch a deny off.`
      : `An absent claim does not switch a deny off: send ${name} (add ${asks}).`;
  });
  const lacking = absent.filter(each => askFor(each.name) === undefined);
  const policy = lacking.map(
    ({ id, name }) =>
      `"${id}" denies every job that has no ${name}. Say in the trust statement which values of ${name} it admits, and remove it`,
  );
  return { step: [...new Set(step)], policy: [...new Set(policy)] };
}

type DenialFacts = Pick<Deny, 'trace' | 'concerns' | 'statement'>;

const OTHERS: { readonly [reason in DenyReason | MethodReason]?: (deny: DenialFacts) => Remedies } = {
  audience_differs: ({ trace: { audience } }) => ({
    step: [`Mint the token for ${audience.expected}; this one is for ${audience.actual}.`],
    policy: [],
  }),
  scope_beyond_grant: ({ concerns, statement }) => ({
    step: [`Do not ask for ${concerns}.`],
    policy: [`In "${statement}": add ${concerns} to scopes`],
  }),
  seconds_above_maximum: () => ({
    step: ['Ask for a shorter session.'],
    policy: ['Raise max_seconds under session'],
  }),
  seconds_below_minimum: () => ({ step: ['Ask for a longer session.'], policy: [] }),
  job_finished: () => ({ step: ['Exchange the token while its job runs.'], policy: [] }),
  job_unknown: () => ({ step: ['Ask again once the event of its start has come.'], policy: [] }),
  approval_missing: ({ concerns }) => ({
    step: [`Have the block step ${concerns} of this build unblocked by one of those whom the role names.`],
    policy: [],
  }),
  approval_too_old: () => ({
    step: ['Start a new build and have it approved.'],
    policy: ['Raise within under approval'],
  }),
  role_disabled: () => ({ step: [], policy: ['Remove disabled'] }),
  method_beyond_grant: ({ concerns, statement }) => ({
    step: [],
    policy: [`In "${statement}": add ${concerns} to scopes`],
  }),
  method_not_listed: () => ({ step: [], policy: ['Name the scope of the method under methods'] }),
};

/** Finds what would have to change for a denied caller, on both sides, from the trace alone. */
export function findRemedies(
  decision: Decision | MethodDecision,
  askFor: FindRequest,
  sayOpened: DescribeOpened = () => '',
): Remedies {
  if (decision.allowed) return NONE;
  const { trace, reason } = decision;
  if (reason === 'no_statement_holds') return remedyNearest(trace, askFor, sayOpened);
  if (reason === 'explicitly_denied') return remedyDeny(trace, askFor);
  return OTHERS[reason]?.(decision) ?? NONE;
}
