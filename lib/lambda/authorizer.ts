import type { APIGatewayAuthorizerResult, APIGatewaySimpleAuthorizerWithContextResult } from 'aws-lambda';
import type { Authorized, authorize, Refusal } from '../authorize.ts';
import { CODES } from '../errors.ts';
import type { HttpRequest } from '../protocols/protocol.ts';
import { findRegistryStatus, listRefusalMembers } from '../protocols/registry.ts';
import { type RequestEvent, readHttpRequest } from './event.ts';
import { type RestEvent, readRestRequest } from './rest.ts';

type AuthorizerContext = { readonly [name: string]: string };
type HttpResult = APIGatewaySimpleAuthorizerWithContextResult<AuthorizerContext>;

/** Writes what the API behind is told, as `$context.authorizer.…`; every value is text. */
function writeContext(authorized: Authorized): AuthorizerContext {
  const { decisionId, registry, statement, scopes, issuer, subject } = authorized;
  return { decision_id: decisionId, registry, statement, scopes: scopes.join(' '), issuer, subject };
}

/** Writes what the gateway's own answer is made of, whose template can take each of these, and for its access log. */
function explainRefusal(refused: Refusal, url: string): AuthorizerContext {
  const { door, challenge } = refused;
  const voice = { url, audience: door.service ?? '', now: 0 };
  return {
    ...listRefusalMembers(refused, voice, findRegistryStatus(refused, door.images)),
    ...(challenge === undefined ? {} : { challenge }),
  };
}

/** Writes the answer to a REST API: a policy for this one request. */
function writePolicy(
  event: RestEvent,
  allowed: boolean,
  context: AuthorizerContext,
): APIGatewayAuthorizerResult {
  return {
    principalId: context['subject'] ?? 'nobody',
    policyDocument: {
      Version: '2012-10-17',
      Statement: [
        { Action: 'execute-api:Invoke', Effect: allowed ? 'Allow' : 'Deny', Resource: event.methodArn },
      ],
    },
    context,
  };
}

type AuthorizerEvent = RequestEvent | RestEvent;

function isRestEvent(event: AuthorizerEvent): event is RestEvent {
  return 'methodArn' in event;
}

/**
 * Creates the handler of a REQUEST authorizer: of an HTTP API (payload 2.0, simple answers) and of a REST API. A refusal is
 * `isAuthorized: false`, or a policy that denies; what the gateway then says is its own, and only a REST API can be
 * told what that is (`kite-sts-registry-rest.yml`). A fault of ours throws, for which both say 500, so that nobody
 * takes it for a denial. Neither lets anybody pass.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html
 */
export function createAuthorizerHandler(
  ask: (request: HttpRequest) => ReturnType<typeof authorize>,
  url: string,
) {
  return async (event: AuthorizerEvent): Promise<HttpResult | APIGatewayAuthorizerResult> => {
    const answer = await ask(isRestEvent(event) ? readRestRequest(event) : readHttpRequest(event));
    const allowed = answer.kind === 'authorized';
    if (!allowed && ['setup', 'ours'].includes(CODES[answer.code].fault))
      throw new Error(`${answer.code} ${answer.decisionId}`);
    const context = allowed ? writeContext(answer) : explainRefusal(answer, url);
    return isRestEvent(event) ? writePolicy(event, allowed, context) : { isAuthorized: allowed, context };
  };
}
