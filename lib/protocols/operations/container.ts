import type { Code } from '../../errors.ts';
import { ROLE_NAME } from '../../policy/name.ts';
import { findBearerStatus } from '../bearer.ts';
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

const CREDENTIALS = describeObject({
  AccessKeyId: { type: 'string' },
  SecretAccessKey: { type: 'string' },
  Token: describeText('The session token.'),
  Expiration: { type: 'string', format: 'date-time' },
  AccountId: { type: 'string', pattern: '^[0-9]{12}$' },
  RoleArn: describeText("The target role's ARN."),
});

const MESSAGE = 'For people: what was wrong, the claims in the way, whom to ask, the decision id.';

/** A refusal of a door whose clients show their user one text. */
export function describeRefusalInWords(codes: readonly Code[]): JsonSchema {
  return describeObject({ code: { enum: codes }, message: describeText(MESSAGE) });
}

export const roleInPath = {
  name: 'role',
  in: 'path',
  required: true,
  schema: describeText('The name of the role.', { pattern: ROLE_NAME.source }),
};

/** `GET /credentials/{role}`. */
export const containerOperation: ApiOperation = {
  summary: "AWS credentials of a role, as the AWS SDKs ask a container's host for them",
  security: [],
  parameters: [roleInPath, describeAuthorization('The OIDC token of the job, as it is or after Bearer.')],
  responses: {
    200: { description: 'The credentials.', headers: HEADERS, content: describeJson(CREDENTIALS) },
    ...describeRefusals(findBearerStatus, codes => describeJson(describeRefusalInWords(codes))),
  },
};
