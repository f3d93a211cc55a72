import { authorize } from '../lib/authorize.ts';
import { createAuthorizer } from '../lib/broker.ts';
import { openRegistries } from '../lib/config/compiled.ts';
import { demandSettings } from '../lib/config/settings.ts';
import { authorizerOf } from '../lib/lambda/authorizer.ts';
import { awsEnvironment } from '../lib/lambda/environment.ts';
import { reportFault } from '../lib/lambda/fault.ts';

const settings = demandSettings(process.env);
const authorizer = createAuthorizer(openRegistries(`${import.meta.dirname}/config`), {
  aws: awsEnvironment(settings.awsEndpoint),
  switchTable: settings.switchTable,
  issuerKeyTable: settings.issuerKeyTable,
  sink: line => void process.stdout.write(`${line}\n`),
  onFault: (error, decisionId) => reportFault(error, decisionId, settings.logLevel),
  onKeys: (issuer, what) => void process.stderr.write(`${JSON.stringify({ issuer, what })}\n`),
});

/** In front of any HTTP API of a team's own: may this request pass? It may write its log and read issuers' keys and what is switched off. */
export const handler = authorizerOf(request => authorize(authorizer, request));
