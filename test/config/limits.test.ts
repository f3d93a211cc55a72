import { describe, expect, test } from 'vitest';
import { compileLimits, LIMITS } from '../../lib/config/limits.ts';
import { readWith } from '../harness/policy.ts';

const USUAL = compileLimits(undefined);

describe('limits are', () => {
  test('T-14: 300 exchanges a minute for an organization and role, and 1200 calls of STS, unless written', () => {
    expect(USUAL).toEqual({
      exchanges: { perMinute: 300, burst: 100 },
      authorizations: { perMinute: 6000, burst: 3000 },
      refusals: { perMinute: 120, burst: 100 },
      identities: { perMinute: 1200, burst: 300 },
      stsCalls: { perMinute: 1200, burst: 100 },
    });
  });

  test('what is usual for what is not written', () => {
    const { value } = readWith('sts_calls: { per_minute: 60, burst: 5 }', LIMITS.read);
    expect(compileLimits(value)).toEqual({ ...USUAL, stsCalls: { perMinute: 60, burst: 5 } });
  });

  test('never beyond half of what STS takes, with as many environments as usually work at once (D09)', () => {
    const environments = 15;
    expect(environments * USUAL.stsCalls.perMinute).toBeLessThanOrEqual((600 / 2) * 60);
  });
});

test.each([
  { name: 'none at all', yaml: 'exchanges: { per_minute: 0, burst: 1 }', refused: 'wrong-value 1:26' },
  { name: 'no burst', yaml: 'exchanges: { per_minute: 60 }', refused: 'missing-key 1:12' },
  {
    name: 'a limit of something else',
    yaml: 'requests: { per_minute: 60, burst: 5 }',
    refused: 'unknown-key 1:1',
  },
  { name: 'a number alone', yaml: 'exchanges: 60', refused: 'wrong-type 1:12' },
])('$name is no limit', ({ yaml, refused }) => {
  expect(readWith(yaml, LIMITS.read).refusals).toEqual([refused]);
});
