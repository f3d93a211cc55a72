import type { Config } from '../../lib/config/load.ts';
import { ISSUER_KEY_TABLE } from '../../lib/stores/issuers.ts';
import { attribute, type Resources, ref, type Statement } from './cloudformation.ts';
import { table } from './table.ts';

type Fetching = Pick<Config, 'rows'>;

const ID = 'IssuerKeyTable';

/** Keys that stand in broker.yml are asked of nobody. */
export const fetchesKeys = ({ rows }: Fetching): boolean =>
  [...rows.values()].some(({ origin }) => 'uri' in origin);

/** What all functions know of the keys of issuers. */
export const issuerKeyTable: Resources = { [ID]: table(ISSUER_KEY_TABLE) };

const may = (Sid: string, action: string): Statement => ({
  Sid,
  Effect: 'Allow',
  Action: [`dynamodb:${action}`],
  Resource: [attribute(ID, 'Arn')],
});

/** For who verifies tokens: whoever could write might add a key of its own, and so be any issuer. */
export const readIssuerKeys = (config: Fetching): readonly Statement[] =>
  fetchesKeys(config) ? [may('ReadIssuerKeys', 'GetItem')] : [];

/** For the refresher alone. */
export const keepIssuerKeys: Statement = may('KeepIssuerKeys', 'PutItem');

export const issuerKeySetting = { KITE_STS_ISSUER_KEY_TABLE: ref(ID) };
