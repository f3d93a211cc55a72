import type { Config } from '../../lib/config/load.ts';
import { ISSUER_KEY_TABLE } from '../../lib/stores/issuers.ts';
import {
  allow,
  getAttribute,
  type IamStatement,
  type Resource,
  type Resources,
  refer,
} from '../cloudformation.ts';
import { allowUse, createKey, getKeyArn, SIGNING } from './keys.ts';
import { allowOnTable, createKeptTable } from './table.ts';

type IssuerConfig = Pick<Config, 'rows'>;

const ID = 'IssuerKeyTable';
const REFRESHER = [getAttribute('RefresherRole', 'Arn')];
const PROOF_KEY = 'IssuerProofKey';

/** Is any issuer asked for its keys? Those that stand in broker.yml are asked of nobody. */
export function needsFetchedKeys(config: IssuerConfig): boolean {
  return [...config.rows.values()].some(each => 'uri' in each.origin);
}

/**
 * A key of its own, and none of our JWKS: the function that reads what hostile issuers wrote signs by it, and must not
 * be able to sign as the broker.
 */
function createProofKey(readers: readonly string[]): Resource {
  return createKey(
    { says: "proves what is kept of issuers' keys", spec: 'RSA_2048', pending: 7 },
    allowUse('Check', 'kms:GetPublicKey', ['RefresherRole', ...readers]),
    allowUse('Prove', 'kms:Sign', ['RefresherRole'], SIGNING),
  );
}

/** Creates the table of issuers' keys, which all functions read, and the key that proves it to `readers`. */
export function createIssuerKeyTable(readers: readonly string[]): Resources {
  return {
    [ID]: createKeptTable(ISSUER_KEY_TABLE, { writers: REFRESHER, removers: [] }),
    [PROOF_KEY]: createProofKey(readers),
  };
}

function allowProofKey(Sid: string, action: string, more: object = {}): IamStatement {
  return allow(Sid, [`kms:${action}`], [getKeyArn(PROOF_KEY)], more);
}

const CHECK_PROOFS = allowProofKey('CheckProofs', 'GetPublicKey');

/** Lists the rights of who verifies tokens, which write nothing: whoever could write might add a key of its own, and so be any issuer. */
export function listIssuerKeyRights(config: IssuerConfig): readonly IamStatement[] {
  return needsFetchedKeys(config) ? [allowOnTable(ID, 'ReadIssuerKeys', ['GetItem']), CHECK_PROOFS] : [];
}

/** For the refresher alone. */
export const keepIssuerKeys: readonly IamStatement[] = [
  allowOnTable(ID, 'KeepIssuerKeys', ['PutItem']),
  CHECK_PROOFS,
  allowProofKey('Prove', 'Sign', { Condition: SIGNING }),
];

export const issuerKeySetting = {
  KITE_STS_ISSUER_KEY_TABLE: refer(ID),
  KITE_STS_ISSUER_KEY_PROOF: getKeyArn(PROOF_KEY),
};
