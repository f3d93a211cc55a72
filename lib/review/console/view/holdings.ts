import type { Role } from '../../../policy/role.ts';
import { describeTarget } from '../../compare/gives.ts';
import { createElement, createStep, findPart, showText } from './element.ts';

/** More roles than a person reads. */
const MOST = 100;

/** Shows which of so many roles the caller would be given; each leads to its role. */
export function showHoldings(held: readonly Role[], all: number, choose: (role: string) => void): void {
  const shown = held.slice(0, MOST);
  showText(
    'held-count',
    `${held.length} of ${all} roles${held.length > MOST ? `, the first ${MOST} shown` : ''}`,
  );
  findPart('held-roles').replaceChildren(
    ...shown.map(role =>
      createElement(
        'li',
        {},
        createStep(role.name, () => choose(role.name)),
        createElement('span', { class: 'quiet' }, ` ${describeTarget(role.template)}`),
      ),
    ),
  );
}
