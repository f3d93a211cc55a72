import { authorize } from '../lib/authorize.ts';
import { createAuthorizer } from '../lib/broker.ts';
import { openRegistries } from '../lib/config/compiled.ts';
import { connectAhead } from '../lib/lambda/ahead.ts';
import { createAuthorizerHandler } from '../lib/lambda/authorizer.ts';
import { startFunction, wireFunction } from '../lib/lambda/deployed.ts';
import { createDeployedSigner } from '../lib/lambda/signer.ts';

const start = startFunction(import.meta.dirname);
// Every decision asks for the switches.
await connectAhead(start.aws, ['dynamodb']);
const config = openRegistries(start.config);
// Its public half alone: this function has no right to sign.
const { publicKeys } = createDeployedSigner(start.settings, start.aws, config.url);
const authorizer = createAuthorizer(config, { ...wireFunction(start), publicKeys });

/**
 * In front of any API of a team's own: may this request pass? It may write its log, and read issuers' keys, our public
 * keys and what is switched off.
 */
export const handler = createAuthorizerHandler(request => authorize(authorizer, request), config.url);
