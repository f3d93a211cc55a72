import { describe, expect, test } from 'vitest';
import { AwsError } from '../../lib/aws/call.ts';
import { createDynamoTable, type Table, type TableItem } from '../../lib/aws/dynamo.ts';
import {
  createCachedSwitches,
  createMemorySwitches,
  createTableSwitches,
  SWITCH_TABLE,
  SWITCHES_FRESH,
  SWITCHES_OLDEST,
} from '../../lib/stores/switches.ts';
import { switchesContract } from '../contract/switches.ts';
import { codeOf } from '../harness/code.ts';
import { testDynamo } from '../harness/dynamo.ts';
import { NOW } from '../harness/policy.ts';
import { switchOf } from '../harness/switch.ts';

const dynamo = await testDynamo();
async function newTable(): Promise<Table> {
  return createDynamoTable(await dynamo.makeTable(SWITCH_TABLE.key), dynamo.setting);
}

const ROLE = switchOf({ what: 'role', names: ['deploy-web'] });

describe('in memory', () => switchesContract(async () => createMemorySwitches()));

describe('in DynamoDB', () => {
  switchesContract(async () => createTableSwitches(await newTable()));

  const written = async (item: TableItem) => {
    const table = await newTable();
    await table.put(item);
    return createTableSwitches(table).list();
  };

  test.each<{ name: string; state: TableItem }>([
    { name: 'without a state', state: {} },
    { name: 'with a state of another name', state: { state: { S: 'Enabled' } } },
    { name: 'with a state of another type', state: { state: { N: '0' } } },
  ])('what was written by hand $name is off', async ({ state }) => {
    expect(await written({ switch: { S: '["role","deploy-web"]' }, ...state })).toEqual([
      { what: 'role', names: ['deploy-web'], off: true, reason: '', by: '', at: '' },
    ]);
  });

  test('what cannot be read is not passed over', async () => {
    await expect(written({ switch: { S: 'role deploy-web' } })).rejects.toThrow(
      'role deploy-web is no switch',
    );
  });
});

describe('what a process knows', () => {
  /** A process that asks now and then, and what it hears of a store that may be away. */
  const process = async () => {
    const store = createMemorySwitches();
    const state: { now: number; reads: number; fails: unknown } = { now: NOW, reads: 0, fails: undefined };
    const all = async () => {
      state.reads++;
      if (state.fails) throw state.fails;
      return store.list();
    };
    const switches = createCachedSwitches({ list: all }, () => state.now);
    const at = async (seconds: number) => {
      state.now = NOW + seconds;
      let known = -1;
      const code = await codeOf(async () => {
        known = (await switches()).length;
      });
      return [code, known, state.reads];
    };
    return { store, state, at };
  };
  const away = new AwsError({ code: 'InternalServerError', message: 'no' }, 500, true);

  test('is read once in 20 seconds, so that a switch strikes within 60', async () => {
    const { store, at } = await process();
    expect(await at(0)).toEqual(['none', 0, 1]);
    await store.set(ROLE);
    expect(await at(SWITCHES_FRESH - 0.1)).toEqual(['none', 0, 1]);
    expect(await at(SWITCHES_FRESH)).toEqual(['none', 1, 2]);
  });

  test('serves on while the table is away, and never for longer than 60 seconds', async () => {
    const { state, at } = await process();
    await at(0);
    state.fails = away;
    expect(await at(SWITCHES_FRESH)).toEqual(['none', 0, 2]);
    expect(await at(SWITCHES_OLDEST - 0.1)).toEqual(['none', 0, 3]);
    expect(await at(SWITCHES_OLDEST)).toEqual(['switches_unavailable', -1, 3]);
    state.fails = undefined;
    expect(await at(SWITCHES_OLDEST + 5)).toEqual(['none', 0, 4]);
  });

  test.each([
    {
      name: 'the table refuses, which a person must mend',
      fails: new AwsError({ code: 'AccessDeniedException', message: 'no' }, 400, false),
      is: 'broker_misconfigured',
    },
    {
      name: 'our own keys have expired',
      fails: new AwsError({ code: 'ExpiredTokenException', message: 'no' }, 400, false),
      is: 'switches_unavailable',
    },
    { name: 'an item cannot be read', fails: new Error('no switch'), is: 'switches_unavailable' },
  ])('D11: serves no more when $name', async ({ fails, is }) => {
    const { state, at } = await process();
    await at(0);
    state.fails = fails;
    expect(await at(SWITCHES_FRESH)).toEqual([is, -1, 2]);
  });

  test('D11: is nothing at first, and with a table that is away nothing is issued', async () => {
    const { state, at } = await process();
    state.fails = away;
    expect(await at(0)).toEqual(['switches_unavailable', -1, 1]);
  });
});
