import middy from '@middy/core';
import type { APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import type { HttpAnswer, HttpRequest } from '../protocols/protocol.ts';
import { type HttpEvent, readHttpRequest, writeResult } from './event.ts';
import { reportEnd } from './fault.ts';

/** Milliseconds before the function's end at which the caller is told to try again (D18). */
const EARLY_MS = 500;

/** Creates the answer for when time runs out, or something is thrown that never should be: our fault, and nothing of it leaves. */
function createUnavailableResult(): APIGatewayProxyStructuredResultV2 {
  return {
    statusCode: 503,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', 'retry-after': '2' },
    body: JSON.stringify({ error: 'temporarily_unavailable', code: 'internal_error' }),
    isBase64Encoded: false,
  };
}

/** Security headers for every answer: no browser may frame, sniff or keep what it was not meant to see. */
const HEADERS = {
  'strict-transport-security': 'max-age=31536000',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

type Handler = (event: HttpEvent, context: Context) => Promise<APIGatewayProxyStructuredResultV2>;

/** Creates the transport of every function, declared once: event to request, answer to result, headers, time, errors. */
export function createHandler(answerTo: (request: HttpRequest) => Promise<HttpAnswer>): Handler {
  return middy<HttpEvent, APIGatewayProxyStructuredResultV2>({
    timeoutEarlyInMillis: EARLY_MS,
    timeoutEarlyResponse: () => {
      reportEnd(new Error('the function ran out of time'));
      return createUnavailableResult();
    },
  })
    .use({
      after: ({ response }) => {
        if (response) response.headers = { ...HEADERS, ...response.headers };
      },
      onError: request => {
        reportEnd(request.error);
        request.response = createUnavailableResult();
      },
    })
    .handler(async event => writeResult(await answerTo(readHttpRequest(event)))) as unknown as Handler;
}
