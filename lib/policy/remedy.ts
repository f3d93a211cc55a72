import type { ClaimValue } from './claims.ts';
import type { Checked, Scalar } from './condition.ts';
import type { Decision, Deny, DenyReason } from './decide.ts';
import { shown, wanted } from './explain.ts';
import { patternFault } from './glob.ts';
import type { MethodDecision, MethodReason } from './method.ts';
import { nearestStatement, type StatementTrace, type Trace } from './trace.ts';
import { written } from './written.ts';

/** What would have to change: in the step that asks, or in the policy, if its author means to let this caller in. */
export type Remedies = { readonly step: readonly string[]; readonly policy: readonly string[] };

/** What to add to the command that mints a token, for a claim that is there only then. */
export type AskFor = (claim: string) => string | undefined;

const NONE: Remedies = { step: [], policy: [] };

const isScalar = (value: ClaimValue | undefined): value is Scalar =>
  value === null ||
  ['string', 'boolean'].includes(typeof value) ||
  (typeof value === 'number' && Number.isSafeInteger(value));

/** The operators as they would have to be, or that one must go; undefined where no operand would do. */
const offer = ({ condition: { on, operator, operands }, actual: value }: Checked): string | undefined => {
  if (!isScalar(value)) return undefined;
  const others = operands.filter(operand => operand !== value);
  if (operator === 'equals' || operator === 'in') return written({ in: [...operands, value] });
  if (operator === 'matches')
    return typeof value === 'string' && !patternFault(value) && !/[*?]/.test(value)
      ? written({ matches: [...operands, value] })
      : undefined;
  // The range that an address lies in is not that address: which to take away, its author must say.
  if (on === 'source_ip') return undefined;
  if (operator === 'not_in' && others.length > 0) return written({ not_in: others });
  return operator.startsWith('not_') ? `no ${operator}` : undefined;
};

const change = (checked: Checked): string | undefined => {
  const { on, name } = checked.condition;
  const offered = checked.why === 'differs' ? offer(checked) : undefined;
  if (offered === undefined) return undefined;
  return on === 'source_ip' ? `request: { source_ip: ${offered} }` : `${written(name)}: ${offered}`;
};

const stepFor = ({ condition, actual: value, why }: Checked, askFor: AskFor): string => {
  const { name } = condition;
  const asks = askFor(name);
  if (why === 'source_address_unknown') return `The address is not known here; wanted: ${wanted(condition)}.`;
  if (why !== 'absent') return `${name} is ${shown(value)}; wanted: ${wanted(condition)}.`;
  return asks === undefined
    ? `${name} is absent, and wanted.`
    : `${name} is absent: add ${asks} when the token is minted.`;
};

/** A statement that binds another tenant is not to be widened for this one. */
const changesOf = (unmet: readonly Checked[]): string[] =>
  unmet.some(({ condition }) => condition.binds) ? [] : unmet.flatMap(each => change(each) ?? []);

const unmetIn = ({ conditions }: StatementTrace): Checked[] =>
  conditions.filter(({ truth }) => truth !== 'true');

const forNearest = (trace: Trace, askFor: AskFor): Remedies => {
  const nearest = nearestStatement(trace);
  if (!nearest) return { step: [], policy: ['No trust statement speaks of this issuer.'] };
  const unmet = unmetIn(nearest);
  return {
    step: [...new Set(unmet.map(each => stepFor(each, askFor)))],
    policy: changesOf(unmet).map(each => `In "${nearest.id}": ${each}`),
  };
};

const forDeny = ({ statements }: Trace, askFor: AskFor): Remedies => {
  const striking = statements.filter(({ effect, applies }) => effect === 'deny' && applies);
  const absent = striking.flatMap(({ conditions }) => conditions.filter(({ why }) => why === 'absent'));
  const names = [...new Set(absent.map(({ condition }) => condition.name))];
  return {
    step: names.map(name => {
      const asks = askFor(name);
      return `An absent claim does not switch a deny off: send ${name}${asks === undefined ? '' : ` (add ${asks})`}.`;
    }),
    policy: [],
  };
};

type Told = Pick<Deny, 'trace' | 'about' | 'statement'>;

const OTHERS: { readonly [reason in DenyReason | MethodReason]?: (deny: Told) => Remedies } = {
  audience_differs: ({ trace: { audience } }) => ({
    step: [`Mint the token for ${audience.expected}; this one is for ${audience.actual}.`],
    policy: [],
  }),
  scope_beyond_grant: ({ about, statement }) => ({
    step: [`Do not ask for ${about}.`],
    policy: [`In "${statement}": add ${about} to scopes`],
  }),
  seconds_above_maximum: () => ({
    step: ['Ask for a shorter session.'],
    policy: ['Raise max_seconds under session'],
  }),
  seconds_below_minimum: () => ({ step: ['Ask for a longer session.'], policy: [] }),
  role_disabled: () => ({ step: [], policy: ['Remove disabled'] }),
  method_beyond_grant: ({ about, statement }) => ({
    step: [],
    policy: [`In "${statement}": add ${about} to scopes`],
  }),
  method_not_listed: () => ({ step: [], policy: ['Name the scope of the method under methods'] }),
};

/** What would have to change for a denied caller, on both sides, drawn from the trace alone. */
export const remedies = (decision: Decision | MethodDecision, askFor: AskFor): Remedies => {
  if (decision.allowed) return NONE;
  const { trace, reason } = decision;
  if (reason === 'no_statement_holds') return forNearest(trace, askFor);
  if (reason === 'explicitly_denied') return forDeny(trace, askFor);
  return OTHERS[reason]?.(decision) ?? NONE;
};
