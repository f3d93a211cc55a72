import { SEALED_KEY_TABLE } from '../../lib/stores/keys.ts';
import {
  allow,
  getAttribute,
  type IamStatement,
  type Resource,
  type Resources,
  refer,
} from '../cloudformation.ts';
import type { DeployOptions } from '../options.ts';
import { allowSigning, allowUse, createKey, getKeyArn, type KeyName, mayPublish } from './keys.ts';
import { allowOnTable, createTable } from './table.ts';

const SEALING_KEY = 'SealingKey';
const SEALED_TABLE = 'SealedKeyTable';
const MAKE = 'kms:GenerateDataKeyPairWithoutPlaintext';

/** KMS demands it of whoever makes or opens: another broker's keys are of no use here, nor ours there. */
function bindToIssuer(url: string) {
  return { 'kms:EncryptionContext:issuer': url };
}

function createSealingKey(url: string): Resource {
  const make = { ...bindToIssuer(url), 'kms:DataKeyPairSpec': 'RSA_2048' };
  return createKey(
    { says: 'seals signing keys', spec: 'SYMMETRIC_DEFAULT', pending: 30 },
    allowUse('Make', MAKE, ['RotationRole'], { StringEquals: make }),
    allowUse('Open', 'kms:Decrypt', ['ExchangeRole'], { StringEquals: bindToIssuer(url) }),
  );
}

/** Creates the table of sealed keys, and the key of KMS that seals and opens them: each is nothing without the other. */
export function createSealingResources(url: string, options: DeployOptions): Resources {
  return {
    [SEALED_TABLE]: createTable(SEALED_KEY_TABLE, {
      writers: [getAttribute('RotationRole', 'Arn')],
      // Whoever ends a key that leaked.
      removers: options.operators.length > 0 ? [...options.operators, ...options.breakGlass] : undefined,
    }),
    [SEALING_KEY]: createSealingKey(url),
  };
}

/** How a function is told where they are. */
export const sealingSetting = {
  KITE_STS_SEALED_KEYS: refer(SEALED_TABLE),
  KITE_STS_SEALING_KEY: getKeyArn(SEALING_KEY),
};

const READ_CERTIFICATES = allowOnTable(SEALED_TABLE, 'ReadCertificates', ['Scan'], {
  Condition: {
    StringEquals: { 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES' },
    'ForAllValues:StringEquals': {
      'dynamodb:Attributes': [SEALED_KEY_TABLE.key, SEALED_KEY_TABLE.certificate],
    },
  },
});

const READ_SEALED = allowOnTable(SEALED_TABLE, 'ReadSealed', ['GetItem']);

function allowSealingKey(Sid: string, Action: string, url: string): IamStatement {
  return allow(Sid, [Action], [getKeyArn(SEALING_KEY)], { Condition: { StringEquals: bindToIssuer(url) } });
}

/** Lists the rights to sign by sealed keys, which the exchange has. */
export function listOpeningRights(url: string): readonly IamStatement[] {
  return [READ_CERTIFICATES, READ_SEALED, allowSealingKey('Open', 'kms:Decrypt', url)];
}

/** Discovery publishes them with this: their public halves alone. */
export const publishSealed: readonly IamStatement[] = [READ_CERTIFICATES];

/** Lists the rights to make sealed keys, which rotation has. It opens none; but what it vouches for is published. */
export function listMakingRights(url: string, signingKey: KeyName): readonly IamStatement[] {
  return [
    READ_SEALED,
    allowOnTable(SEALED_TABLE, 'Keep', ['PutItem']),
    allowSealingKey('Make', MAKE, url),
    mayPublish,
    allowSigning(signingKey),
  ];
}
