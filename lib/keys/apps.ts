import type { AwsSetting } from '../aws/call.ts';
import { createKmsSigner } from './kms.ts';
import { createSecretSigner } from './secret.ts';
import type { Signer } from './signer.ts';

/** Finds what signs as an app, by the id that the other side gave to it. Undefined: no key of that app is known here. */
export type AppSigners = (app: string) => Signer | undefined;

function createAppSigner(arn: string, setting: AwsSetting): Signer {
  const [, , service, region = setting.region] = arn.split(':');
  const there = { ...setting, region };
  return service === 'kms' ? createKmsSigner({ ...there, keys: [arn] }) : createSecretSigner(arn, there);
}

/**
 * The keys of apps: app → the ARN of a key of KMS or of a secret with the private key, each asked in its own region.
 * No two kinds of trust share a key, so none of these is ever ours.
 */
export function createAppSigners(keys: ReadonlyMap<string, string>, setting: AwsSetting): AppSigners {
  const signers = new Map([...keys].map(([app, arn]) => [app, createAppSigner(arn, setting)]));
  return app => signers.get(app);
}
