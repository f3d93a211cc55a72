import type { Code } from '../../errors.ts';
import { ROLE_NAME } from '../../policy/name.ts';
import { GOOGLE, GRANT_TYPE, REQUESTED_TYPES, SUBJECT_TOKEN_TYPES, wireError } from '../oauth.ts';
import { VARIABLES } from '../variables.ts';
import { HEADERS, type Operation, refusals, type Schema, text } from './operation.ts';

const REQUEST: Schema = {
  type: 'object',
  required: ['grant_type', 'subject_token', 'subject_token_type', 'audience'],
  properties: {
    grant_type: { const: GRANT_TYPE },
    subject_token: text('The OIDC token of the job. One newline at its end is trimmed.', {
      maxLength: 16_384,
    }),
    subject_token_type: { enum: SUBJECT_TOKEN_TYPES },
    audience: text('The name of the role, or an audience as Google has them that ends in it.', {
      pattern: `${ROLE_NAME.source}|${GOOGLE.source}`,
    }),
    scope: text('Fewer scopes than the role grants, with one space between.', { maxLength: 1024 }),
    expires_in: { type: 'integer', minimum: 1, description: 'Seconds, within what the role allows.' },
    requested_token_type: { enum: REQUESTED_TYPES },
  },
};

const TEXTS: Schema = {
  type: 'object',
  description: 'The same parameters, each a text. A name may be in camel case, such as subjectToken.',
  additionalProperties: { type: 'string' },
};

const ISSUED: Schema = {
  type: 'object',
  required: ['access_token', 'issued_token_type', 'token_type', 'expires_in'],
  properties: {
    access_token: text('A JWT, or what credential_process prints.'),
    issued_token_type: { enum: REQUESTED_TYPES, description: 'What was asked for.' },
    token_type: { enum: ['Bearer', 'N_A'] },
    expires_in: { type: 'integer', minimum: 0 },
    scope: text('The scopes that were granted.'),
    kind: { enum: ['aws', ...Object.keys(VARIABLES)], description: 'What was issued.' },
    aws: {
      type: 'object',
      required: ['AccessKeyId', 'SecretAccessKey', 'SessionToken', 'Expiration', 'AccountId'],
      properties: {
        AccessKeyId: { type: 'string' },
        SecretAccessKey: { type: 'string' },
        SessionToken: { type: 'string' },
        Expiration: { type: 'string', format: 'date-time' },
        AccountId: { type: 'string', pattern: '^[0-9]{12}$' },
      },
    },
  },
};

const CLAIM: Schema = {
  type: 'object',
  required: ['claim', 'why'],
  properties: {
    claim: text("One of the caller's own claims."),
    why: { enum: ['absent', 'differs', 'wrong_type', 'unusable'] },
    value: text('What the caller sent; never what was expected.', { maxLength: 128 }),
    add: text('What to add to the command that mints the token.'),
    place: text('Where the role puts the claim, when it cannot stand there.'),
    character: text('The character that cannot stand there, such as `# (U+0023)`.'),
    position: { type: 'integer', description: 'Which one of the value it is, from 1.' },
  },
};

function refused(codes: readonly Code[]): Schema {
  return {
    type: 'object',
    required: ['error', 'error_description', 'error_uri', 'code', 'decision_id'],
    properties: {
      error: { enum: [...new Set(codes.map(code => wireError(code)[1]))] },
      error_description: { type: 'string' },
      error_uri: { type: 'string', format: 'uri' },
      code: { enum: codes },
      decision_id: { type: 'string' },
      contact: { type: 'string' },
      approval_step: text('The key of the block step that must be unblocked in this build.'),
      claims: { type: 'array', items: CLAIM },
    },
  };
}

function content(schema: Schema) {
  return {
    'application/json': { schema },
    'text/plain': { schema: text('NAME=value lines.') },
  };
}

/** `POST /token`. */
export const oauthOperation: Operation = {
  summary: 'Exchange a subject token for a credential of a role (RFC 8693)',
  security: [],
  requestBody: {
    required: true,
    content: {
      'application/x-www-form-urlencoded': { schema: REQUEST },
      'application/json': { schema: TEXTS },
    },
  },
  responses: {
    200: { description: 'The credential.', headers: HEADERS, content: content(ISSUED) },
    ...refusals(
      code => wireError(code)[0],
      codes => content(refused(codes)),
    ),
  },
};
