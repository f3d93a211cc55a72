import { createBroker } from '../lib/broker.ts';
import { openCompiled, openRegistries } from '../lib/config/compiled.ts';
import { createAppSigners } from '../lib/keys/apps.ts';
import { startFunction, wireFunction } from '../lib/lambda/deployed.ts';
import { createHandler } from '../lib/lambda/handler.ts';
import { createDeployedSigner } from '../lib/lambda/signer.ts';
import { serve } from '../lib/serve.ts';

const start = startFunction(import.meta.dirname);
const { settings, aws } = start;
const config = openCompiled(start.config);
const surroundings = {
  ...wireFunction(start),
  signer: createDeployedSigner(settings, aws, config.url),
  apps: createAppSigners(settings.appKeys, aws),
  // A function never remembers in its own memory what all of them must know.
  identityTable: settings.identityTable ?? null,
  spentTable: settings.spentTable ?? null,
  jobTable: settings.jobTable ?? null,
  audit: config.audit,
  metrics: true,
};
const broker = createBroker(config, surroundings, openRegistries(start.config));

/** Every door through which a credential can be had, in one warm pool. */
export const handler = createHandler(request => serve(broker, request));
