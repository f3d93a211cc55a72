import type { Config } from '../../lib/config/load.ts';
import { IDENTITY_TABLE } from '../../lib/stores/identities.ts';
import { getAttribute, type IamStatement, type Resources, refer } from '../cloudformation.ts';
import { allowOnTable, createTable } from './table.ts';

const ID = 'IdentityTable';

/** Does a role give sessions of AWS? */
export function needsIdentityTable(config: Config): boolean {
  return config.roles.some(each => each.template.kind === 'aws');
}

/** Where the exchange remembers whose sessions the STS door gave: of use for as long as a session lasts. */
export function createIdentityTable(config: Config): Resources {
  return needsIdentityTable(config)
    ? { [ID]: createTable(IDENTITY_TABLE, { writers: [getAttribute('ExchangeRole', 'Arn')], removers: [] }) }
    : {};
}

/** To look one session up and to add one: never to list or to change any. */
export function listIdentityRights(config: Config): readonly IamStatement[] {
  return needsIdentityTable(config) ? [allowOnTable(ID, 'RememberSessions', ['GetItem', 'PutItem'])] : [];
}

export const identitySetting = { KITE_STS_IDENTITY_TABLE: refer(ID) };
