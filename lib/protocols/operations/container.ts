import type { Code } from '../../errors.ts';
import { ROLE_NAME } from '../../policy/name.ts';
import { containerStatus } from '../container.ts';
import { HEADERS, type Operation, refusals, type Schema, text } from './operation.ts';

const CREDENTIALS: Schema = {
  type: 'object',
  required: ['AccessKeyId', 'SecretAccessKey', 'Token', 'Expiration', 'AccountId', 'RoleArn'],
  properties: {
    AccessKeyId: { type: 'string' },
    SecretAccessKey: { type: 'string' },
    Token: text('The session token.'),
    Expiration: { type: 'string', format: 'date-time' },
    AccountId: { type: 'string', pattern: '^[0-9]{12}$' },
    RoleArn: text("The target role's ARN."),
  },
};

/** A refusal of a door whose clients show their user one text. */
export function refusedInWords(codes: readonly Code[]): Schema {
  return {
    type: 'object',
    required: ['code', 'message'],
    properties: {
      code: { enum: codes },
      message: text('For people: what was wrong, the claims in the way, whom to ask, the decision id.'),
    },
  };
}

function content(schema: Schema) {
  return { 'application/json': { schema } };
}

export const roleInPath = {
  name: 'role',
  in: 'path',
  required: true,
  schema: text('The name of the role.', { pattern: ROLE_NAME.source }),
};

/** `GET /credentials/{role}`. */
export const containerOperation: Operation = {
  summary: "AWS credentials of a role, as the AWS SDKs ask a container's host for them",
  security: [],
  parameters: [
    roleInPath,
    {
      name: 'Authorization',
      in: 'header',
      required: true,
      schema: text('The OIDC token of the job, as it is or after Bearer.'),
    },
  ],
  responses: {
    200: { description: 'The credentials.', headers: HEADERS, content: content(CREDENTIALS) },
    ...refusals(containerStatus, codes => content(refusedInWords(codes))),
  },
};
