import type { FacetCounts, Filters } from '../filter.ts';
import type { AdmittedKind } from '../survey.ts';
import { createButton, createElement, findPart } from './element.ts';
import { findField } from './state.ts';

/** Dangers that may be worth a look, in words. */
const DANGERS: { readonly [danger: string]: readonly [says: string, means: string] } = {
  outsider: ['Open to outsiders', 'Admits jobs that anyone from outside can cause'],
  colleague: ['Open to colleagues', 'Admits jobs that a colleague without further rights can cause'],
  wide: ['Wide targets', 'Nothing narrows what its credential reaches'],
  error: ['Lint errors', 'A broker should not have it'],
  warning: ['Lint warnings', 'Worth a change'],
  note: ['Lint notes', 'Worth knowing'],
  failing: ['Failing cases', 'A test case fails, or its file cannot be read'],
  untested: ['No cases', 'It has no test cases'],
};

function createOption(value: string, text: string, chosen: string): HTMLOptionElement {
  const made = createElement('option', { value }, text);
  made.selected = value === chosen;
  return made;
}

/** The values of a facet with their counts; the chosen one stays, though it leaves nothing. */
function createOptions(counts: ReadonlyMap<string, number>, chosen: string): HTMLOptionElement[] {
  const all = new Map([...(chosen === '' ? [] : [[chosen, 0] as const]), ...counts]);
  const names = [...all].sort(([a], [b]) => a.localeCompare(b));
  return [
    createOption('', 'any', chosen),
    ...names.map(([name, count]) => createOption(name, `${name} (${count})`, chosen)),
  ];
}

function createOptionGroup(label: string, options: readonly HTMLOptionElement[]): HTMLElement[] {
  return options.length === 0 ? [] : [createElement('optgroup', { label }, ...options)];
}

const CAUSES = [
  ['outsider', 'Anyone from outside can cause'],
  ['colleague', 'Any colleague can cause'],
  [undefined, 'Needs rights'],
] as const;

/** Kinds of jobs by who can cause them. */
function createKindOptions(
  counts: ReadonlyMap<string, number>,
  kinds: ReadonlyMap<string, AdmittedKind>,
  chosen: string,
): HTMLElement[] {
  const [any, ...options] = createOptions(counts, chosen);
  return [
    ...(any ? [any] : []),
    ...CAUSES.flatMap(([danger, label]) =>
      createOptionGroup(
        label,
        options.filter(({ value }) => kinds.get(value)?.kind.danger === danger),
      ),
    ),
  ];
}

function createDangerButton(
  danger: string,
  count: number | undefined,
  chosen: boolean,
  choose: (danger: string) => void,
): HTMLElement {
  const [says = danger, means = ''] = DANGERS[danger] ?? [];
  const made = createButton('', () => choose(chosen ? '' : danger));
  made.append(
    createElement('strong', {}, count === undefined ? '…' : String(count)),
    createElement('span', {}, says),
  );
  made.title = means;
  made.setAttribute('aria-pressed', String(chosen));
  made.dataset['danger'] = danger;
  if (!count && !chosen) made.classList.add('none');
  return made;
}

/** The facets of the list: their counts, what is chosen, and the kinds of jobs once they are known. */
export type Facets = {
  readonly counts: FacetCounts;
  readonly filters: Filters;
  readonly kinds: ReadonlyMap<string, AdmittedKind> | undefined;
};

/** Shows the counts as buttons. The one that has the focus keeps it: they are made anew with every choice. */
function showDangers({ counts, filters, kinds }: Facets, choose: (danger: string) => void): void {
  const place = findPart('dangers');
  const held = document.activeElement;
  const focused = held instanceof HTMLElement && place.contains(held) ? held.dataset['danger'] : undefined;
  place.replaceChildren(
    ...Object.keys(DANGERS).map(danger => {
      const count = kinds && (counts.danger.get(danger) ?? 0);
      return createDangerButton(danger, count, filters.danger === danger, choose);
    }),
  );
  if (focused !== undefined) place.querySelector<HTMLElement>(`[data-danger="${focused}"]`)?.focus();
}

/** Shows what can be filtered by, each with how many roles it would leave. */
export function showFacets(facets: Facets, choose: (danger: string) => void): void {
  const { counts, filters, kinds = new Map() } = facets;
  showDangers(facets, choose);
  findPart('team').replaceChildren(...createOptions(counts.team, filters.team));
  findPart('job').replaceChildren(...createKindOptions(counts.job, kinds, filters.job));
  findPart('rule').replaceChildren(...createOptions(counts.rule, filters.rule));
  if (findField('find').value !== filters.find) findField('find').value = filters.find;
}
