import { BrokerError } from '../errors.ts';
import type { AppSigners } from '../keys/apps.ts';
import type { Signer } from '../keys/signer.ts';

/** What signs as this app. Throws `provider_refused`: packaging checks that each app of a role has its key. */
export const signerOf = (apps: AppSigners, app: string): Signer => {
  const signer = apps(app);
  if (signer) return signer;
  throw new BrokerError('provider_refused', {
    detail: `there is no key of the app ${app} (in serverless.yml: appKeys of custom.kiteSts)`,
    undone: true,
  });
};
