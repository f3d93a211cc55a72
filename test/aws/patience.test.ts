import { expect, test } from 'vitest';
import { REGION_FAILURES, REGION_PAUSE } from '../../lib/aws/breaker.ts';
import type { AwsSetting } from '../../lib/aws/call.ts';
import { createDelivery, DELIVERY_MS } from '../../lib/aws/delivery.ts';
import { createDynamoTable } from '../../lib/aws/dynamo.ts';
import { CONNECT_MS } from '../../lib/http/connection.ts';
import { ATTEMPT_MS } from '../../lib/http/post.ts';
import { BUDGET_MS } from '../../lib/http/retry.ts';
import { DUMMY_KEYS } from '../../lib/local/sts.ts';
import { CONNECT_MS as ISSUER_CONNECT_MS, TOTAL_MS as ISSUER_TOTAL_MS } from '../../lib/token/download.ts';
import { NOW } from '../harness/policy.ts';
import { testServer } from '../harness/server.ts';

test('T-6: patience is as D06, D08 and D18 say, in milliseconds', () => {
  expect({ CONNECT_MS, ATTEMPT_MS, BUDGET_MS, DELIVERY_MS, ISSUER_CONNECT_MS, ISSUER_TOTAL_MS }).toEqual({
    CONNECT_MS: 500,
    ATTEMPT_MS: 2000,
    BUDGET_MS: 6000,
    DELIVERY_MS: 3000,
    ISSUER_CONNECT_MS: 500,
    ISSUER_TOTAL_MS: 2000,
  });
  expect({ REGION_FAILURES, REGION_PAUSE }).toEqual({ REGION_FAILURES: 2, REGION_PAUSE: 30 });
});

/** A service that is down, and a clock that each attempt moves on by so many seconds. */
async function brokenService(
  seconds: number,
): Promise<{ readonly setting: AwsSetting; readonly times: () => number }> {
  let now = NOW;
  const server = await testServer(() => {
    now += seconds;
    return { status: 500, body: '{}' };
  });
  const setting = {
    region: 'us-east-1',
    endpoint: server.url,
    credentials: DUMMY_KEYS,
    now: () => now,
    random: () => 0,
  };
  return { setting, times: () => server.asked.length };
}

test.each([
  { what: 'a table', seconds: 1.1, ask: (aws: AwsSetting) => createDynamoTable('t', aws).scan(['a']) },
  {
    what: 'an audit stream',
    seconds: 1.6,
    ask: (aws: AwsSetting) => createDelivery({ sink: 'firehose', to: 's' }, aws)('{}'),
  },
])('T-6: a third attempt at $what is not begun when its time is over', async ({ seconds, ask }) => {
  const { setting, times } = await brokenService(seconds);
  await expect(ask(setting)).rejects.toThrow();
  expect(times()).toBe(2);
});

test('credentials that no header can hold are no outage, and asked with once', async () => {
  const { setting, times } = await brokenService(0);
  const credentials = { ...DUMMY_KEYS, sessionToken: 'token\n' };
  const asked = createDynamoTable('t', { ...setting, credentials }).scan(['a']);
  await expect(asked).rejects.toMatchObject({ code: 'HeaderRefused', passing: false, undone: true });
  expect(times()).toBe(0);
});
