import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { HttpAnswer, HttpRequest } from '../protocols/protocol.ts';

/** The event of the HTTP API and of a Function URL: payload version 2.0, which both share. */
export type HttpEvent = APIGatewayProxyEventV2;

/** As much of an event as makes a request; one to an authorizer has no body. */
export type RequestEvent = Pick<HttpEvent, 'rawPath' | 'rawQueryString'> & {
  readonly headers?: HttpEvent['headers'] | undefined;
  readonly requestContext: { readonly http: { readonly method: string; readonly sourceIp: string } };
  readonly body?: string | undefined;
  readonly isBase64Encoded?: boolean;
};

/** Reads the request as every host hands it in. The gateway sends form bodies in base64. */
export function readHttpRequest(event: RequestEvent): HttpRequest {
  const { requestContext, rawPath, rawQueryString, headers = {}, body = '', isBase64Encoded = false } = event;
  return {
    method: requestContext.http.method,
    path: rawPath,
    query: rawQueryString,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    body: Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8'),
    // From the gateway: a header of the same meaning is whatever its sender wrote.
    sourceAddress: requestContext.http.sourceIp,
  };
}

export function writeResult(answer: HttpAnswer): APIGatewayProxyStructuredResultV2 {
  const { status, headers, body } = answer;
  return {
    statusCode: status,
    headers: { ...headers },
    body,
    isBase64Encoded: false,
  };
}
