import { expect, test } from 'vitest';
import { refusalsOf } from './policy.ts';

type RefusalRow = readonly [refusals: string, name: string, text: string, ...rest: string[]];

/** For rows that hold the whole text of a role. */
export function takeWhole(text: string): string {
  return text;
}

/** Tests that each role is refused where its row says: `rule line:column`, several in order with commas. */
export function testRefusals(write: (text: string) => string, rows: readonly RefusalRow[]): void {
  const named = rows.map(([refusals, name, text]) => [name, text, refusals] as const);
  test.each(named)('%s', (_name, text, refusals) => {
    expect(refusalsOf(write(text)).join(', ')).toBe(refusals);
  });
}
