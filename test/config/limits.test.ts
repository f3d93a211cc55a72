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
  ['none at all', 'exchanges: { per_minute: 0, burst: 1 }', 'wrong-value 1:26'],
  ['no burst', 'exchanges: { per_minute: 60 }', 'missing-key 1:12'],
  ['a limit of something else', 'requests: { per_minute: 60, burst: 5 }', 'unknown-key 1:1'],
  ['a number alone', 'exchanges: 60', 'wrong-type 1:12'],
])('%s is no limit', (_name, yaml, refused) => {
  expect(readWith(yaml, LIMITS.read).refusals).toEqual([refused]);
});
