import { authorize } from '../lib/authorize.ts';
import { createAuthorizer } from '../lib/broker.ts';
import { openRegistries } from '../lib/config/compiled.ts';
import { authorizerOf } from '../lib/lambda/authorizer.ts';
import { startFunction, wireFunction } from '../lib/lambda/deployed.ts';

const start = startFunction(import.meta.dirname);
const authorizer = createAuthorizer(openRegistries(start.config), wireFunction(start));

/** In front of any HTTP API of a team's own: may this request pass? It may write its log and read issuers' keys and what is switched off. */
export const handler = authorizerOf(request => authorize(authorizer, request));
