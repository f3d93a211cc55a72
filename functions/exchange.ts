import { createBroker } from '../lib/broker.ts';
import { openCompiled, openRegistries } from '../lib/config/compiled.ts';
import { createAppSigners } from '../lib/keys/apps.ts';
import { connectAhead } from '../lib/lambda/ahead.ts';
import { startFunction, wireFunction } from '../lib/lambda/deployed.ts';
import { createHandler } from '../lib/lambda/handler.ts';
import { rehearse } from '../lib/lambda/rehearsal.ts';
import { createDeployedSigner } from '../lib/lambda/signer.ts';
import { type Broker, serve } from '../lib/serve.ts';

const start = startFunction(import.meta.dirname);
const { settings, aws } = start;
// Every decision asks for the switches, and most sessions are of AWS.
const connected = connectAhead(aws, ['dynamodb', 'sts']);
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

/** Every door through which a credential can be had, in one warm pool. */
function createDoors(broker: Broker) {
  return createHandler(request => serve(broker, request));
}

export const handler = createDoors(createBroker(config, surroundings, openRegistries(start.config)));
// A rehearsal that fails is no reason not to play.
await rehearse((...given) => createDoors(createBroker(...given))).catch(() => undefined);
await connected;
