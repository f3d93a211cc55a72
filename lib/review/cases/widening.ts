import type { PolicyItem } from '../compare/item.ts';
import { type CaseEntry, writeEntry } from './entry.ts';
import type { CaseGround } from './proposal.ts';
import { createWidened, type Widened } from './widened.ts';

function readAllowing(entry: CaseEntry): string | undefined {
  const {
    proposal: { expected },
  } = entry;
  return 'allow' in expected ? expected.allow : undefined;
}

function isSuitable(entry: CaseEntry, by: Widened<PolicyItem>['by']): boolean {
  const allow = readAllowing(entry);
  return 'statement' in by ? allow === by.statement : allow !== undefined;
}

function chooseUnusedName(name: string, taken: ReadonlySet<string>): string {
  let found = name;
  for (let next = 2; taken.has(found); next++) found = `${name} (${next})`;
  return found;
}

/** A case that notices that more is given, on one that is allowed; undefined where there is none. */
export function proposeNoticingWider(
  by: Widened<PolicyItem>['by'],
  entries: readonly CaseEntry[],
  taken: ReadonlySet<string>,
): CaseEntry | undefined {
  const from = entries.find(each => isSuitable(each, by));
  if (!from) return undefined;
  if ('seconds' in by) {
    const { seconds } = by;
    const proposal = { ...from.proposal, seconds, expected: { deny: 'seconds_above_maximum' } as const };
    return { name: chooseUnusedName('a longer session is denied', taken), proposal, from, as: undefined };
  }
  const expected = { allow: by.statement, scopes: by.scopes, seconds: undefined };
  const name = chooseUnusedName(`${by.statement} gives these scopes alone`, taken);
  return { name, proposal: { ...from.proposal, expected }, from, as: undefined };
}

/** For a first file: one case for each statement that could give more, and one for the length. */
export function proposeWiderCases(entries: readonly CaseEntry[], ground: CaseGround): CaseEntry[] {
  const asked = new Map(
    createWidened(ground.policy).map(({ by }) => [
      'statement' in by ? `scopes of ${by.statement}` : 'length',
      by,
    ]),
  );
  const taken = new Set(entries.map(({ name }) => name));
  return [...asked.values()].flatMap(by => proposeNoticingWider(by, entries, taken) ?? []);
}

export function writeWiderEntry(entry: CaseEntry | undefined, ground: CaseGround): string[] {
  return entry ? writeEntry(entry, ground).split('\n') : [];
}
