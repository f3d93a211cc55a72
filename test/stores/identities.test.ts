import { describe, expect, test } from 'vitest';
import { createDynamoTable } from '../../lib/aws/dynamo.ts';
import {
  createMemoryIdentities,
  createTableIdentities,
  IDENTITY_TABLE,
  noIdentities,
} from '../../lib/stores/identities.ts';
import { identitiesContract } from '../contract/identities.ts';
import { testDynamo } from '../harness/dynamo.ts';
import { NOW } from '../harness/policy.ts';

const IDENTITY = {
  arn: 'arn:aws:sts::123456789012:assumed-role/r/s',
  userId: 'AROA:s',
  account: '123456789012',
  accessKeyId: 'ASIATESTTESTTESTTEST',
  expiresAt: NOW + 10,
};

const dynamo = await testDynamo();
const table = createDynamoTable(await dynamo.makeTable(IDENTITY_TABLE.key), dynamo.setting);

describe('in memory', () => {
  identitiesContract(() => createMemoryIdentities());

  test('when it is full of sessions that live it says so, and those that expired make room', async () => {
    const store = createMemoryIdentities(2);
    await store.remember('a', IDENTITY, NOW);
    await store.remember('b', { ...IDENTITY, expiresAt: NOW + 20 }, NOW);
    await expect(store.remember('c', IDENTITY, NOW)).rejects.toThrow('2 sessions that live');
    await store.remember('c', { ...IDENTITY, expiresAt: NOW + 20 }, NOW + 10);
    expect(await store.find('a')).toBeUndefined();
    expect(await store.find('b')).toBeDefined();
  });
});

describe('in DynamoDB', () => {
  identitiesContract(() => createTableIdentities(table));

  test('T54: a session token is kept as its SHA-256 alone, and DynamoDB is told when to forget it', async () => {
    await createTableIdentities(table).remember('the-session-token', IDENTITY, NOW);
    const items = await table.scan(['session', 'expires_at', 'arn', 'user_id', 'account', 'access_key_id']);
    expect(JSON.stringify(items)).not.toContain('the-session-token');
    expect(items).toContainEqual({
      session: { S: 'Qp1sA4Iiu3Zl9XWiAXoNk-9qA-vDxE40F288gRt6U_Y' },
      expires_at: { N: String(NOW + 10) },
      arn: { S: IDENTITY.arn },
      user_id: { S: IDENTITY.userId },
      account: { S: IDENTITY.account },
      access_key_id: { S: IDENTITY.accessKeyId },
    });
  });

  test('nothing is asked before the first use, and a table that is away is told', async () => {
    const away = createTableIdentities(
      createDynamoTable('nowhere', { ...dynamo.setting, endpoint: 'http://127.0.0.1:9' }),
    );
    await expect(away.find('a')).rejects.toThrow();
    await expect(away.remember('a', IDENTITY, NOW)).rejects.toThrow();
  });
});

test('without a table, no session is known, and none is said to be remembered', async () => {
  expect(await noIdentities.find('a')).toBeUndefined();
  await expect(noIdentities.remember('a', IDENTITY, NOW)).rejects.toThrow('KITE_STS_IDENTITY_TABLE');
});
