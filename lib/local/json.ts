import type { HttpAnswer, HttpRequest } from '../protocols/protocol.ts';

/** Answers as a service that speaks JSON does. */
export function answerWithJson(
  status: number,
  value: unknown,
  headers: HttpAnswer['headers'] = {},
): HttpAnswer {
  const type = { 'content-type': 'application/json' };
  return { status, headers: { ...type, ...headers }, body: JSON.stringify(value) };
}

/** Refuses as RFC 6749 §5.2 has it, in the words of the service. */
export function refuseOauth(error: string, error_description: string): HttpAnswer {
  return answerWithJson(400, { error, error_description });
}

/** The members of a form. */
export function readFormBody(request: HttpRequest): URLSearchParams {
  return new URLSearchParams(Buffer.from(request.body).toString('utf8'));
}

/** The members of a JSON object; none where the body is no JSON. */
export function readJsonBody(request: HttpRequest): { readonly [member: string]: unknown } {
  try {
    return Object(JSON.parse(Buffer.from(request.body).toString('utf8')));
  } catch {
    return {};
  }
}

/** The bearer token of a request, or the empty text. */
export function readBearerToken(request: HttpRequest): string {
  return /^Bearer (\S+)$/.exec(request.headers['authorization'] ?? '')?.[1] ?? '';
}

/** A time of whole seconds since the epoch in ISO 8601, as the services write it. */
export function writeServiceTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000', '');
}
