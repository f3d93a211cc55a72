import { findBearerStatus } from '../bearer.ts';
import { describeRefusalInWords, roleInPath } from './container.ts';
import { type ApiOperation, describeRefusals, describeText, HEADERS, type JsonSchema } from './operation.ts';

const CREDENTIAL: JsonSchema = {
  type: 'object',
  required: ['token', 'valid_since', 'expires_at', 'token_type'],
  properties: {
    token: describeText('The password for git; any user name goes with it.'),
    valid_since: { type: 'integer', minimum: 0, description: 'Seconds since the epoch.' },
    expires_at: { type: 'integer', minimum: 0, description: 'Seconds since the epoch.' },
    token_type: { const: 'bearer' },
  },
};

function describeGitContent(schema: JsonSchema) {
  return { 'application/json': { schema } };
}

/** `POST /git/{role}`. */
export const gitOperation: ApiOperation = {
  summary:
    "A token of a GitHub App for git, as Buildkite's credential helper asks for it. The body is empty.",
  security: [],
  parameters: [
    roleInPath,
    {
      name: 'Authorization',
      in: 'header',
      required: true,
      schema: describeText('The OIDC token of the job, after Bearer.'),
    },
  ],
  responses: {
    200: { description: 'The token.', headers: HEADERS, content: describeGitContent(CREDENTIAL) },
    ...describeRefusals(findBearerStatus, codes => describeGitContent(describeRefusalInWords(codes))),
  },
};
