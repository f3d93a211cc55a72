import type { Refusal } from '../authorize.ts';
import { CODES } from '../errors.ts';
import type { HttpAnswer, Voice } from '../protocols/protocol.ts';
import { BASIC_CHALLENGE, findRegistryStatus, writeRegistryBody } from '../protocols/registry.ts';

/**
 * The answers of a REST API by infra/targets/aws/kite-sts-registry-rest.yml, to the byte: a test renders that file and
 * compares the two.
 */

const HEADERS = { 'content-type': 'application/json', 'cache-control': 'no-store' };

function writeStaticBody(error: string, code: string): string {
  return JSON.stringify({ error, errors: [{ code, message: error }] });
}

/** Its answer where no credential was shown, for which it does not ask the authorizer: not to clients of images. */
export const UNAUTHORIZED: HttpAnswer = {
  status: 401,
  headers: { ...HEADERS, 'www-authenticate': BASIC_CHALLENGE },
  body: writeStaticBody(
    'This registry takes the OIDC token of a job, as a bearer token or as a password.',
    'UNAUTHORIZED',
  ),
};

/** Its answer where the authorizer threw. */
const FAILED: HttpAnswer = {
  status: 503,
  headers: { ...HEADERS, 'retry-after': '2' },
  body: writeStaticBody('The authorizer could not decide, so nothing passes. Try again.', 'UNAVAILABLE'),
};

/** Its answer where the authorizer said no. */
export function answerRefusal(refused: Refusal, voice: Voice): HttpAnswer {
  if (['setup', 'ours'].includes(CODES[refused.code].fault)) return FAILED;
  const { door, challenge } = refused;
  const status = findRegistryStatus(refused, door.images);
  return {
    status,
    headers: {
      ...HEADERS,
      'decision-id': refused.decisionId,
      ...(challenge === undefined ? {} : { 'www-authenticate': challenge }),
    },
    body: writeRegistryBody(refused, voice, status),
  };
}
