import { compareConfigs, type Differences, type RoleChange } from '../compare/change.ts';
import { DIRECTIONS, judgeDirection } from '../compare/direction.ts';
import type { PolicySet } from '../compare/policy.ts';
import { listSections, type ReportSection } from '../compare/sections.ts';
import type { PageData } from './held.ts';
import type { OtherPolicy } from './other.ts';
import { createSearchOptions } from './sample.ts';

/** A change as those who have the role see it, in a word. */
export type ChangeWord = 'wider' | 'undecided' | 'new' | 'renamed' | 'narrower' | 'gone';

/** In the order in which a reviewer asks for them. */
export const CHANGE_WORDS: readonly ChangeWord[] = [
  'wider',
  'undecided',
  'new',
  'renamed',
  'narrower',
  'gone',
];

/** Roles that changed alike, and in which way. */
export type ComparedSection = ReportSection & { readonly word: ChangeWord };

/** The differences between two configurations, as the page shows them. */
export type Comparison = {
  readonly says: string;
  readonly sections: readonly ComparedSection[];
  /** How many roles there are of each word. */
  readonly counts: ReadonlyMap<ChangeWord, number>;
};

const MEANS = { added: 'new', removed: 'gone', renamed: 'renamed' } as const;

function nameChange(change: RoleChange): ChangeWord {
  if (change.is !== 'changed') return MEANS[change.is];
  const direction = judgeDirection({ roles: [change], issuers: [], guardrails: [] });
  return direction === 'not wider' ? 'narrower' : direction;
}

/** Puts differences in the order of a review, those that give more first. */
export function createComparison(differences: Differences): Comparison {
  const words = new Map(differences.roles.map(change => [change.role, nameChange(change)]));
  const sections = listSections(differences).map(section => ({
    ...section,
    lines: section.lines.map(line => ({ ...line, says: line.says.replace(/: $/, '') })),
    word: words.get(section.names[0] ?? '') ?? (section.widens ? ('wider' as const) : ('narrower' as const)),
  }));
  const counts = new Map<ChangeWord, number>();
  for (const { word, names } of sections)
    counts.set(word, (counts.get(word) ?? 0) + Math.max(1, names.length));
  return {
    says: DIRECTIONS[judgeDirection(differences)],
    sections: sections.toSorted((a, b) => CHANGE_WORDS.indexOf(a.word) - CHANGE_WORDS.indexOf(b.word)),
    counts,
  };
}

function leaveOut(policy: PolicySet, names: readonly string[]): PolicySet {
  return { ...policy, roles: policy.roles.filter(({ name }) => !names.includes(name)) };
}

/** Compares this page's configuration with another, which was there before it or comes after it. */
export function compareWithOther(
  other: OtherPolicy,
  data: PageData,
  otherIs: 'before' | 'after',
  now: number,
): Comparison {
  const here = leaveOut({ roles: data.roles, rows: data.rows, teams: data.teams }, other.unread);
  const { roles, rows, teams } = other.policy;
  const there = { roles, rows, teams };
  const [before, after] = otherIs === 'before' ? [there, here] : [here, there];
  return createComparison(compareConfigs(before, after, createSearchOptions(data, now)));
}
