import { writeCount } from '../../../language/counted.ts';
import type { Role } from '../../../policy/role.ts';
import {
  countFacets,
  createFilteredRole,
  type FilteredRole,
  type Filters,
  filterRoles,
  NO_FILTERS,
} from '../filter.ts';
import type { PageData } from '../held.ts';
import { collectWords, listReaches, type ReachLine } from '../reach.ts';
import { type AdmittedKind, findTeamOnPage, type RoleSurvey } from '../survey.ts';
import { findPart, showText } from './element.ts';
import { showFacets } from './facets.ts';
import { type MappedRole, type MapSteps, showMap } from './map.ts';
import { findField, listen } from './state.ts';

/** The part of the page in which roles are found. */
export type RolesView = {
  /** Filters by these, as they come from a link. */
  readonly filter: (filters: Filters) => void;
  /** Takes what was found out of every role. */
  readonly take: (surveys: readonly RoleSurvey[]) => void;
};

/** More roles than a browser lays out at once; a button shows the next. */
const STEP = 100;

type RolesState = {
  filters: Filters;
  shown: number;
  roles: readonly FilteredRole[];
  /** Undefined until the survey ends: till then, roles are found by words and teams alone. */
  kinds: ReadonlyMap<string, AdmittedKind> | undefined;
};

type RoleLines = ReadonlyMap<string, readonly ReachLine[]>;

function createUnsurveyed(role: Role, held: PageData): RoleSurvey {
  const trials = { written: true, trials: [], failing: [], complaints: [] };
  return { role, team: findTeamOnPage(role.name, held), kinds: [], findings: [], wide: undefined, trials };
}

function createFilteredRoles(surveys: readonly RoleSurvey[], lines: RoleLines): FilteredRole[] {
  return surveys.map(survey => {
    const words = (lines.get(survey.role.name) ?? []).map(collectWords).join(' ');
    return createFilteredRole(survey, words);
  });
}

function readFilters(filters: Filters): Filters {
  const [find, team, job, rule] = ['find', 'team', 'job', 'rule'].map(id => findField(id).value);
  return { ...filters, find: find ?? '', team: team ?? '', job: job ?? '', rule: rule ?? '' };
}

/** Makes the list of roles work. `keep` puts the filters into the address. */
export function createRolesView(
  held: PageData,
  choose: MapSteps['choose'],
  keep: (filters: Filters) => void,
): RolesView {
  const lines = Map.groupBy(listReaches(held), ({ role }) => role.name);
  const unsurveyed = held.roles.map(role => createUnsurveyed(role, held));
  const state: RolesState = {
    filters: NO_FILTERS,
    shown: STEP,
    roles: createFilteredRoles(unsurveyed, lines),
    kinds: undefined,
  };
  const change = (filters: Filters): void => {
    state.filters = filters;
    state.shown = STEP;
    show();
    keep(filters);
  };
  const steps: MapSteps = { choose, narrow: find => change({ ...state.filters, find }) };
  const show = (): void => {
    const { filters, roles, shown, kinds } = state;
    const known = kinds ? filters : { ...filters, job: '', danger: '', rule: '' };
    const found = filterRoles(roles, known);
    const mapped = found
      .slice(0, shown)
      .map(
        ({ survey }): MappedRole => ({ lines: lines.get(survey.role.name) ?? [], survey: kinds && survey }),
      );
    const looking = kinds ? '' : ', and each is looked at …';
    showText('counted', `${found.length} of ${writeCount(roles.length, 'role')}${looking}`);
    showFacets({ counts: countFacets(roles, known), filters, kinds }, danger =>
      change({ ...filters, danger }),
    );
    showMap(mapped, steps);
    findPart('more').hidden = found.length <= shown;
  };
  show();
  for (const id of ['team', 'job', 'rule']) listen(id, 'change', () => change(readFilters(state.filters)));
  listen('find', 'input', () => change(readFilters(state.filters)));
  listen('clear', 'click', () => change(NO_FILTERS));
  listen('more', 'click', () => {
    state.shown += STEP;
    show();
  });
  return {
    filter(filters) {
      state.filters = filters;
      state.shown = STEP;
      show();
    },
    take(surveys) {
      state.roles = createFilteredRoles(surveys, lines);
      state.kinds = new Map(surveys.flatMap(({ kinds }) => kinds.map(each => [each.name, each])));
      show();
    },
  };
}
