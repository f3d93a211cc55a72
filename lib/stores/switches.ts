import { readTextAttribute, type Table, type TableItem } from '../aws/dynamo.ts';
import { createCached } from '../keys/cached.ts';
import { readSwitchKey, type Switch, type Switches, writeSwitchKey } from '../switch.ts';
import { createStoreFailure } from './failure.ts';

/** Every switch that was ever set, as it was set last. Each call throws when the store cannot be asked. */
export type SwitchStore = {
  list(): Promise<readonly Switch[]>;
  set(change: Switch): Promise<void>;
};

/** For one process: tests. */
export function createMemorySwitches(): SwitchStore {
  const switches = new Map<string, Switch>();
  return {
    list: async () => [...switches.values()],
    set: async change => void switches.set(writeSwitchKey(change), change),
  };
}

/** The table's key. Nothing in it expires. */
export const SWITCH_TABLE = { key: 'switch' } as const;
/** The table's name in a deployment, by which operators find it. */
export function deriveSwitchTableName(stack: string): string {
  return `${stack}-switches`;
}
/** The state of a switch that is not off; with anything else in its place it is off. */
const ON = 'enabled';

/** Also of what an operator wrote by hand. One that cannot be read might be the one that matters: nothing passes. */
function readSwitch(item: TableItem): Switch {
  const key = readTextAttribute(item, SWITCH_TABLE.key);
  const read = readSwitchKey(key);
  if (!read) throw new Error(`${key} is no switch: take it out of the table`);
  return {
    ...read,
    ...(item['id'] ? { id: readTextAttribute(item, 'id') } : {}),
    ...(item['by_name'] ? { byName: true } : {}),
    ...(item['until'] ? { until: readTextAttribute(item, 'until') } : {}),
    off: readTextAttribute(item, 'state') !== ON,
    reason: readTextAttribute(item, 'reason'),
    by: readTextAttribute(item, 'by'),
    at: readTextAttribute(item, 'at'),
  };
}

/** For all processes of a deployment. */
export function createTableSwitches(table: Table): SwitchStore {
  return {
    async list() {
      const items = await table.scan([
        SWITCH_TABLE.key,
        'id',
        'by_name',
        'until',
        'state',
        'reason',
        'by',
        'at',
      ]);
      return items.map(readSwitch);
    },
    set: change =>
      table.put({
        [SWITCH_TABLE.key]: { S: writeSwitchKey(change) },
        ...(change.id === undefined ? {} : { id: { S: change.id } }),
        ...(change.byName ? { by_name: { S: 'yes' } } : {}),
        ...(change.until === undefined ? {} : { until: { S: change.until } }),
        state: { S: change.off ? 'disabled' : ON },
        reason: { S: change.reason },
        by: { S: change.by },
        at: { S: change.at },
      }),
  };
}

/** Seconds after which switches are read again, and after which those that were read count no more. */
export const SWITCHES_FRESH = 20;
export const SWITCHES_OLDEST = 60;
/** Seconds after a failure in which nobody asks. */
const PAUSE = 5;

/**
 * Keeps the switches for a process: never for longer than 60 s, so that one that is set takes effect by then or
 * nothing is issued. Throws `switches_unavailable`. `now` is in seconds since the epoch.
 */
export function createCachedSwitches(store: Pick<SwitchStore, 'list'>, now: () => number): Switches {
  const read = createCached(store.list, {
    now,
    seconds: SWITCHES_FRESH,
    pause: PAUSE,
    oldest: SWITCHES_OLDEST,
  });
  return () =>
    read.get().catch((error: unknown) => {
      throw createStoreFailure('switches_unavailable', error);
    });
}
