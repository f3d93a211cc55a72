import type { Code } from '../../errors.ts';
import { ROLE_NAME } from '../../policy/name.ts';
import { containerStatus } from '../container.ts';
import { type ApiOperation, describeRefusals, describeText, HEADERS, type JsonSchema } from './operation.ts';

const CREDENTIALS: JsonSchema = {
  type: 'object',
  required: ['AccessKeyId', 'SecretAccessKey', 'Token', 'Expiration', 'AccountId', 'RoleArn'],
  properties: {
    AccessKeyId: { type: 'string' },
    SecretAccessKey: { type: 'string' },
    Token: describeText('The session token.'),
    Expiration: { type: 'string', format: 'date-time' },
    AccountId: { type: 'string', pattern: '^[0-9]{12}$' },
    RoleArn: describeText("The target role's ARN."),
  },
};

/** A refusal of a door whose clients show their user one text. */
export function describeRefusalInWords(codes: readonly Code[]): JsonSchema {
  return {
    type: 'object',
    required: ['code', 'message'],
    properties: {
      code: { enum: codes },
      message: describeText(
        'For people: what was wrong, the claims in the way, whom to ask, the decision id.',
      ),
    },
  };
}

function describeContainerContent(schema: JsonSchema) {
  return { 'application/json': { schema } };
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
  parameters: [
    roleInPath,
    {
      name: 'Authorization',
      in: 'header',
      required: true,
      schema: describeText('The OIDC token of the job, as it is or after Bearer.'),
    },
  ],
  responses: {
    200: {
      description: 'The credentials.',
      headers: HEADERS,
      content: describeContainerContent(CREDENTIALS),
    },
    ...describeRefusals(containerStatus, codes => describeContainerContent(describeRefusalInWords(codes))),
  },
};
