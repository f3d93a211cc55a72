/**
 * Holds `decide` against a second evaluator on generated triples of role, claims and request:
 * `npm run oracle -- [COUNT] [SEED]`.
 */
import { compare, type Difference, missing } from './compare.ts';

/** Differences have a way of coming in crowds; so many are shown. */
const SHOWN = 3;

function wholeNumber(text: string | undefined, fallback: number): number {
  const value = text === undefined ? fallback : Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  console.error('Usage: npm run oracle -- [COUNT] [SEED]');
  return process.exit(64);
}

const count = wholeNumber(process.argv[2], 1_000_000);
const seed = wholeNumber(process.argv[3], 1);

// JSON has no NaN, and the number that it stands for matters here.
function show(value: unknown): string {
  return JSON.stringify(value, (_, each) => (Number.isNaN(each) ? 'NaN' : each), 2);
}

function tell({ seed: own, yaml, claims, access, context, ours, theirs }: Difference): void {
  const { trace, ...rest } = ours;
  const conditions = trace.statements.map(({ id, conditions }) => [id, conditions.map(({ truth }) => truth)]);
  console.log(`--- differs at seed ${own} ---\n${yaml}`);
  console.log(show({ claims, access, context }));
  console.log(`decide: ${show({ ...rest, conditions })}\noracle: ${show(theirs)}`);
}

let shown = 0;
const tally = compare(count, seed, difference => {
  if (shown++ < SHOWN) tell(difference);
});
const never = missing(tally);
for (const each of never) console.log(`never occurred: ${each}`);
function said(counts: Map<string, number>): string {
  return [...counts].map(([name, times]) => `${name} ${times}`).join(', ');
}
console.log(`conditions: ${said(tally.outcomes)}`);
console.log(
  `seed ${seed}: ${tally.triples} triples, ${said(tally.endings)}; ${tally.triples - tally.failed} passed, ${tally.failed} failed`,
);
process.exitCode = tally.failed > 0 || never.length > 0 ? 1 : 0;
