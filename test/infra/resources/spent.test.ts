import { describe, expect, test } from 'vitest';
import { SPENT_TABLE } from '../../../lib/stores/spent.ts';
import { propertiesOf, resourcesFor, rightsTo, templateFor } from '../../harness/deploy.ts';
import { PROVIDER } from '../../harness/policy.ts';

const ID = 'SpentTable';
const ONCE = { also: [`single_use: true\n${PROVIDER}`] };
function settingOf(asked: object, name: 'exchange' | 'discovery') {
  return templateFor(asked).functions[name].environment['KITE_STS_SPENT_TABLE'];
}

describe('T63: where used tokens are remembered', () => {
  test('is a table that forgets by itself', () => {
    expect(propertiesOf(resourcesFor(ONCE), ID)).toMatchObject({
      KeySchema: [{ AttributeName: SPENT_TABLE.key, KeyType: 'HASH' }],
      TimeToLiveSpecification: { AttributeName: SPENT_TABLE.expiry, Enabled: true },
    });
  });

  test('is known to the exchange alone, which may add and take back, and look at none', () => {
    expect([settingOf(ONCE, 'exchange'), settingOf(ONCE, 'discovery')]).toEqual([{ Ref: ID }, undefined]);
    expect(rightsTo(ID, resourcesFor(ONCE))).toEqual([
      ['ExchangeRights SpendTokens', ['dynamodb:DeleteItem', 'dynamodb:PutItem']],
    ]);
  });

  test('is not there where no role takes a token once', () => {
    expect(JSON.stringify(templateFor())).not.toContain(ID);
  });
});
