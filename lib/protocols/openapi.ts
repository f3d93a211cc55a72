import { CODES, type Code } from '../errors.ts';
import { AWS_CREDENTIALS, GRANT_TYPE, REQUESTED_TYPES, SUBJECT_TOKEN_TYPES, wireError } from './oauth.ts';

type Schema = { readonly [keyword: string]: unknown };

const text = (description: string, more: Schema = {}): Schema => ({ type: 'string', description, ...more });

const REQUEST: Schema = {
  type: 'object',
  required: ['grant_type', 'subject_token', 'subject_token_type', 'audience'],
  properties: {
    grant_type: { const: GRANT_TYPE },
    subject_token: text('The OIDC token of the job. One newline at its end is trimmed.', {
      maxLength: 16_384,
    }),
    subject_token_type: { enum: SUBJECT_TOKEN_TYPES },
    audience: text('The name of the role.', { pattern: '^[a-z0-9-]{1,64}$' }),
    scope: text('Fewer scopes than the role grants, with one space between.', { maxLength: 1024 }),
    expires_in: { type: 'integer', minimum: 1, description: 'Seconds, within what the role allows.' },
    requested_token_type: { enum: REQUESTED_TYPES },
  },
};

const ISSUED: Schema = {
  type: 'object',
  required: ['access_token', 'issued_token_type', 'token_type', 'expires_in'],
  properties: {
    access_token: text('A JWT, or what credential_process prints.'),
    issued_token_type: { enum: ['urn:ietf:params:oauth:token-type:access_token', AWS_CREDENTIALS] },
    token_type: { enum: ['Bearer', 'N_A'] },
    expires_in: { type: 'integer', minimum: 0 },
    scope: text('The scopes that were granted.'),
    kind: { enum: ['aws', 'jwt'], description: 'What was issued.' },
    aws: {
      type: 'object',
      required: ['AccessKeyId', 'SecretAccessKey', 'SessionToken', 'Expiration'],
      properties: {
        AccessKeyId: { type: 'string' },
        SecretAccessKey: { type: 'string' },
        SessionToken: { type: 'string' },
        Expiration: { type: 'string', format: 'date-time' },
      },
    },
  },
};

const CLAIM: Schema = {
  type: 'object',
  required: ['claim', 'why'],
  properties: {
    claim: text("One of the caller's own claims."),
    why: { enum: ['absent', 'differs', 'wrong_type'] },
    value: text('What the caller sent; never what was expected.', { maxLength: 128 }),
    add: text('What to add to the command that mints the token.'),
  },
};

const refused = (codes: readonly Code[]): Schema => ({
  type: 'object',
  required: ['error', 'error_description', 'error_uri', 'code', 'decision_id'],
  properties: {
    error: { enum: [...new Set(codes.map(code => wireError(code)[1]))] },
    error_description: { type: 'string' },
    error_uri: { type: 'string', format: 'uri' },
    code: { enum: codes },
    decision_id: { type: 'string' },
    contact: { type: 'string' },
    claims: { type: 'array', items: CLAIM },
  },
});

const HEADERS = {
  'Decision-Id': { description: 'Also in the audit event.', schema: { type: 'string' } },
  'Cache-Control': { schema: { const: 'no-store' } },
};

const content = (schema: Schema, what: string) => ({
  'application/json': { schema },
  'text/plain': { schema: text(what) },
});

const DESCRIPTIONS: { readonly [status: number]: string } = {
  400: 'The request, the subject token or the role does not allow it.',
  404: 'Nothing answers here.',
  405: 'Another method is needed.',
  409: 'The token was used before.',
  413: 'The body is too large.',
  415: 'The body is of another kind.',
  503: 'A fault of the broker. Try again after Retry-After seconds.',
};

/** One answer for each status, with the codes that it can have: the table of errors is the source. */
const refusals = (): { [status: string]: object } => {
  const byStatus = new Map<number, Code[]>();
  for (const code of Object.keys(CODES) as Code[]) {
    const [status] = wireError(code);
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      String(status),
      {
        description: DESCRIPTIONS[status],
        headers: HEADERS,
        content: content(refused(codes), 'NAME=value lines.'),
      },
    ]),
  );
};

const page = (path: string): object => ({
  get: {
    summary: `The page ${path}`,
    parameters: path.includes('{code}')
      ? [{ name: 'code', in: 'path', required: true, schema: { enum: Object.keys(CODES) } }]
      : [],
    responses: { 200: { description: 'The page.' }, 404: { description: 'There is no such page.' } },
  },
});

/** The description of every door and page, in OpenAPI 3.1. A test holds it against what is answered. */
export const openApi = (url: string, pages: readonly string[]): object => ({
  openapi: '3.1.0',
  info: {
    title: 'kite-sts',
    version: '1',
    description: 'A security token service for CI: an OIDC token in, short-lived scoped credentials out.',
  },
  servers: [{ url }],
  paths: {
    '/token': {
      post: {
        summary: 'Exchange a subject token for a credential of a role (RFC 8693)',
        security: [],
        requestBody: {
          required: true,
          content: { 'application/x-www-form-urlencoded': { schema: REQUEST } },
        },
        responses: {
          200: {
            description: 'The credential.',
            headers: HEADERS,
            content: content(ISSUED, 'NAME=value lines.'),
          },
          ...refusals(),
        },
      },
    },
    ...Object.fromEntries(pages.map(path => [path, page(path)])),
  },
});
