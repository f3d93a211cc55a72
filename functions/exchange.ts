import { createBroker } from '../lib/broker.ts';
import { openCompiled, openRegistries } from '../lib/config/compiled.ts';
import { appSigners } from '../lib/keys/apps.ts';
import { startFunction, wireFunction } from '../lib/lambda/deployed.ts';
import { handlerOf } from '../lib/lambda/handler.ts';
import { signerOf } from '../lib/lambda/signer.ts';
import { serve } from '../lib/serve.ts';

const start = startFunction(import.meta.dirname);
const { settings, aws } = start;
const config = openCompiled(start.config);
const surroundings = {
  ...wireFunction(start),
  signer: signerOf(settings, aws, config.url),
  apps: appSigners(settings.appKeys, aws),
  // A function never remembers in its own memory what all of them must know.
  identityTable: settings.identityTable ?? null,
  spentTable: settings.spentTable ?? null,
  jobTable: settings.jobTable ?? null,
  audit: config.audit,
  metrics: true,
};
const broker = createBroker(config, surroundings, openRegistries(start.config));

/** Every door through which a credential can be had, in one warm pool. */
export const handler = handlerOf(request => serve(broker, request));
