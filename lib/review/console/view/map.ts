import type { Reach } from '../reach.ts';
import { createButton, createElement, findPart, showText } from './element.ts';

function each(texts: readonly string[]): HTMLElement {
  return createElement('td', {}, ...texts.map(text => createElement('p', {}, text)));
}

function gives({ role, statement }: Reach): HTMLElement {
  return each([
    role.template.kind,
    ...(statement.scopes ?? []),
    ...(role.disabled === undefined ? [] : [`disabled: ${role.disabled}`]),
  ]);
}

function further({ further: said, statement, denies }: Reach): HTMLElement {
  return each([
    ...said,
    ...(statement.until === undefined ? [] : [`until ${new Date(statement.until * 1000).toISOString()}`]),
    ...(denies > 0 ? [`no deny statement strikes (${denies})`] : []),
  ]);
}

function row(reach: Reach, choose: (role: string) => void): HTMLElement {
  return createElement(
    'tr',
    {},
    createElement(
      'th',
      { scope: 'row' },
      createButton(reach.role.name, () => choose(reach.role.name)),
      createElement('span', { class: 'quiet' }, reach.statement.id),
    ),
    gives(reach),
    each([reach.issuer]),
    each(reach.organization),
    each(reach.pipeline),
    further(reach),
  );
}

/** More lines than a browser lays out at once; the filter reaches the rest. */
const MOST = 500;

/** The lines of the map, of so many in all. */
export function showMap(found: readonly Reach[], all: number, choose: (role: string) => void): void {
  showText('counted', `${found.length} of ${all}${found.length > MOST ? `, the first ${MOST} shown` : ''}`);
  findPart('map').replaceChildren(...found.slice(0, MOST).map(reach => row(reach, choose)));
}
