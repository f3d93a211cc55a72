import type { HttpEvent } from '../../lib/lambda/event.ts';

type Changes = {
  readonly method?: string;
  readonly path?: string;
  readonly query?: string;
  readonly headers?: { readonly [name: string]: string };
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
};

/** As the HTTP API hands headers on: names in lower case, and what came several times joined by commas. */
function joinHeaders(headers: { readonly [name: string]: string }): { [name: string]: string } {
  const joined: { [name: string]: string } = {};
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase();
    joined[lower] = joined[lower] === undefined ? value : `${joined[lower]},${value}`;
  }
  return joined;
}

/** An event as the HTTP API sends it, payload version 2.0; form bodies come in base64. */
export function httpEvent({
  method = 'POST',
  path = '/token',
  query = '',
  headers = {},
  body,
  isBase64Encoded = true,
}: Changes = {}): HttpEvent {
  return {
    version: '2.0',
    routeKey: `${method} ${path}`,
    rawPath: path,
    rawQueryString: query,
    headers: {
      host: 'sts.test.example',
      'content-type': 'application/x-www-form-urlencoded',
      'x-forwarded-for': '198.51.100.9',
      ...joinHeaders(headers),
    },
    requestContext: {
      accountId: '123456789012',
      apiId: 'api',
      domainName: 'sts.test.example',
      domainPrefix: 'sts',
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '203.0.113.7', userAgent: 'curl/8' },
      requestId: 'request',
      routeKey: `${method} ${path}`,
      stage: '$default',
      time: '15/Jan/2027:08:00:00 +0000',
      timeEpoch: 1_800_000_000_000,
    },
    ...(body === undefined ? {} : { body: isBase64Encoded ? Buffer.from(body).toString('base64') : body }),
    isBase64Encoded,
  };
}
