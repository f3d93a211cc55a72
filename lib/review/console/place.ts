import { type Filters, NO_FILTERS } from './filter.ts';

/** The parts of the page, of which one is shown. */
export const VIEWS = ['decide', 'roles', 'tests', 'compare'] as const;
export type ViewName = (typeof VIEWS)[number];

/** Where somebody is in the page: kept in the fragment, so that a link and the back button lead there. */
export type PagePlace = { readonly view: ViewName; readonly filters: Filters };

const NAMES = ['find', 'team', 'job', 'danger', 'rule'] as const satisfies readonly (keyof Filters)[];

/** The fragment of a place, such as `#roles?team=web&danger=outsider`. */
export function writePlace(place: PagePlace): string {
  const { view, filters } = place;
  const query = new URLSearchParams();
  for (const name of NAMES) if (filters[name] !== '') query.set(name, filters[name]);
  return `#${view}${query.size > 0 ? `?${query}` : ''}`;
}

/** Reads the fragment of a place; undefined where it is none. */
export function readPlace(fragment: string): PagePlace | undefined {
  const [name = '', ...query] = fragment.replace(/^#/, '').split('?');
  const view = VIEWS.find(each => each === name);
  if (!view) return undefined;
  const values = new URLSearchParams(query.join('?'));
  const filters = Object.fromEntries(NAMES.map(each => [each, values.get(each) ?? '']));
  return { view, filters: { ...NO_FILTERS, ...filters } };
}
