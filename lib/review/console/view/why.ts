import type { CheckedCondition } from '../../../policy/condition.ts';
import type { Decision } from '../../../policy/decide.ts';
import type { StatementTrace } from '../../../policy/trace.ts';
import { describeDemand } from '../../explain/demand-text.ts';
import { DOUBTS, describeCondition, formatClaim, SKIPPED } from '../../explain/explain.ts';
import type { Remedies } from '../../explain/remedy.ts';
import type { ConsoleAnswer } from '../answer.ts';
import { createElement } from './element.ts';

const TRUTHS = { true: 'yes', false: 'no', doubt: 'in doubt' } as const;

function describeActualValue(checked: CheckedCondition): string {
  const { actual: value, why, truth } = checked;
  if (truth !== 'doubt') return formatClaim(value);
  return value === undefined ? `${DOUBTS[why]}` : `${formatClaim(value)}: ${DOUBTS[why]}`;
}

function createConditionRow(checked: CheckedCondition): HTMLElement {
  return createElement(
    'tr',
    {},
    createElement(
      'td',
      {},
      createElement('span', { class: `truth ${checked.truth}` }, TRUTHS[checked.truth]),
    ),
    createElement('td', {}, describeCondition(checked.condition)),
    createElement('td', {}, describeActualValue(checked)),
  );
}

function createConditionTable(trace: StatementTrace): HTMLElement {
  return createElement(
    'table',
    { class: 'conditions' },
    createElement('caption', { class: 'hidden' }, `Conditions of ${trace.id}`),
    createElement(
      'thead',
      {},
      createElement(
        'tr',
        {},
        ...['Met', 'Condition', 'Here'].map(each => createElement('th', { scope: 'col' }, each)),
      ),
    ),
    createElement('tbody', {}, ...trace.conditions.map(createConditionRow)),
  );
}

const ENDINGS = {
  deny: { true: 'strikes', false: 'does not strike' },
  trust: { true: 'holds', false: 'does not hold' },
} as const;

function createStatementCard(each: StatementTrace): HTMLElement {
  const { id, effect, skipped, applies } = each;
  const ending = skipped ? `not tried: ${SKIPPED[skipped]}` : ENDINGS[effect][`${applies}`];
  return createElement(
    'article',
    { class: `card statement ${effect} ${applies ? 'applies' : ''}` },
    createElement('h4', {}, createElement('span', { class: 'effect' }, effect), ` ${id} `),
    createElement('p', { class: 'ending' }, ending),
    skipped ? undefined : createConditionTable(each),
  );
}

function createRemedyList(title: string, each: readonly string[]): HTMLElement | undefined {
  return each.length === 0
    ? undefined
    : createElement(
        'div',
        {},
        createElement('h4', {}, title),
        createElement('ul', {}, ...each.map(text => createElement('li', {}, text))),
      );
}

function createRemedyCard(remedies: Remedies): HTMLElement | undefined {
  const { step, policy } = remedies;
  return step.length + policy.length === 0
    ? undefined
    : createElement(
        'section',
        { class: 'card remedies' },
        createElement('h3', {}, 'What would have to change'),
        createRemedyList('In the step', step),
        createRemedyList('In the role, if it is meant to let this job in', policy),
      );
}

function createGrantCard(decision: Decision): HTMLElement | undefined {
  if (!decision.allowed) return undefined;
  const { kind, ...target } = decision.grant.target;
  const members = Object.entries({ kind, ...target }).filter(([, value]) => value !== undefined);
  const pairs = members.flatMap(([name, value]) => [
    createElement('dt', {}, name),
    createElement('dd', {}, typeof value === 'string' ? value : JSON.stringify(value)),
  ]);
  return createElement(
    'details',
    { class: 'card' },
    createElement('summary', {}, 'What is given'),
    createElement('dl', {}, ...pairs),
  );
}

/** Shows what the role demands of the job. This page hears no events, so it takes the demand as met, and says so. */
function createDemandCard(decision: Decision): HTMLElement | undefined {
  const demands = 'demands' in decision.trace ? (decision.trace.demands ?? []) : [];
  return demands.length === 0
    ? undefined
    : createElement(
        'section',
        { class: 'card demands' },
        createElement('h4', {}, 'And only while, which is taken as met here'),
        createElement(
          'ul',
          {},
          ...demands.map(({ wanted }) => createElement('li', {}, describeDemand(wanted))),
        ),
      );
}

/** Everything behind a decision, drawn from its trace: nothing is evaluated again. */
export function createWhyParts(answer: ConsoleAnswer): HTMLElement[] {
  const { decision, remedies } = answer;
  return [
    createRemedyCard(remedies),
    createGrantCard(decision),
    createElement('h3', {}, 'Why'),
    ...decision.trace.statements.map(createStatementCard),
    createDemandCard(decision),
  ].filter(each => each !== undefined);
}
