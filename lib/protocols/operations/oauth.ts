import type { Code } from '../../errors.ts';
import { ROLE_NAME } from '../../policy/name.ts';
import { GOOGLE, GRANT_TYPE, REQUESTED_TYPES, SUBJECT_TOKEN_TYPES } from '../oauth.ts';
import { findWireError } from '../oauth-answer.ts';
import { VARIABLES } from '../variables.ts';
import {
  type ApiOperation,
  describeObject,
  describeRefusals,
  describeText,
  HEADERS,
  type JsonSchema,
} from './operation.ts';

const REQUEST: JsonSchema = {
  type: 'object',
  required: ['grant_type', 'subject_token', 'subject_token_type', 'audience'],
  properties: {
    grant_type: { const: GRANT_TYPE },
    subject_token: describeText('The OIDC token of the job. One newline at its end is trimmed.', {
      maxLength: 16_384,
    }),
    subject_token_type: { enum: SUBJECT_TOKEN_TYPES },
    audience: describeText('The name of the role, or an audience as Google has them that ends in it.', {
      pattern: `${ROLE_NAME.source}|${GOOGLE.source}`,
    }),
    scope: describeText('Fewer scopes than the role grants, with one space between.', { maxLength: 1024 }),
    expires_in: { type: 'integer', minimum: 1, description: 'Seconds, within what the role allows.' },
    requested_token_type: { enum: REQUESTED_TYPES },
  },
};

const TEXTS: JsonSchema = {
  type: 'object',
  description: 'The same parameters, each a text. A name may be in camel case, such as subjectToken.',
  additionalProperties: { type: 'string' },
};

const ISSUED: JsonSchema = {
  type: 'object',
  required: ['access_token', 'issued_token_type', 'token_type', 'expires_in'],
  properties: {
    access_token: describeText('A JWT, or what credential_process prints.'),
    issued_token_type: { enum: REQUESTED_TYPES, description: 'What was asked for.' },
    token_type: { enum: ['Bearer', 'N_A'] },
    expires_in: { type: 'integer', minimum: 0 },
    scope: describeText('The scopes that were granted.'),
    kind: { enum: ['aws', ...Object.keys(VARIABLES)], description: 'What was issued.' },
    aws: describeObject({
      AccessKeyId: { type: 'string' },
      SecretAccessKey: { type: 'string' },
      SessionToken: { type: 'string' },
      Expiration: { type: 'string', format: 'date-time' },
      AccountId: { type: 'string', pattern: '^[0-9]{12}$' },
    }),
  },
};

const CLAIM: JsonSchema = {
  type: 'object',
  required: ['claim', 'why'],
  properties: {
    claim: describeText("One of the caller's own claims."),
    why: { enum: ['absent', 'differs', 'wrong_type', 'unusable'] },
    value: describeText('What the caller sent; never what was expected.', { maxLength: 128 }),
    add: describeText('What to add to the command that mints the token.'),
    place: describeText('Where the role puts the claim, when it cannot stand there.'),
    character: describeText('The character that cannot stand there, such as `# (U+0023)`.'),
    position: { type: 'integer', description: 'Which one of the value it is, from 1.' },
  },
};

function describeOauthRefusal(codes: readonly Code[]): JsonSchema {
  return {
    type: 'object',
    required: ['error', 'error_description', 'error_uri', 'code', 'decision_id'],
    properties: {
      error: { enum: [...new Set(codes.map(code => findWireError(code)[1]))] },
      error_description: { type: 'string' },
      error_uri: { type: 'string', format: 'uri' },
      code: { enum: codes },
      decision_id: { type: 'string' },
      contact: { type: 'string' },
      approval_step: describeText('The key of the block step that must be unblocked in this build.'),
      claims: { type: 'array', items: CLAIM },
    },
  };
}

function describeOauthContent(schema: JsonSchema) {
  return { 'application/json': { schema }, 'text/plain': { schema: describeText('NAME=value lines.') } };
}

/** `POST /token`. */
export const oauthOperation: ApiOperation = {
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
    200: { description: 'The credential.', headers: HEADERS, content: describeOauthContent(ISSUED) },
    ...describeRefusals(
      code => findWireError(code)[0],
      codes => describeOauthContent(describeOauthRefusal(codes)),
    ),
  },
};
