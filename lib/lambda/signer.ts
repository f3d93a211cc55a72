import type { AwsSetting } from '../aws/call.ts';
import { createDynamoTable } from '../aws/dynamo.ts';
import type { Settings } from '../config/settings.ts';
import { createKmsSigner } from '../keys/kms.ts';
import { createKmsSeal } from '../keys/seal.ts';
import { createSealedSigner } from '../keys/sealed.ts';
import type { Sealing } from '../keys/sealing.ts';
import type { Signer } from '../keys/signer.ts';
import { createTableSealedKeys } from '../stores/keys.ts';
import { reportKeys } from './fault.ts';

function createDeployedKmsSigner(settings: Settings, aws: AwsSetting): Signer {
  const { signingKeys: keys } = settings;
  return createKmsSigner({ ...aws, keys });
}

/** Finds where this deployment's sealed keys are and what opens them. Throws where it has none. */
export function createSealing(settings: Settings, aws: AwsSetting, issuer: string): Sealing {
  const { sealedKeys, sealingKey } = settings;
  if (sealedKeys === undefined || sealingKey === undefined)
    throw new Error('KITE_STS_SEALED_KEYS and KITE_STS_SEALING_KEY must both be set.');
  return {
    issuer,
    kms: createDeployedKmsSigner(settings, aws),
    seal: createKmsSeal(sealingKey, issuer, aws),
    store: createTableSealedKeys(createDynamoTable(sealedKeys, aws)),
  };
}

/** Creates the signer of a deployed function: sealed keys where there is a table of them, else KMS itself. */
export function createDeployedSigner(settings: Settings, aws: AwsSetting, issuer: string): Signer {
  return settings.sealedKeys === undefined
    ? createDeployedKmsSigner(settings, aws)
    : createSealedSigner({
        ...createSealing(settings, aws, issuer),
        report: what => reportKeys(undefined, what),
      });
}
