import { BrokerError } from '../errors.ts';
import type { AppSigners } from '../keys/apps.ts';
import type { Signer } from '../keys/signer.ts';

/** Finds the signer of this app. Throws `broker_misconfigured`: packaging checks that each app of a role has its key. */
export function findAppSigner(apps: AppSigners, app: string): Signer {
  const signer = apps(app);
  if (signer) return signer;
  throw new BrokerError('broker_misconfigured', {
    detail: `there is no key of the app ${app} (in serverless.yml: appKeys of custom.kiteSts)`,
    undone: true,
  });
}
