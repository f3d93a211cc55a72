import type { Config } from '../../lib/config/load.ts';
import { SPENT_TABLE } from '../../lib/stores/spent.ts';
import { getAttribute, type IamStatement, type Resources, refer } from '../cloudformation.ts';
import { allowOnTable, createTable } from './table.ts';

const ID = 'SpentTable';
/** Who else could remove a use could use its token again. */
const EXCHANGE = [getAttribute('ExchangeRole', 'Arn')];

/** Does a role take each token once? */
export function needsSpentTable(config: Config): boolean {
  return config.roles.some(each => each.singleUse);
}

/** Where the exchange remembers which tokens `single_use` roles have taken, for all of its processes. */
export function createSpentTable(config: Config): Resources {
  return needsSpentTable(config)
    ? { [ID]: createTable(SPENT_TABLE, { writers: EXCHANGE, removers: EXCHANGE }) }
    : {};
}

/** To note a use, and to take one back for which nothing was issued: both on a condition, and never to look. */
export function listSpentRights(config: Config): readonly IamStatement[] {
  return needsSpentTable(config) ? [allowOnTable(ID, 'SpendTokens', ['DeleteItem', 'PutItem'])] : [];
}

export const spentSetting = { KITE_STS_SPENT_TABLE: refer(ID) };
