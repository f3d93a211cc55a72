import { describe, expect, test } from 'vitest';
import { IDENTITY_TABLE } from '../../../lib/stores/identities.ts';
import { resourcesFor, rightsTo, templateFor } from '../../harness/deploy.ts';

const ID = 'IdentityTable';
function environmentOf(asked: Parameters<typeof templateFor>[0], name: 'exchange' | 'discovery') {
  return templateFor(asked).functions[name].environment['KITE_STS_IDENTITY_TABLE'];
}

describe('where it is remembered whose sessions were given', () => {
  test('is a table that is paid by request, forgets by itself, and goes with its stack', () => {
    expect(resourcesFor()[ID]).toMatchObject({
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: IDENTITY_TABLE.key, AttributeType: 'S' }],
        KeySchema: [{ AttributeName: IDENTITY_TABLE.key, KeyType: 'HASH' }],
        TimeToLiveSpecification: { AttributeName: IDENTITY_TABLE.expiry, Enabled: true },
      },
    });
  });

  test('is known to the exchange alone, which may look one up and add one', () => {
    expect(environmentOf({}, 'exchange')).toEqual({ Ref: ID });
    expect(environmentOf({}, 'discovery')).toBeUndefined();
    expect(rightsTo(ID, resourcesFor())).toEqual([
      ['ExchangeRights RememberSessions', ['dynamodb:GetItem', 'dynamodb:PutItem']],
    ]);
  });

  test('is not there where no role gives sessions of AWS', () => {
    const asked = { targets: [] };
    expect(resourcesFor(asked)[ID]).toBeUndefined();
    expect(environmentOf(asked, 'exchange')).toBeUndefined();
    expect(JSON.stringify(templateFor(asked))).not.toContain(ID);
  });
});
