import { setTimeout as sleep } from 'node:timers/promises';

/** What a load must hold to, and what it did. */
export type Measured = { readonly name: string; readonly found: string; readonly held: boolean };

/** Does this so many times a second for so many seconds, whether or not what it began has ended. */
export async function pace(aSecond: number, seconds: number, turn: () => Promise<unknown>): Promise<void> {
  const began = performance.now();
  const turns: Promise<unknown>[] = [];
  for (let count = 0; count < aSecond * seconds; count++) {
    const wait = began + (count * 1000) / aSecond - performance.now();
    if (wait > 0) await sleep(wait);
    turns.push(turn());
  }
  await Promise.all(turns);
}

/** Of some numbers, the one that this share of them is not above. */
export function quantile(numbers: readonly number[], share: number): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor((numbers.length - 1) * share)] ?? Number.NaN;
}
