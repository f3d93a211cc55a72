import type { DemandName } from '../../policy/demand.ts';
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
  const { claims, context } = entry.proposal;
  if ('demand' in by)
    return allow !== undefined && context.job !== undefined && by.issuers.includes(String(claims['iss']));
  return 'statement' in by ? allow === by.statement : allow !== undefined;
}

function chooseUnusedName(name: string, taken: ReadonlySet<string>): string {
  let found = name;
  for (let next = 2; taken.has(found); next++) found = `${name} (${next})`;
  return found;
}

/** The case of a job without this, and how it ends. */
const LACKING = {
  running: { name: 'a job that has ended is denied', job: { state: 'finished' }, deny: 'job_finished' },
  approval: {
    name: 'a build that nobody approved is denied',
    job: { unblocked: undefined },
    deny: 'approval_missing',
  },
} as const;

function createLacking(demand: DemandName, from: CaseEntry, taken: ReadonlySet<string>): CaseEntry {
  const { name, job, deny } = LACKING[demand];
  const { context } = from.proposal;
  const known = { state: 'running', ...context.job, ...job } as const;
  const proposal = { ...from.proposal, context: { ...context, job: known }, expected: { deny } };
  return { name: chooseUnusedName(name, taken), proposal, from, as: undefined };
}

/** A case that notices that more is given, on one that is allowed; undefined where there is none. */
export function proposeNoticingWider(
  by: Widened<PolicyItem>['by'],
  entries: readonly CaseEntry[],
  taken: ReadonlySet<string>,
): CaseEntry | undefined {
  const from = entries.find(each => isSuitable(each, by));
  if (!from) return undefined;
  if ('demand' in by) return createLacking(by.demand, from, taken);
  if ('seconds' in by) {
    const { seconds } = by;
    const proposal = { ...from.proposal, seconds, expected: { deny: 'seconds_above_maximum' } as const };
    return { name: chooseUnusedName('a longer session is denied', taken), proposal, from, as: undefined };
  }
  const expected = { allow: by.statement, scopes: by.scopes, seconds: undefined };
  const name = chooseUnusedName(`${by.statement} gives these scopes alone`, taken);
  return { name, proposal: { ...from.proposal, expected }, from, as: undefined };
}

function nameWidening(by: Widened<PolicyItem>['by']): string {
  if ('demand' in by) return by.demand;
  return 'statement' in by ? `scopes of ${by.statement}` : 'length';
}

/** For a first file: one case for each statement that could give more, one for the length, and one for each demand. */
export function proposeWiderCases(entries: readonly CaseEntry[], ground: CaseGround): CaseEntry[] {
  const asked = new Map(createWidened(ground.policy).map(({ by }) => [nameWidening(by), by]));
  const taken = new Set(entries.map(({ name }) => name));
  return [...asked.values()].flatMap(by => proposeNoticingWider(by, entries, taken) ?? []);
}

export function writeWiderEntry(entry: CaseEntry | undefined, ground: CaseGround): string[] {
  return entry ? writeEntry(entry, ground).split('\n') : [];
}
