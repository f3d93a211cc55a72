import { beforeEach, describe, expect, test } from 'vitest';
import { createDynamoTable, type Table } from '../../lib/aws/dynamo.ts';
import { testDynamo } from '../harness/dynamo.ts';
import { testServer } from '../harness/server.ts';

let table: Table;
const dynamo = await testDynamo();
beforeEach(async () => {
  table = createDynamoTable(await dynamo.makeTable('key'), dynamo.setting);
});

const KEY = { key: { S: 'a' } };
const ITEM = { ...KEY, text: { S: 'ü "' }, number: { N: '17' }, bytes: { B: 'AAECAw==' } };
const OTHER = { ...KEY, text: { S: 'other' } };

test('what was put is had as it was', async () => {
  await table.put(ITEM);
  expect(await table.get(KEY)).toEqual(ITEM);
});

test('what was never put is undefined', async () => {
  expect(await table.get(KEY)).toBeUndefined();
});

test('what is put takes the place of what was there', async () => {
  await table.put(ITEM);
  await table.put(OTHER);
  expect(await table.get(KEY)).toEqual(OTHER);
});

describe('what is put as new', () => {
  test('is there after it', async () => {
    expect(await table.putNew(ITEM, 'key')).toBe(true);
    expect(await table.get(KEY)).toEqual(ITEM);
  });

  test('leaves what was there before', async () => {
    await table.put(ITEM);
    expect(await table.putNew(OTHER, 'key')).toBe(false);
    expect(await table.get(KEY)).toEqual(ITEM);
  });

  test('is put by one of several at the same time', async () => {
    const put = await Promise.all([1, 2, 3, 4].map(() => table.putNew(ITEM, 'key')));
    expect(put.filter(Boolean)).toEqual([true]);
  });
});

describe('on a condition', () => {
  const saying = (text: string) => ({
    says: '#text = :text',
    names: { '#text': 'text' },
    values: { ':text': { S: text } },
  });

  test.each([
    { name: 'that holds', text: 'other', done: true },
    { name: 'that does not', text: 'another', done: false },
  ])('$name, what is there is put and taken out: $done', async ({ text, done }) => {
    await table.put(OTHER);
    expect(await table.putIf({ ...OTHER, number: { N: '1' } }, saying(text))).toBe(done);
    expect((await table.get(KEY))?.['number']).toEqual(done ? { N: '1' } : undefined);
    expect(await table.removeIf(KEY, saying(text))).toBe(done);
    expect((await table.get(KEY)) === undefined).toBe(done);
  });
});

describe('a scan', () => {
  test('of nothing is empty', async () => {
    expect(await table.scan(['key'])).toEqual([]);
  });

  test('has the attributes that were asked for, also by names that DynamoDB keeps for itself', async () => {
    await table.put(ITEM);
    await table.put({ key: { S: 'b' }, text: { S: 'b' } });
    const items = await table.scan(['key', 'number']);
    expect(items).toHaveLength(2);
    expect(items).toContainEqual({ ...KEY, number: ITEM.number });
    expect(items).toContainEqual({ key: { S: 'b' } });
  });

  test('of more than one answer holds is refused, and nothing of it is taken for all', async () => {
    const bytes = { B: Buffer.alloc(300 * 1024).toString('base64') };
    for (const name of ['a', 'b', 'c', 'd']) await table.put({ key: { S: name }, bytes });
    await expect(table.scan(['key'])).rejects.toMatchObject({ code: 'AnswerTooLarge', passing: false });
  });

  test.each(['{}', '{"Items":null}', ''])('that is answered by %j is not of nothing', async body => {
    const { url } = await testServer(() => ({ status: 200, body }));
    const answered = createDynamoTable('any', { ...dynamo.setting, endpoint: url });
    await expect(answered.scan(['key'])).rejects.toMatchObject({ code: 'AnswerUnreadable', passing: true });
  });
});

test.each([
  { name: 'get', call: (asked: Table) => asked.get(KEY) },
  { name: 'scan', call: (asked: Table) => asked.scan(['key']) },
])('T-3: $name asks to see every write before it', async ({ call }) => {
  const server = await testServer(() => ({ status: 200, body: { Items: [] } }));
  await call(createDynamoTable('table', { ...dynamo.setting, endpoint: server.url }));
  expect(JSON.parse(server.asked[0]?.body ?? '')).toMatchObject({ ConsistentRead: true });
});

test.each([
  { name: 'get', call: (lost: Table) => lost.get(KEY) },
  { name: 'put', call: (lost: Table) => lost.put(ITEM) },
  { name: 'put as new', call: (lost: Table) => lost.putNew(ITEM, 'key') },
  { name: 'scan', call: (lost: Table) => lost.scan(['key']) },
])('$name fails where there is no such table, and is not tried again', async ({ call }) => {
  const lost = createDynamoTable('no-such-table', dynamo.setting);
  await expect(call(lost)).rejects.toMatchObject({ code: 'ResourceNotFoundException', passing: false });
});
