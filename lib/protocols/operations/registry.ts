import type { Code } from '../../errors.ts';
import { findTokenStatus } from '../token-door.ts';
import {
  type ApiOperation,
  describeAuthorization,
  describeJson,
  describeObject,
  describeRefusals,
  describeText,
  HEADERS,
  type JsonSchema,
} from './operation.ts';

/** The Distribution specification's answer, under both names that clients look for. */
const GIVEN = describeObject({
  token: describeText('A JWT for this one registry.'),
  access_token: describeText('The same.'),
  expires_in: { type: 'integer', minimum: 1, maximum: 60 },
  issued_at: { type: 'string', format: 'date-time' },
});

const MESSAGE = describeText(
  'For people: what was wrong, the claims in the way, whom to ask, the decision id.',
);

function describeRefusal(codes: readonly Code[]): JsonSchema {
  const code = describeText('A code of the Distribution specification.');
  return describeObject({
    error: MESSAGE,
    code: { enum: codes },
    decision_id: { type: 'string' },
    errors: { type: 'array', items: describeObject({ code, message: MESSAGE }) },
  });
}

const SUMMARY =
  'A token of a registry of images, as its clients ask for it after a challenge. Only where such a registry is configured';
const RESPONSES: ApiOperation['responses'] = {
  200: { description: 'The token.', headers: HEADERS, content: describeJson(GIVEN) },
  ...describeRefusals(findTokenStatus, codes => describeJson(describeRefusal(codes))),
};

const SERVICE = describeText(
  "The audience of the registry. Without it: that of the scope's repository, or of the token.",
);
const SCOPE = describeText(
  'What is asked for, such as repository:acme/web:pull,push; at most 20 with one space between.',
);

/** `GET /registry/token`. */
export const registryTokenByGet: ApiOperation = {
  summary: SUMMARY,
  security: [],
  parameters: [
    { name: 'service', in: 'query', schema: SERVICE },
    { name: 'scope', in: 'query', schema: { type: 'array', items: SCOPE } },
    describeAuthorization(
      'Basic, with the OIDC token of the job as the password. Any user name goes with it.',
    ),
  ],
  responses: RESPONSES,
};

const FORM = describeObject(
  {
    grant_type: { enum: ['password', 'refresh_token'] },
    username: describeText('Any.'),
    password: describeText('The OIDC token of the job, with grant_type password.'),
    refresh_token: describeText('The OIDC token of the job, with grant_type refresh_token.'),
    service: SERVICE,
    scope: SCOPE,
  },
  ['grant_type'],
);

/** `POST /registry/token`. */
export const registryTokenByPost: ApiOperation = {
  summary: SUMMARY,
  security: [],
  requestBody: { required: true, content: { 'application/x-www-form-urlencoded': { schema: FORM } } },
  responses: RESPONSES,
};
