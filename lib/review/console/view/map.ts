import type { ReachLine } from '../reach.ts';
import { createButton, createElement, findPart, showText } from './element.ts';

function createCell(texts: readonly string[]): HTMLElement {
  return createElement('td', {}, ...texts.map(text => createElement('p', {}, text)));
}

function createGrantCell(line: ReachLine): HTMLElement {
  const { role, statement } = line;
  return createCell([
    role.template.kind,
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

function createMapRow(reach: ReachLine, choose: (role: string) => void): HTMLElement {
  return createElement(
    'tr',
    {},
    createElement(
      'th',
      { scope: 'row' },
      createButton(reach.role.name, () => choose(reach.role.name)),
      createElement('span', { class: 'quiet' }, reach.statement.id),
    ),
    createGrantCell(reach),
    createCell([reach.issuer]),
    createCell(reach.organization),
    createCell(reach.pipeline),
    createFurtherCell(reach),
  );
}

/** More lines than a browser lays out at once; the filter reaches the rest. */
const MOST = 500;

/** The lines of the map, of so many in all. */
export function showMap(found: readonly ReachLine[], all: number, choose: (role: string) => void): void {
  showText('counted', `${found.length} of ${all}${found.length > MOST ? `, the first ${MOST} shown` : ''}`);
  findPart('map').replaceChildren(...found.slice(0, MOST).map(reach => createMapRow(reach, choose)));
}
