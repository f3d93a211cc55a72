import { describe, expect, test } from 'vitest';
import { createDynamoTable, type TableItem } from '../../lib/aws/dynamo.ts';
import { createKmsSigner } from '../../lib/keys/kms.ts';
import { createTableIssuerKeys, ISSUER_KEY_TABLE } from '../../lib/stores/issuers.ts';
import { testDynamo } from '../harness/dynamo.ts';
import { KEY, kmsError, NEXT_KEY, testKms } from '../harness/kms.ts';
import { BUILDKITE, GITHUB, NOW } from '../harness/policy.ts';

const ORIGIN = { issuer: BUILDKITE, uri: `${BUILDKITE}/jwks` };
const OTHER = { issuer: GITHUB, uri: `${GITHUB}/jwks` };
const SET = { keys: '{"keys":[1]}', at: NOW };

const [dynamo, kms] = [await testDynamo(), await testKms()];
const table = createDynamoTable(await dynamo.makeTable(ISSUER_KEY_TABLE.key), dynamo.setting);

describe('issuers’ keys in DynamoDB', () => {
  const signer = (key = KEY) => createKmsSigner({ ...kms.setting, keys: [key] });
  const store = (key?: string) => createTableIssuerKeys(table, signer(key));
  const rowOf = (issuer: string) => table.get({ issuer: { S: issuer } });

  test('are found as they were kept last, each issuer’s own', async () => {
    const { find, keep } = store();
    expect(await find(ORIGIN)).toEqual({ is: 'absent' });
    await keep(ORIGIN, { keys: 'first', at: NOW });
    await keep(ORIGIN, { keys: 'second', at: NOW + 240.5 });
    expect(await find(ORIGIN)).toEqual({ is: 'proven', set: { keys: 'second', at: NOW + 240.5 } });
    expect(await find(OTHER)).toEqual({ is: 'absent' });
  });

  test('say when DynamoDB may delete them', async () => {
    await store().keep(ORIGIN, SET);
    expect(await table.scan([ISSUER_KEY_TABLE.expiry])).toEqual([{ until: { N: String(NOW + 86_400) } }]);
  });

  describe('T93: are not believed', () => {
    /** What is found after somebody with the right to write has changed the row. */
    const found = async (change: (row: TableItem) => TableItem) => {
      await store().keep(ORIGIN, SET);
      await table.put(change((await rowOf(BUILDKITE)) ?? {}));
      return store().find(ORIGIN);
    };

    test.each<[name: string, change: (row: TableItem) => TableItem]>([
      ['with another set', row => ({ ...row, keys: { S: '{"keys":[2]}' } })],
      ['with a set of another type', row => ({ ...row, keys: { N: '1' } })],
      ['without a proof', ({ proof: _, ...row }) => row],
      ['with a proof of another type', row => ({ ...row, proof: { N: '1' } })],
      ['as they were before there were proofs', ({ proof: _, ...row }) => ({ ...row, at: { N: `${NOW}` } })],
      ['with nothing in them', ({ issuer }) => ({ issuer: issuer as { S: string } })],
    ])('%s', async (_name, change) => {
      expect(await found(change)).toEqual({ is: 'unproven' });
    });

    test('with the row of another issuer under their name', async () => {
      await store().keep(OTHER, SET);
      await table.put({ ...(await rowOf(GITHUB)), issuer: { S: BUILDKITE } });
      expect(await store().find(ORIGIN)).toEqual({ is: 'unproven' });
    });

    test('fetched from a URL that broker.yml no longer has', async () => {
      await store().keep({ ...ORIGIN, uri: `${BUILDKITE}/before` }, SET);
      expect(await store().find(ORIGIN)).toEqual({ is: 'unproven' });
    });

    test('proven by the key of another deployment', async () => {
      await store(NEXT_KEY).keep(ORIGIN, SET);
      expect(await store().find(ORIGIN)).toEqual({ is: 'unproven' });
    });
  });

  test('ask KMS once in a process for what proves them, and never to sign', async () => {
    await store().keep(ORIGIN, SET);
    kms.reply(null);
    const { find } = store();
    for (let times = 0; times < 3; times++) await find(ORIGIN);
    expect(kms.calls.map(({ operation }) => operation)).toEqual(['GetPublicKey']);
  });

  test('that cannot be asked for are no answer', async () => {
    const away = createTableIssuerKeys(createDynamoTable('missing', dynamo.setting), signer());
    await expect(away.find(ORIGIN)).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
  });

  test('that cannot be proven for want of KMS are no answer, nor kept', async () => {
    kms.reply(kmsError('AccessDeniedException', 400));
    await expect(store().find(ORIGIN)).rejects.toMatchObject({ code: 'AccessDeniedException' });
    await expect(store().keep(OTHER, SET)).rejects.toMatchObject({ code: 'AccessDeniedException' });
    kms.reply(null);
  });
});
