import type { CheckedCondition } from '../../../policy/condition.ts';
import type { Decision } from '../../../policy/decide.ts';
import type { StatementTrace } from '../../../policy/trace.ts';
import { DOUBTS, SKIPPED, shown, wanted } from '../../explain/explain.ts';
import type { Remedies } from '../../explain/remedy.ts';
import type { Answer } from '../answer.ts';
import { element } from './element.ts';

const TRUTHS = { true: 'yes', false: 'no', doubt: 'in doubt' } as const;

function actual({ actual: value, why, truth }: CheckedCondition): string {
  if (truth !== 'doubt') return shown(value);
  return value === undefined ? `${DOUBTS[why]}` : `${shown(value)}: ${DOUBTS[why]}`;
}

function conditionRow(checked: CheckedCondition): HTMLElement {
  return element(
    'tr',
    {},
    element('td', {}, element('span', { class: `truth ${checked.truth}` }, TRUTHS[checked.truth])),
    element('td', {}, wanted(checked.condition)),
    element('td', {}, actual(checked)),
  );
}

function conditionTable({ id, conditions }: StatementTrace): HTMLElement {
  return element(
    'table',
    { class: 'conditions' },
    element('caption', { class: 'hidden' }, `Conditions of ${id}`),
    element(
      'thead',
      {},
      element('tr', {}, ...['Met', 'Condition', 'Here'].map(each => element('th', { scope: 'col' }, each))),
    ),
    element('tbody', {}, ...conditions.map(conditionRow)),
  );
}

const ENDINGS = {
  deny: { true: 'strikes', false: 'does not strike' },
  trust: { true: 'holds', false: 'does not hold' },
} as const;

function statementCard(each: StatementTrace): HTMLElement {
  const { id, effect, skipped, applies } = each;
  const ending = skipped ? `not tried: ${SKIPPED[skipped]}` : ENDINGS[effect][`${applies}`];
  return element(
    'article',
    { class: `card statement ${effect} ${applies ? 'applies' : ''}` },
    element('h4', {}, element('span', { class: 'effect' }, effect), ` ${id} `),
    element('p', { class: 'ending' }, ending),
    skipped ? undefined : conditionTable(each),
  );
}

function remedyList(title: string, each: readonly string[]): HTMLElement | undefined {
  return each.length === 0
    ? undefined
    : element(
        'div',
        {},
        element('h4', {}, title),
        element('ul', {}, ...each.map(text => element('li', {}, text))),
      );
}

function remedyCard({ step, policy }: Remedies): HTMLElement | undefined {
  return step.length + policy.length === 0
    ? undefined
    : element(
        'section',
        { class: 'card remedies' },
        element('h3', {}, 'What would have to change'),
        remedyList('In the step', step),
        remedyList('In the role, if it is meant to let this job in', policy),
      );
}

function grantCard(decision: Decision): HTMLElement | undefined {
  if (!decision.allowed) return undefined;
  const { kind, ...target } = decision.grant.target;
  const members = Object.entries({ kind, ...target }).filter(([, value]) => value !== undefined);
  const pairs = members.flatMap(([name, value]) => [
    element('dt', {}, name),
    element('dd', {}, typeof value === 'string' ? value : JSON.stringify(value)),
  ]);
  return element(
    'details',
    { class: 'card' },
    element('summary', {}, 'What is given'),
    element('dl', {}, ...pairs),
  );
}

/** Everything behind a decision, drawn from its trace: nothing is evaluated again. */
export function whyParts({ decision, remedies }: Answer): HTMLElement[] {
  return [
    remedyCard(remedies),
    grantCard(decision),
    element('h3', {}, 'Why'),
    ...decision.trace.statements.map(statementCard),
  ].filter(each => each !== undefined);
}
