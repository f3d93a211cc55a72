import type { Config } from '../../lib/config/load.ts';
import { IDENTITY_TABLE } from '../../lib/stores/identities.ts';
import { attribute, type Resources, ref, type Statement } from '../cloudformation.ts';
import { table } from './table.ts';

const ID = 'IdentityTable';

/** Whether a role gives sessions of AWS. */
export function givesSessions({ roles }: Config): boolean {
  return roles.some(({ template }) => template.kind === 'aws');
}

/** Where the exchange remembers whose sessions the STS door gave: of use for as long as a session lasts. */
export function identityTable(config: Config): Resources {
  return givesSessions(config)
    ? { [ID]: table(IDENTITY_TABLE, { writers: [attribute('ExchangeRole', 'Arn')], removers: [] }) }
    : {};
}

/** To look one session up and to add one: never to list or to change any. */
export function identityRights(config: Config): readonly Statement[] {
  return givesSessions(config)
    ? [
        {
          Sid: 'RememberSessions',
          Effect: 'Allow',
          Action: ['dynamodb:GetItem', 'dynamodb:PutItem'],
          Resource: [attribute(ID, 'Arn')],
        },
      ]
    : [];
}

export const identitySetting = { KITE_STS_IDENTITY_TABLE: ref(ID) };
