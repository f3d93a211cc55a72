import { type Entry, entryText } from './entry.ts';
import type { Policy } from './otherwise.ts';
import type { Ground } from './proposal.ts';
import { type Widened, widenedOf } from './widened.ts';

function allowedBy({ proposal: { expected } }: Entry): string | undefined {
  return 'allow' in expected ? expected.allow : undefined;
}

function isSuitable(entry: Entry, by: Widened<Policy>['by']): boolean {
  const allow = allowedBy(entry);
  return 'statement' in by ? allow === by.statement : allow !== undefined;
}

function nameApart(name: string, taken: ReadonlySet<string>): string {
  let found = name;
  for (let next = 2; taken.has(found); next++) found = `${name} (${next})`;
  return found;
}

/** A case that notices that more is given, on one that is allowed; undefined where there is none. */
export function noticeWider(
  by: Widened<Policy>['by'],
  entries: readonly Entry[],
  taken: ReadonlySet<string>,
): Entry | undefined {
  const from = entries.find(each => isSuitable(each, by));
  if (!from) return undefined;
  if ('seconds' in by) {
    const { seconds } = by;
    const proposal = { ...from.proposal, seconds, expected: { deny: 'seconds_above_maximum' } as const };
    return { name: nameApart('a longer session is denied', taken), proposal, from, as: undefined };
  }
  const expected = { allow: by.statement, scopes: by.scopes, seconds: undefined };
  const name = nameApart(`${by.statement} gives these scopes alone`, taken);
  return { name, proposal: { ...from.proposal, expected }, from, as: undefined };
}

/** For a first file: one case for each statement that could give more, and one for the length. */
export function widerCases(entries: readonly Entry[], { policy }: Ground): Entry[] {
  const asked = new Map(
    widenedOf(policy).map(({ by }) => ['statement' in by ? `scopes of ${by.statement}` : 'length', by]),
  );
  const taken = new Set(entries.map(({ name }) => name));
  return [...asked.values()].flatMap(by => noticeWider(by, entries, taken) ?? []);
}

export function widerText(entry: Entry | undefined, ground: Ground): string[] {
  return entry ? entryText(entry, ground).split('\n') : [];
}
