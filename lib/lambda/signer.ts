import type { AwsSetting } from '../aws/call.ts';
import { dynamoTable } from '../aws/dynamo.ts';
import type { Settings } from '../config/settings.ts';
import { kmsSigner } from '../keys/kms.ts';
import { kmsSeal } from '../keys/seal.ts';
import { sealedSigner } from '../keys/sealed.ts';
import type { Sealing } from '../keys/sealing.ts';
import type { Signer } from '../keys/signer.ts';
import { tableKeys } from '../stores/keys.ts';
import { reportKeys } from './fault.ts';

function kmsOf({ signingKeys: keys }: Settings, aws: AwsSetting): Signer {
  return kmsSigner({ ...aws, keys });
}

/** Where this deployment's sealed keys are and what opens them. Throws where it has none. */
export function sealingOf(settings: Settings, aws: AwsSetting, issuer: string): Sealing {
  const { sealedKeys, sealingKey } = settings;
  if (sealedKeys === undefined || sealingKey === undefined)
    throw new Error('KITE_STS_SEALED_KEYS and KITE_STS_SEALING_KEY must both be set.');
  return {
    issuer,
    kms: kmsOf(settings, aws),
    seal: kmsSeal(sealingKey, issuer, aws),
    store: tableKeys(dynamoTable(sealedKeys, aws)),
  };
}

/** What signs for a deployed function: sealed keys where there is a table of them, else KMS itself. */
export function signerOf(settings: Settings, aws: AwsSetting, issuer: string): Signer {
  return settings.sealedKeys === undefined
    ? kmsOf(settings, aws)
    : sealedSigner({
        ...sealingOf(settings, aws, issuer),
        report: what => reportKeys(undefined, what),
      });
}
