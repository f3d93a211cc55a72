import { bearerStatus } from '../bearer.ts';
import { refusedInWords, roleInPath } from './container.ts';
import { HEADERS, type Operation, refusals, type Schema, text } from './operation.ts';

const CREDENTIAL: Schema = {
  type: 'object',
  required: ['token', 'valid_since', 'expires_at', 'token_type'],
  properties: {
    token: text('The password for git; any user name goes with it.'),
    valid_since: { type: 'integer', minimum: 0, description: 'Seconds since the epoch.' },
    expires_at: { type: 'integer', minimum: 0, description: 'Seconds since the epoch.' },
    token_type: { const: 'bearer' },
  },
};

function content(schema: Schema) {
  return { 'application/json': { schema } };
}

/** `POST /git/{role}`. */
export const gitOperation: Operation = {
  summary:
    "A token of a GitHub App for git, as Buildkite's credential helper asks for it. The body is empty.",
  security: [],
  parameters: [
    roleInPath,
    {
      name: 'Authorization',
      in: 'header',
      required: true,
      schema: text('The OIDC token of the job, after Bearer.'),
    },
  ],
  responses: {
    200: { description: 'The token.', headers: HEADERS, content: content(CREDENTIAL) },
    ...refusals(bearerStatus, codes => content(refusedInWords(codes))),
  },
};
