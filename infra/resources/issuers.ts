import type { Config } from '../../lib/config/load.ts';
import { ISSUER_KEY_TABLE } from '../../lib/stores/issuers.ts';
import { attribute, type Resource, type Resources, ref, type Statement, sub } from '../cloudformation.ts';
import { keyArn, keyPolicy, SIGNING, use } from './keys.ts';
import { keptTable } from './table.ts';

type Fetching = Pick<Config, 'rows'>;

const ID = 'IssuerKeyTable';
const REFRESHER = [attribute('RefresherRole', 'Arn')];
const PROOF_KEY = 'IssuerProofKey';

/** Keys that stand in broker.yml are asked of nobody. */
export function fetchesKeys({ rows }: Fetching): boolean {
  return [...rows.values()].some(({ origin }) => 'uri' in origin);
}

/**
 * A key of its own, and none of our JWKS: the function that reads what hostile issuers wrote signs by it, and must not
 * be able to sign as the broker.
 */
function proofKey(readers: readonly string[]): Resource {
  return {
    Type: 'AWS::KMS::Key',
    Properties: {
      Description: sub("kite-sts ${AWS::StackName}: proves what is kept of issuers' keys"),
      KeySpec: 'RSA_2048',
      KeyUsage: 'SIGN_VERIFY',
      PendingWindowInDays: 7,
      KeyPolicy: keyPolicy(
        use('Check', 'kms:GetPublicKey', ['RefresherRole', ...readers]),
        use('Prove', 'kms:Sign', ['RefresherRole'], SIGNING),
      ),
    },
  };
}

/** What all functions know of the keys of issuers, and the key that proves it to `readers`. */
export function issuerKeyTable(readers: readonly string[]): Resources {
  return {
    [ID]: keptTable(ISSUER_KEY_TABLE, { writers: REFRESHER, removers: [] }),
    [PROOF_KEY]: proofKey(readers),
  };
}

function may(Sid: string, action: string): Statement {
  return {
    Sid,
    Effect: 'Allow',
    Action: [`dynamodb:${action}`],
    Resource: [attribute(ID, 'Arn')],
  };
}

function withProofKey(Sid: string, action: string, more: object = {}): Statement {
  return {
    Sid,
    Effect: 'Allow',
    Action: [`kms:${action}`],
    Resource: [keyArn(PROOF_KEY)],
    ...more,
  };
}

const CHECK_PROOFS = withProofKey('CheckProofs', 'GetPublicKey');

/** For who verifies tokens: whoever could write might add a key of its own, and so be any issuer. */
export function readIssuerKeys(config: Fetching): readonly Statement[] {
  return fetchesKeys(config) ? [may('ReadIssuerKeys', 'GetItem'), CHECK_PROOFS] : [];
}

/** For the refresher alone. */
export const keepIssuerKeys: readonly Statement[] = [
  may('KeepIssuerKeys', 'PutItem'),
  CHECK_PROOFS,
  withProofKey('Prove', 'Sign', { Condition: SIGNING }),
];

export const issuerKeySetting = {
  KITE_STS_ISSUER_KEY_TABLE: ref(ID),
  KITE_STS_ISSUER_KEY_PROOF: keyArn(PROOF_KEY),
};
