import { describe, expect, test } from 'vitest';
import { BrokerError } from '../lib/errors.ts';
import type { Outcome } from '../lib/outcome.ts';
import { recordOutcome } from '../lib/recorder.ts';
import { NOW } from './harness/policy.ts';

const OUTCOME: Outcome = {
  kind: 'failed',
  reached: { decisionId: 'd', at: NOW, protocol: 'oauth', sourceAddress: undefined, ms: {} },
  error: new BrokerError('token_expired'),
};

/** A sink that takes so many lines and no more. */
function sinkOf(room: number) {
  const lines: string[] = [];
  const sink = (line: string, metrics?: string): void => {
    if (lines.length >= room) throw new Error('full');
    lines.push(line, ...(metrics === undefined ? [] : [metrics]));
  };
  return { lines, sink };
}

const MEASURING = { roles: 1 };

describe('an outcome is recorded', () => {
  test('as one event', async () => {
    const { lines, sink } = sinkOf(9);
    expect(await recordOutcome({ sink, metrics: undefined }, OUTCOME)).toBe(OUTCOME);
    expect(lines.map(line => JSON.parse(line))).toMatchObject([{ decision_id: 'd', code: 'token_expired' }]);
  });

  test('with metrics after it, where they are wanted', async () => {
    const { lines, sink } = sinkOf(9);
    await recordOutcome({ sink, metrics: MEASURING }, OUTCOME);
    expect(lines.map(line => Object.keys(JSON.parse(line))[0])).toEqual(['event', '_aws']);
  });

  test('though its metrics cannot be composed', async () => {
    const { lines, sink } = sinkOf(9);
    const metrics = {
      get roles(): number {
        throw new Error('unknown');
      },
    };
    expect(await recordOutcome({ sink, metrics }, OUTCOME)).toBe(OUTCOME);
    expect(lines).toHaveLength(1);
  });
});

test('T84: an outcome whose event cannot be written is that failure', async () => {
  const { sink } = sinkOf(0);
  expect(await recordOutcome({ sink, metrics: undefined }, OUTCOME)).toMatchObject({
    kind: 'failed',
    error: { code: 'audit_unavailable' },
  });
});

describe('T84: where an event must arrive', () => {
  const codesIn = (lines: readonly string[]) =>
    lines.map(line => (JSON.parse(line) as { code: string }).code);

  test('it is before the sink has it, and without metrics', async () => {
    const [demanded, own] = [sinkOf(9), sinkOf(9)];
    const recorder = { sink: own.sink, demands: demanded.sink, metrics: MEASURING };
    expect(await recordOutcome(recorder, OUTCOME)).toBe(OUTCOME);
    expect([codesIn(demanded.lines), own.lines.length]).toEqual([['token_expired'], 2]);
  });

  test.each([
    { name: 'throws', demands: sinkOf(0).sink },
    { name: 'rejects', demands: () => Promise.reject(new Error('away')) },
  ])('and it $name, the outcome is that failure, and the sink has it as such', async ({ demands }) => {
    const { lines, sink } = sinkOf(9);
    expect(await recordOutcome({ sink, demands, metrics: undefined }, OUTCOME)).toMatchObject({
      kind: 'failed',
      error: { code: 'audit_unavailable' },
    });
    expect(codesIn(lines)).toEqual(['audit_unavailable']);
  });
});
