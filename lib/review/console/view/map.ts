import { describeTarget } from '../../compare/gives.ts';
import type { ReachLine } from '../reach.ts';
import { createButton, createElement, findPart, showText } from './element.ts';

function createCell(texts: readonly string[]): HTMLElement {
  return createElement('td', {}, ...texts.map(text => createElement('p', {}, text)));
}

/** Where a line leads: to its role, or to all lines with the same text. */
export type MapSteps = { readonly choose: (role: string) => void; readonly narrow: (text: string) => void };

/** A cell whose text leads to all lines that have it too. */
function createStepCell(text: string, narrow: MapSteps['narrow'], also: readonly string[]): HTMLElement {
  const step = createButton(text, () => narrow(text));
  step.title = 'Show all lines with this';
  return createElement('td', {}, step, ...also.map(each => createElement('p', {}, each)));
}

function createGrantCell(line: ReachLine, narrow: MapSteps['narrow']): HTMLElement {
  const { role, statement } = line;
  return createStepCell(describeTarget(role.template), narrow, [
    ...(statement.scopes ?? []),
    ...(role.disabled === undefined ? [] : [`disabled: ${role.disabled}`]),
  ]);
}

function createFurtherCell(line: ReachLine): HTMLElement {
  const { further: said, statement, denies } = line;
  return createCell([
    ...said,
    ...(statement.until === undefined ? [] : [`until ${new Date(statement.until * 1000).toISOString()}`]),
    ...(denies > 0 ? [`no deny statement strikes (${denies})`] : []),
  ]);
}

function createMapRow(reach: ReachLine, { choose, narrow }: MapSteps): HTMLElement {
  return createElement(
    'tr',
    {},
    createElement(
      'th',
      { scope: 'row' },
      createButton(reach.role.name, () => choose(reach.role.name)),
      createElement('span', { class: 'quiet' }, reach.statement.id),
    ),
    createGrantCell(reach, narrow),
    createStepCell(reach.issuer, narrow, []),
    createCell(reach.organization),
    createCell(reach.pipeline),
    createFurtherCell(reach),
  );
}

/** More lines than a browser lays out at once; the filter reaches the rest. */
const MOST = 500;

/** The lines of the map, of so many in all. */
export function showMap(found: readonly ReachLine[], all: number, steps: MapSteps): void {
  showText('counted', `${found.length} of ${all}${found.length > MOST ? `, the first ${MOST} shown` : ''}`);
  findPart('map').replaceChildren(...found.slice(0, MOST).map(reach => createMapRow(reach, steps)));
}
