import { describe, expect, test } from 'vitest';
import { BrokerError } from '../lib/errors.ts';
import type { Outcome } from '../lib/outcome.ts';
import { recorded } from '../lib/record.ts';
import { NOW } from './harness/policy.ts';

const OUTCOME: Outcome = {
  kind: 'failed',
  reached: { decisionId: 'd', at: NOW, protocol: 'oauth', sourceAddress: undefined, ms: {} },
  error: new BrokerError('token_expired'),
};

/** A sink that takes so many lines and no more. */
const sinkOf = (room: number) => {
  const lines: string[] = [];
  const sink = (line: string): void => {
    if (lines.length >= room) throw new Error('full');
    lines.push(line);
  };
  return { lines, sink };
};

const MEASURING = { roles: 1 };

describe('an outcome is recorded', () => {
  test('as one event', async () => {
    const { lines, sink } = sinkOf(9);
    expect(await recorded({ sink, metrics: undefined }, OUTCOME)).toBe(OUTCOME);
    expect(lines.map(line => JSON.parse(line))).toMatchObject([{ decision_id: 'd', code: 'token_expired' }]);
  });

  test('with metrics after it, where they are wanted', async () => {
    const { lines, sink } = sinkOf(9);
    await recorded({ sink, metrics: MEASURING }, OUTCOME);
    expect(lines.map(line => Object.keys(JSON.parse(line))[0])).toEqual(['event', '_aws']);
  });

  test('though its metrics cannot be written', async () => {
    const { lines, sink } = sinkOf(1);
    expect(await recorded({ sink, metrics: MEASURING }, OUTCOME)).toBe(OUTCOME);
    expect(lines).toHaveLength(1);
  });
});

test('T84: an outcome whose event cannot be written is that failure', async () => {
  const { sink } = sinkOf(0);
  expect(await recorded({ sink, metrics: undefined }, OUTCOME)).toMatchObject({
    kind: 'failed',
    error: { code: 'audit_unavailable' },
  });
});
