import { describe, expect, test } from 'vitest';
import { propertiesOf, resourcesFor } from '../../harness/deploy.ts';
import { isDenied, type Request } from '../../harness/guard.ts';
import { issuersWithEvents } from '../../harness/job-events.ts';
import { PROVIDER, rowsFrom } from '../../harness/policy.ts';

const OPERATOR = 'arn:aws:iam::111122223333:role/on-call';
const SSO = 'arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/eu-central-1/AWSReservedSSO_Ops_*';
const GLASS = 'arn:aws:iam::111122223333:role/break-glass';
const options = { operators: [OPERATOR, SSO], breakGlass: GLASS, signing: 'sealed' };
const ASKED = {
  options,
  ground: { rows: rowsFrom(issuersWithEvents()) },
  also: [`single_use: true\n${PROVIDER}`],
};
const resources = resourcesFor(ASKED);

const PEOPLE = {
  operator: OPERATOR,
  sso: SSO.replace('*', '0123456789abcdef'),
  glass: GLASS,
  administrator: 'arn:aws:iam::111122223333:role/Administrator',
  'another account': 'arn:aws:iam::999999999999:role/on-call',
  exchange: 'ExchangeRole',
  authorizer: 'AuthorizerRole',
  refresher: 'RefresherRole',
  rotation: 'RotationRole',
  events: 'EventsRole',
} as const;

/** Who of all these is not denied this. */
function may(table: string, action: string, from = resources): string[] {
  return Object.entries(PEOPLE)
    .filter(([, principal]) => !isDenied(propertiesOf(from, table), { action, principal } as Request))
    .map(([name]) => name);
}

const WRITES = ['PutItem', 'UpdateItem', 'PartiQLInsert', 'PartiQLUpdate'];
const REMOVALS = ['DeleteItem', 'PartiQLDelete', 'BatchWriteItem'];
const REPAIRS = [
  'PutResourcePolicy',
  'DeleteResourcePolicy',
  'GetResourcePolicy',
  'UpdateTable',
  'DescribeTable',
];
const EVERYBODY = Object.keys(PEOPLE);

describe('T93: of all who may do anything in the account,', () => {
  test.each<readonly [table: string, writers: readonly string[], removers: readonly string[]]>([
    ['SwitchTable', ['operator', 'sso', 'glass'], ['glass']],
    ['IssuerKeyTable', ['refresher'], []],
    ['SpentTable', ['exchange'], ['exchange']],
    ['JobTable', ['events'], []],
    ['IdentityTable', ['exchange'], []],
    ['SealedKeyTable', ['rotation'], ['operator', 'sso', 'glass']],
  ])('%s is written by %j, and what is in it is removed by %j', (table, writers, removers) => {
    for (const action of WRITES) expect([action, may(table, action)]).toEqual([action, writers]);
    for (const action of ['DeleteItem', 'PartiQLDelete'])
      expect([action, may(table, action)]).toEqual([action, removers]);
    // It can do both.
    expect(may(table, 'BatchWriteItem')).toEqual(writers.filter(each => removers.includes(each)));
  });

  test('nobody ends the table of switches but who breaks the glass', () => {
    expect(may('SwitchTable', 'DeleteTable')).toEqual(['glass']);
  });

  test.each(['SwitchTable', 'IssuerKeyTable', 'SpentTable', 'IdentityTable', 'SealedKeyTable', 'JobTable'])(
    'everybody may mend the policy of %s, and read it, as IAM lets them',
    table => {
      for (const action of [...REPAIRS, 'GetItem', 'Scan']) expect(may(table, action)).toEqual(EVERYBODY);
    },
  );

  test('a table that goes with its stack can go', () => {
    for (const table of ['SpentTable', 'IdentityTable', 'SealedKeyTable', 'JobTable'])
      expect(may(table, 'DeleteTable')).toEqual(EVERYBODY);
  });
});

test('T93: where nobody is named, operators are whom IAM lets, and still nobody removes a switch', () => {
  const from = resourcesFor();
  expect(may('SwitchTable', 'PutItem', from)).toEqual(EVERYBODY);
  for (const action of [...REMOVALS, 'DeleteTable']) expect(may('SwitchTable', action, from)).toEqual([]);
});

test('what DynamoDB forgets by itself is not denied', () => {
  const request: Request = { action: 'DeleteItem', principal: 'dynamodb', isService: true };
  expect(isDenied(propertiesOf(resources, 'SpentTable'), request)).toBe(false);
});

test.each(['SwitchTable', 'IssuerKeyTable'])('%s outlives its stack, and can be had back', id => {
  expect(resources[id]).toMatchObject({
    DeletionPolicy: 'Retain',
    UpdateReplacePolicy: 'Retain',
    Properties: {
      DeletionProtectionEnabled: true,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    },
  });
});

test('the others go with it, so that nothing keeps a stack from going', () => {
  for (const id of ['SpentTable', 'IdentityTable', 'SealedKeyTable', 'JobTable']) {
    expect(resources[id]?.DeletionPolicy).toBeUndefined();
    expect(propertiesOf(resources, id)).not.toHaveProperty('DeletionProtectionEnabled');
  }
});

test('a policy fits into what DynamoDB takes, with as many operators as one may name', () => {
  const operators = Array.from(
    { length: 20 },
    (_, index) => `arn:aws:iam::111122223333:role/${'n'.repeat(470)}${index}`,
  );
  const { ResourcePolicy } = propertiesOf(
    resourcesFor({ options: { operators, breakGlass: operators[0] } }),
    'SwitchTable',
  );
  expect(JSON.stringify(ResourcePolicy).length).toBeLessThan(20 * 1024);
});
