import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import type { HttpRequest } from '../protocols/protocol.ts';

/** As much of what a REST API sends to a REQUEST authorizer as makes a request. */
export type RestEvent = Pick<
  APIGatewayRequestAuthorizerEvent,
  'methodArn' | 'httpMethod' | 'path' | 'multiValueHeaders' | 'multiValueQueryStringParameters'
> & { readonly requestContext: { readonly identity: { readonly sourceIp: string } } };

/** Joins all values of a header as the HTTP API joins them: two credentials must not look like one. */
function joinHeaders(headers: RestEvent['multiValueHeaders']): HttpRequest['headers'] {
  const all: { [name: string]: string } = {};
  for (const [written, values = []] of Object.entries(headers ?? {})) {
    const name = written.toLowerCase();
    all[name] = [...(Object.hasOwn(all, name) ? [all[name]] : []), ...values].join(', ');
  }
  return all;
}

/** Writes the query as a client could have written it: a REST API hands in the decoded parameters alone. */
function writeQuery(parameters: RestEvent['multiValueQueryStringParameters']): string {
  return Object.entries(parameters ?? {})
    .flatMap(([name, values = []]) =>
      values.map(value => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`),
    )
    .join('&');
}

/** Reads the request as every host hands it in. An authorizer is told of no body. */
export function readRestRequest(event: RestEvent): HttpRequest {
  return {
    method: event.httpMethod,
    path: event.path,
    query: writeQuery(event.multiValueQueryStringParameters),
    headers: joinHeaders(event.multiValueHeaders),
    body: new Uint8Array(),
    // From the gateway: a header of the same meaning is whatever its sender wrote.
    sourceAddress: event.requestContext.identity.sourceIp,
  };
}
