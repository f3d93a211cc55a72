import { findBearerStatus } from '../bearer.ts';
import { describeRefusalInWords, roleInPath } from './container.ts';
import {
  type ApiOperation,
  describeAuthorization,
  describeJson,
  describeObject,
  describeRefusals,
  describeText,
  HEADERS,
} from './operation.ts';

const CREDENTIAL = describeObject({
  token: describeText('The password for git; any user name goes with it.'),
  valid_since: { type: 'integer', minimum: 0, description: 'Seconds since the epoch.' },
  expires_at: { type: 'integer', minimum: 0, description: 'Seconds since the epoch.' },
  token_type: { const: 'bearer' },
});

/** `POST /git/{role}`. */
export const gitOperation: ApiOperation = {
  summary:
    "A token of a GitHub App for git, as Buildkite's credential helper asks for it. The body is empty.",
  security: [],
  parameters: [roleInPath, describeAuthorization('The OIDC token of the job, after Bearer.')],
  responses: {
    200: { description: 'The token.', headers: HEADERS, content: describeJson(CREDENTIAL) },
    ...describeRefusals(findBearerStatus, codes => describeJson(describeRefusalInWords(codes))),
  },
};
