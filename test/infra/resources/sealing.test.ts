import { describe, expect, test } from 'vitest';
import { SEALED_KEY_TABLE } from '../../../lib/stores/keys.ts';
import { arnOf, propertiesOf, refusedFor, resourcesFor, statementsOf } from '../../harness/deploy.ts';
import { AUDIENCE } from '../../harness/policy.ts';

const SEALED = { options: { signing: 'sealed' } };
const resources = resourcesFor(SEALED);
function arn(id: string) {
  return { 'Fn::GetAtt': [id, 'Arn'] };
}
const FOR_ISSUER = { 'kms:EncryptionContext:issuer': AUDIENCE };

/** Of every policy, in a role's rights or a key's own: who may do this, under which conditions. */
function whoMay(action: string) {
  return Object.fromEntries(
    [...statementsOf(resources)]
      .filter(([, { Effect, Action }]) => Effect === 'Allow' && Action.includes(action))
      .map(([name, { Condition }]) => [name, Condition]),
  );
}
function byRole(...roles: string[]) {
  return { ArnEquals: { 'aws:PrincipalArn': roles.map(arn) } };
}

test('without sealed keys there is no table, no key that seals and nothing that rotates', () => {
  const added = Object.keys(resources).filter(id => !Object.hasOwn(resourcesFor(), id));
  expect(added.sort()).toEqual([
    'RotationAttempts',
    'RotationErrorsAlarm',
    'RotationLogGroup',
    'RotationMissedAlarm',
    'RotationPermission',
    'RotationRights',
    'RotationRole',
    'RotationSchedule',
    'SealedKeyNotUsedAlarm',
    'SealedKeyNotUsedFilter',
    'SealedKeyTable',
    'SealingKey',
  ]);
});

test('the table is by day, and forgets what is over', () => {
  expect(propertiesOf(resources, 'SealedKeyTable')).toMatchObject({
    KeySchema: [{ AttributeName: SEALED_KEY_TABLE.key, KeyType: 'HASH' }],
    TimeToLiveSpecification: { AttributeName: SEALED_KEY_TABLE.expiry, Enabled: true },
  });
});

test('the key seals, and is none that signs', () => {
  expect(propertiesOf(resources, 'SealingKey')).toMatchObject({
    KeySpec: 'SYMMETRIC_DEFAULT',
    KeyUsage: 'ENCRYPT_DECRYPT',
  });
});

describe('T52: for this issuer alone,', () => {
  test('the exchange opens what was sealed, and nobody else does', () => {
    expect(whoMay('kms:Decrypt')).toEqual({
      'SealingKey Open': { ...byRole('ExchangeRole'), StringEquals: FOR_ISSUER },
      'ExchangeRights Open': { StringEquals: FOR_ISSUER },
    });
  });

  test('rotation has key pairs made, and nobody else does', () => {
    expect(whoMay('kms:GenerateDataKeyPairWithoutPlaintext')).toEqual({
      'SealingKey Make': {
        ...byRole('RotationRole'),
        StringEquals: { ...FOR_ISSUER, 'kms:DataKeyPairSpec': 'RSA_2048' },
      },
      'RotationRights Make': { StringEquals: FOR_ISSUER },
    });
  });

  test.each(['kms:Encrypt', 'kms:GenerateDataKeyPair', 'kms:GenerateDataKey', 'kms:ReEncryptTo'])(
    'nobody may %s',
    action => {
      expect(whoMay(action)).toEqual({});
    },
  );
});

describe('T52: the table', () => {
  test('is written by rotation alone, and nobody deletes or changes what is in it', () => {
    expect(
      Object.keys(whoMay('dynamodb:PutItem')).filter(name => !name.includes('RememberSessions')),
    ).toEqual(['RotationRights Keep']);
    for (const action of ['dynamodb:UpdateItem', 'dynamodb:DeleteItem', 'dynamodb:BatchWriteItem'])
      expect(whoMay(action)).toEqual({});
  });

  test('is listed without what is sealed', () => {
    const CERTIFICATES = {
      StringEquals: { 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES' },
      'ForAllValues:StringEquals': { 'dynamodb:Attributes': ['day', 'certificate'] },
    };
    expect(whoMay('dynamodb:Scan')).toEqual({
      'ExchangeRights ReadCertificates': CERTIFICATES,
      'DiscoveryRights ReadCertificates': CERTIFICATES,
    });
  });

  test('gives no sealed key to discovery', () => {
    const readers = Object.keys(whoMay('dynamodb:GetItem')).filter(name => name.endsWith(' ReadSealed'));
    expect(readers).toEqual(['ExchangeRights ReadSealed', 'RotationRights ReadSealed']);
  });
});

test('what vouches for sealed keys is the key that signs, and rotation may use it', () => {
  expect(Object.keys(whoMay('kms:Sign'))).toEqual([
    'SignWithFirstKey Sign',
    'RotationRights Sign',
    'FirstSigningKey Sign',
    'SecondSigningKey Sign',
  ]);
  const rotated = resourcesFor({ options: { signing: 'sealed', signingKey: 'second' } });
  expect(statementsOf(rotated).get('RotationRights Sign')?.['Resource']).toEqual([arn('SecondSigningKey')]);
});

test('T44: the rights that sealed keys need are counted, where targets fill the room that IAM gives', () => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, index) => arnOf(`deploy-the-service-with-number-${100 + index}`));
  const refused = (count: number, signing: string) =>
    refusedFor({ targets: many(count), options: { signing } }).length > 0;
  let [fits, tooMany] = [80, 2000];
  expect([refused(fits, 'kms'), refused(tooMany, 'kms')]).toEqual([false, true]);
  while (tooMany - fits > 1) {
    const between = (fits + tooMany) >> 1;
    if (refused(between, 'kms')) tooMany = between;
    else fits = between;
  }
  expect(refused(fits, 'sealed')).toBe(true);
});

test('the keys that sign are the same with and without sealed keys, but for who uses them', () => {
  for (const id of ['FirstSigningKey', 'SecondSigningKey']) {
    const { KeyPolicy, ...rest } = propertiesOf(resources, id);
    const { KeyPolicy: before, ...same } = propertiesOf(resourcesFor(), id);
    expect(rest).toEqual(same);
    expect(JSON.stringify(KeyPolicy).replaceAll(',{"Fn::GetAtt":["RotationRole","Arn"]}', '')).toBe(
      JSON.stringify(before),
    );
  }
});
