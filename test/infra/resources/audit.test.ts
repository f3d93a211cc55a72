import { describe, expect, test } from 'vitest';
import { resourcesFor, statementsOf } from '../../harness/deploy.ts';

function rights(sink?: 'firehose' | 'eventbridge') {
  return [
    ...statementsOf(resourcesFor(sink ? { ground: { audit: { sink, to: 'trail', required: true } } } : {})),
  ]
    .filter(([, { Action }]) => /^(firehose|events):/.test(Action.join()))
    .map(([name, { Action, Resource }]) => [name, Action, Resource]);
}

const HERE = '${AWS::Region}:${AWS::AccountId}';

describe('T84: where events must arrive, the exchange alone may add, and nothing else', () => {
  test.each([
    {
      sink: 'firehose' as const,
      action: 'firehose:PutRecord',
      arn: `arn:\${AWS::Partition}:firehose:${HERE}:deliverystream/trail`,
    },
    {
      sink: 'eventbridge' as const,
      action: 'events:PutEvents',
      arn: `arn:\${AWS::Partition}:events:${HERE}:event-bus/trail`,
    },
  ])('$sink', ({ sink, action, arn }) => {
    expect(rights(sink)).toEqual([['ExchangeRights Audit', [action], [{ 'Fn::Sub': arn }]]]);
  });
});

test('without such a place there is no such right', () => {
  expect(rights()).toEqual([]);
});
