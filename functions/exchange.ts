import { createBroker } from '../lib/broker.ts';
import { openCompiled } from '../lib/config/compiled.ts';
import { demandSettings } from '../lib/config/settings.ts';
import { appSigners } from '../lib/keys/apps.ts';
import { awsEnvironment } from '../lib/lambda/environment.ts';
import { reportFault } from '../lib/lambda/fault.ts';
import { handlerOf } from '../lib/lambda/handler.ts';
import { signerOf } from '../lib/lambda/signer.ts';
import { serve } from '../lib/serve.ts';

const settings = demandSettings(process.env);
const aws = awsEnvironment(settings.awsEndpoint);
const config = openCompiled(`${import.meta.dirname}/config`);
const broker = createBroker(config, {
  signer: signerOf(settings, aws, config.url),
  aws,
  apps: appSigners(settings.appKeys, aws),
  identityTable: settings.identityTable,
  issuerKeyTable: settings.issuerKeyTable,
  spentTable: settings.spentTable ?? null,
  switchTable: settings.switchTable,
  sink: line => void process.stdout.write(`${line}\n`),
  audit: config.audit,
  metrics: true,
  onFault: (error, decisionId) => reportFault(error, decisionId, settings.logLevel),
  onKeys: (issuer, what) => void process.stderr.write(`${JSON.stringify({ issuer, what })}\n`),
});

/** Every door through which a credential can be had, in one warm pool. */
export const handler = handlerOf(request => serve(broker, request));
