import { CODES, type Code } from '../../errors.ts';

/** A JSON Schema (2020-12), as OpenAPI 3.1 has them. */
export type JsonSchema = { readonly [keyword: string]: unknown };
/** An operation object of OpenAPI 3.1. */
export type ApiOperation = {
  readonly summary: string;
  readonly responses: { readonly [status: string]: object };
  readonly [member: string]: unknown;
};

export function describeText(description: string, more: JsonSchema = {}): JsonSchema {
  return { type: 'string', description, ...more };
}

/** An object that always has these members, or the named ones of them. */
export function describeObject(properties: JsonSchema, required = Object.keys(properties)): JsonSchema {
  return { type: 'object', required, properties };
}

export function describeJson(schema: JsonSchema): object {
  return { 'application/json': { schema } };
}

export function describeAuthorization(description: string): object {
  return { name: 'Authorization', in: 'header', required: true, schema: describeText(description) };
}

/** Of every answer at a door. */
export const HEADERS = {
  'Decision-Id': { description: 'Also in the audit event.', schema: { type: 'string' } },
  'Cache-Control': { schema: { const: 'no-store' } },
};

const DESCRIPTIONS: { readonly [status: number]: string } = {
  400: 'The request, the subject token or the role does not allow it.',
  401: 'The subject token is missing or not valid.',
  403: 'The role does not allow it.',
  404: 'Nothing answers here.',
  405: 'Another method is needed.',
  409: 'The token was used before.',
  413: 'The body is too large.',
  415: 'The body is of another kind.',
  429: 'Too many at once. Try again after Retry-After seconds.',
  503: 'A fault of the broker. Try again after Retry-After seconds.',
};

/** One answer for each status, with the codes that it can have: each protocol's own table is the source. */
export function describeRefusals(
  statusOf: (code: Code) => number,
  contentOf: (codes: readonly Code[]) => object,
): ApiOperation['responses'] {
  const byStatus = new Map<number, Code[]>();
  for (const code of Object.keys(CODES) as Code[]) {
    const status = statusOf(code);
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      String(status),
      { description: DESCRIPTIONS[status], headers: HEADERS, content: contentOf(codes) },
    ]),
  );
}
