import { describe, expect, test } from 'vitest';
import {
  listExchanges,
  readDecidedRequest,
  readEventObject,
  readEventText,
  readEventTexts,
} from '../../lib/cli/recorded.ts';

const EVENT = {
  event: 'exchange',
  time: '2027-01-15T08:00:00.000Z',
  decision_id: 'd1',
  role: 'deploy',
  source_address: '203.0.113.9',
  requested: { scopes: ['read'], seconds: 600 },
  claims: { build_number: 5 },
};
function log(...lines: readonly unknown[]): Buffer {
  return Buffer.from(lines.map(each => (typeof each === 'string' ? each : JSON.stringify(each))).join('\n'));
}

test('the exchanges of a log are its events of that name, whatever else stands in it', () => {
  const found = listExchanges(
    log('started', '', EVENT, '{"event":', { event: 'authorization' }, '[1]', { _aws: {} }),
  );
  expect(found.map(event => event['decision_id'])).toEqual(['d1']);
});

test('an event says what was asked for, from where and when', () => {
  const [event = {}] = listExchanges(log(EVENT));
  expect(readDecidedRequest(event)).toEqual({
    access: { role: 'deploy', scopes: ['read'], seconds: 600, kinds: undefined },
    context: { now: 1_800_000_000, sourceAddress: '203.0.113.9', job: undefined, suspended: [] },
  });
});

test('an event that says nothing of it asked for all', () => {
  const [event = {}] = listExchanges(log({ event: 'exchange', role: 'deploy', time: EVENT.time }));
  expect(readDecidedRequest(event)).toMatchObject({
    access: { scopes: undefined, seconds: undefined },
    context: { sourceAddress: undefined },
  });
});

describe('a member of another type is not there', () => {
  const event = { a: 1, b: 'x', c: ['y', 2], d: { e: 1 }, f: null };
  test.each(['a', 'c', 'd', 'f', 'g'])('%s is no text', member => {
    expect(readEventText(event, member)).toBeUndefined();
  });
  test.each(['a', 'b', 'c', 'f', 'g'])('%s is no object', member => {
    expect(readEventObject(event, member)).toBeUndefined();
  });
  test.each(['a', 'b', 'd', 'f', 'g'])('%s is no list', member => {
    expect(readEventTexts(event, member)).toBeUndefined();
  });
  test('and one of its type is', () => {
    expect([readEventText(event, 'b'), readEventTexts(event, 'c'), readEventObject(event, 'd')]).toEqual([
      'x',
      ['y', '2'],
      { e: 1 },
    ]);
  });
});
