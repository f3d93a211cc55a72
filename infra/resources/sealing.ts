import { SEALED_KEY_TABLE } from '../../lib/stores/keys.ts';
import { attribute, type Resource, type Resources, ref, type Statement, sub } from '../cloudformation.ts';
import type { DeployOptions } from '../options.ts';
import { type KeyName, keyArn, keyPolicy, mayPublish, maySign, use } from './keys.ts';
import { table } from './table.ts';

const SEALING_KEY = 'SealingKey';
const SEALED_TABLE = 'SealedKeyTable';

/** KMS demands it of whoever makes or opens: another broker's keys are of no use here, nor ours there. */
function forIssuer(url: string) {
  return { 'kms:EncryptionContext:issuer': url };
}

function key(url: string): Resource {
  return {
    Type: 'AWS::KMS::Key',
    Properties: {
      Description: sub('kite-sts ${AWS::StackName}: seals signing keys'),
      KeySpec: 'SYMMETRIC_DEFAULT',
      KeyUsage: 'ENCRYPT_DECRYPT',
      PendingWindowInDays: 30,
      KeyPolicy: keyPolicy(
        use('Make', 'kms:GenerateDataKeyPairWithoutPlaintext', ['RotationRole'], {
          StringEquals: { ...forIssuer(url), 'kms:DataKeyPairSpec': 'RSA_2048' },
        }),
        use('Open', 'kms:Decrypt', ['ExchangeRole'], { StringEquals: forIssuer(url) }),
      ),
    },
  };
}

/** The table of sealed keys, and the key of KMS that seals and opens them: each is nothing without the other. */
export function sealing(url: string, { operators, breakGlass }: DeployOptions): Resources {
  return {
    [SEALED_TABLE]: table(SEALED_KEY_TABLE, {
      writers: [attribute('RotationRole', 'Arn')],
      // Whoever ends a key that leaked.
      removers: operators.length > 0 ? [...operators, ...breakGlass] : undefined,
    }),
    [SEALING_KEY]: key(url),
  };
}

/** How a function is told where they are. */
export const sealingSetting = {
  KITE_STS_SEALED_KEYS: ref(SEALED_TABLE),
  KITE_STS_SEALING_KEY: keyArn(SEALING_KEY),
};

function onTable(Sid: string, action: string, more: object = {}): Statement {
  return {
    Sid,
    Effect: 'Allow',
    Action: [`dynamodb:${action}`],
    Resource: [attribute(SEALED_TABLE, 'Arn')],
    ...more,
  };
}

const READ_CERTIFICATES = onTable('ReadCertificates', 'Scan', {
  Condition: {
    StringEquals: { 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES' },
    'ForAllValues:StringEquals': {
      'dynamodb:Attributes': [SEALED_KEY_TABLE.key, SEALED_KEY_TABLE.certificate],
    },
  },
});

const READ_SEALED = onTable('ReadSealed', 'GetItem');

function withSealingKey(Sid: string, Action: string, url: string): Statement {
  return {
    Sid,
    Effect: 'Allow',
    Action: [Action],
    Resource: [keyArn(SEALING_KEY)],
    Condition: { StringEquals: forIssuer(url) },
  };
}

/** What the exchange needs in order to sign by sealed keys. */
export function openSealed(url: string): readonly Statement[] {
  return [READ_CERTIFICATES, READ_SEALED, withSealingKey('Open', 'kms:Decrypt', url)];
}

/** What discovery needs in order to publish them: their public halves alone. */
export const publishSealed: readonly Statement[] = [READ_CERTIFICATES];

/** What rotation needs in order to make them. It opens none; but what it vouches for is published. */
export function makeSealed(url: string, signingKey: KeyName): readonly Statement[] {
  return [
    READ_SEALED,
    onTable('Keep', 'PutItem'),
    withSealingKey('Make', 'kms:GenerateDataKeyPairWithoutPlaintext', url),
    mayPublish,
    maySign(signingKey),
  ];
}
