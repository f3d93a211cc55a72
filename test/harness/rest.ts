import type { APIGatewayAuthorizerResult } from 'aws-lambda';
import { parse } from 'yaml';
import { type Authorizer, authorize } from '../../lib/authorize.ts';
import { createAuthorizerHandler } from '../../lib/lambda/authorizer.ts';
import type { RestEvent } from '../../lib/lambda/rest.ts';
import type { HttpAnswer, HttpRequest } from '../../lib/protocols/protocol.ts';

/** A REST API that a template put the authorizer in front of: its text, and its parameter Images. */
export type RestApi = { readonly template: string; readonly images: boolean };

type Values = { readonly [name: string]: string };
type Response = {
  readonly ResponseType: string;
  readonly StatusCode: unknown;
  readonly ResponseParameters: unknown;
  readonly ResponseTemplates: Values;
};
type Resources = { readonly [id: string]: { readonly Type: string; readonly Properties: never } };

/** Resolves `Fn::If` of the one condition that the template has. */
function chosen(value: unknown, images: boolean): unknown {
  const branches = (value as { 'Fn::If'?: readonly unknown[] } | null)?.['Fn::If'];
  return branches ? branches[images ? 1 : 2] : value;
}

/** `'text'` is that text, and `context.authorizer.x` what the authorizer said under that name. */
function mapped(expression: string, context: Values): string | undefined {
  return expression.startsWith("'")
    ? expression.slice(1, -1)
    : context[expression.replace('context.authorizer.', '')];
}

/**
 * A gateway response as its definition says: no VTL, only these names.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html
 */
function rendered(api: RestApi, type: string, context: Values): HttpAnswer {
  const { Resources: all } = parse(api.template) as { Resources: Resources };
  const responses = Object.values(all)
    .filter(({ Type }) => Type === 'AWS::ApiGateway::GatewayResponse')
    .map(({ Properties }) => Properties as Response);
  const response = responses.find(({ ResponseType }) => ResponseType === type);
  if (!response) throw new Error(`no gateway response ${type}`);
  const parameters = chosen(response.ResponseParameters, api.images) as Values;
  const headers = Object.entries(parameters).flatMap(([name, expression]) => {
    const value = mapped(expression, context);
    return value === undefined ? [] : [[name.replace('gatewayresponse.header.', '').toLowerCase(), value]];
  });
  const body = response.ResponseTemplates['application/json'] ?? '';
  return {
    status: Number(chosen(response.StatusCode, api.images)),
    headers: ordered({ 'content-type': 'application/json', ...Object.fromEntries(headers) }),
    body: body.replace(/\$context\.authorizer\.(\w+)/g, (_, name: string) => context[name] ?? ''),
  };
}

const ORDER = ['content-type', 'cache-control', 'decision-id', 'www-authenticate', 'retry-after'];
function ordered(headers: Values): Values {
  return Object.fromEntries(
    ORDER.flatMap(name => (headers[name] === undefined ? [] : [[name, headers[name]]])),
  );
}

/** What a REST API hands to the authorizer: the decoded query, and every header with all of its values. */
export function restEvent({ method, path, query, headers, sourceAddress }: HttpRequest): RestEvent {
  const parameters: { [name: string]: string[] } = {};
  for (const [name, value] of new URLSearchParams(query)) (parameters[name] ??= []).push(value);
  return {
    methodArn: `arn:aws:execute-api:eu-central-1:123456789012:api/prod/${method}${path}`,
    httpMethod: method,
    path,
    multiValueHeaders: Object.fromEntries(
      Object.entries(headers).map(([name, value = '']) => [name, [value]]),
    ),
    multiValueQueryStringParameters: query === '' ? null : parameters,
    requestContext: { identity: { sourceIp: sourceAddress ?? '203.0.113.7' } },
  };
}

/**
 * Answers as the API does, by way of the handler of the authorizer; undefined where it lets the request through.
 * Where images are held there is no identity source; elsewhere it is the header, without which nobody is asked.
 */
export function answerAsRest(api: RestApi, authorizer: Authorizer) {
  const handler = createAuthorizerHandler(request => authorize(authorizer, request), authorizer.url);
  return async (request: HttpRequest): Promise<HttpAnswer | undefined> => {
    if (!api.images && request.headers['authorization'] === undefined)
      return rendered(api, 'UNAUTHORIZED', {});
    try {
      const { policyDocument, context } = (await handler(restEvent(request))) as APIGatewayAuthorizerResult;
      const [statement] = policyDocument.Statement;
      return statement?.Effect === 'Allow' ? undefined : rendered(api, 'ACCESS_DENIED', context as Values);
    } catch {
      return rendered(api, 'AUTHORIZER_FAILURE', {});
    }
  };
}
