import type { Config } from '../../lib/config/load.ts';
import { SPENT_TABLE } from '../../lib/stores/spent.ts';
import { attribute, type Resources, ref, type Statement } from '../cloudformation.ts';
import { table } from './table.ts';

const ID = 'SpentTable';
/** Who else could remove a use could use its token again. */
const EXCHANGE = [attribute('ExchangeRole', 'Arn')];

/** Whether a role takes each token once. */
export function spendsTokens({ roles }: Config): boolean {
  return roles.some(({ singleUse }) => singleUse);
}

/** Where the exchange remembers which tokens `single_use` roles have taken, for all of its processes. */
export function spentTable(config: Config): Resources {
  return spendsTokens(config) ? { [ID]: table(SPENT_TABLE, { writers: EXCHANGE, removers: EXCHANGE }) } : {};
}

/** To note a use, and to take one back for which nothing was issued: both on a condition, and never to look. */
export function spentRights(config: Config): readonly Statement[] {
  return spendsTokens(config)
    ? [
        {
          Sid: 'SpendTokens',
          Effect: 'Allow',
          Action: ['dynamodb:DeleteItem', 'dynamodb:PutItem'],
          Resource: [attribute(ID, 'Arn')],
        },
      ]
    : [];
}

export const spentSetting = { KITE_STS_SPENT_TABLE: ref(ID) };
