import type { LintLevel } from '../lint/rule.ts';
import type { RoleSurvey } from './survey.ts';
import { isFailing } from './trials.ts';

/** How the list of roles is narrowed; an empty text narrows nothing. */
export type Filters = {
  readonly find: string;
  readonly team: string;
  readonly job: string;
  readonly danger: string;
  readonly rule: string;
};

export const NO_FILTERS: Filters = { find: '', team: '', job: '', danger: '', rule: '' };

/** The facets by which roles are filtered beside words. */
export type FacetName = 'team' | 'job' | 'danger' | 'rule';
const FACETS: readonly FacetName[] = ['team', 'job', 'danger', 'rule'];

const LEVELS: readonly LintLevel[] = ['error', 'warning', 'note'];

/** Dangers of a role, each by the word that a link has for it. */
const DANGERS: { readonly [danger: string]: (survey: RoleSurvey) => boolean } = {
  outsider: ({ kinds }) => kinds.some(({ kind }) => kind.danger === 'outsider'),
  colleague: ({ kinds }) => kinds.some(({ kind }) => kind.danger === 'colleague'),
  wide: ({ wide }) => wide !== undefined,
  ...Object.fromEntries(
    LEVELS.map(level => [
      level,
      ({ findings }: RoleSurvey) => findings.some(finding => finding.level === level),
    ]),
  ),
  failing: ({ trials }) => isFailing(trials),
  untested: ({ trials }) => !trials.written,
};

/** A role as the filters look at it. */
export type FilteredRole = {
  readonly survey: RoleSurvey;
  /** All its words, in small letters. */
  readonly words: string;
  readonly values: { readonly [facet in FacetName]: readonly string[] };
};

/** A role under all the values by which it is found. */
export function createFilteredRole(survey: RoleSurvey, words: string): FilteredRole {
  const { team, kinds, findings } = survey;
  return {
    survey,
    words: `${words} ${team ?? ''}`.toLowerCase(),
    values: {
      team: team === undefined ? [] : [team],
      job: kinds.map(({ name }) => name),
      danger: Object.keys(DANGERS).filter(name => DANGERS[name]?.(survey)),
      rule: [...new Set(findings.map(({ rule }) => rule))],
    },
  };
}

function hasWords(role: FilteredRole, find: string): boolean {
  return find
    .toLowerCase()
    .split(/\s+/)
    .every(each => role.words.includes(each));
}

/** Whether a role meets every filter but that of one facet. */
function meetsAllBut(role: FilteredRole, filters: Filters, left: FacetName | undefined): boolean {
  return (
    hasWords(role, filters.find) &&
    FACETS.every(
      facet => facet === left || filters[facet] === '' || role.values[facet].includes(filters[facet]),
    )
  );
}

/** The roles that meet all filters. */
export function filterRoles(roles: readonly FilteredRole[], filters: Filters): FilteredRole[] {
  return roles.filter(role => meetsAllBut(role, filters, undefined));
}

/** How many roles each value of a facet would leave, with the other filters as they are. */
export type FacetCounts = { readonly [facet in FacetName]: ReadonlyMap<string, number> };

function countFacet(roles: readonly FilteredRole[], filters: Filters, facet: FacetName): Map<string, number> {
  const counts = new Map<string, number>();
  for (const role of roles)
    if (meetsAllBut(role, filters, facet))
      for (const value of role.values[facet]) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

/** Counts every facet. */
export function countFacets(roles: readonly FilteredRole[], filters: Filters): FacetCounts {
  return {
    team: countFacet(roles, filters, 'team'),
    job: countFacet(roles, filters, 'job'),
    danger: countFacet(roles, filters, 'danger'),
    rule: countFacet(roles, filters, 'rule'),
  };
}
