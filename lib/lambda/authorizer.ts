import type { APIGatewaySimpleAuthorizerWithContextResult } from 'aws-lambda';
import type { Authorized, authorize } from '../authorize.ts';
import { CODES } from '../errors.ts';
import type { HttpRequest } from '../protocols/protocol.ts';
import { type RequestEvent, requestOf } from './event.ts';

type Result = APIGatewaySimpleAuthorizerWithContextResult<{ readonly [name: string]: string }>;

/** For what stands behind, as `$context.authorizer.…`; every value is text. */
const contextOf = ({ decisionId, registry, statement, scopes, issuer, subject }: Authorized) => ({
  decision_id: decisionId,
  registry,
  statement,
  scopes: scopes.join(' '),
  issuer,
  subject,
});

/**
 * The handler of a REQUEST authorizer of the HTTP API, payload version 2.0, simple answers. A refusal is
 * `isAuthorized: false`, for which the gateway says 403 in its own words; a fault of ours throws, for which it says
 * 500, so that nobody takes it for a denial. Neither lets anybody pass.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
 */
export const authorizerOf =
  (ask: (request: HttpRequest) => ReturnType<typeof authorize>) =>
  async (event: RequestEvent): Promise<Result> => {
    const answer = await ask(requestOf(event));
    if (answer.kind === 'authorized') return { isAuthorized: true, context: contextOf(answer) };
    if (['setup', 'ours'].includes(CODES[answer.code].fault))
      throw new Error(`${answer.code} ${answer.decisionId}`);
    return { isAuthorized: false, context: { decision_id: answer.decisionId, code: answer.code } };
  };
