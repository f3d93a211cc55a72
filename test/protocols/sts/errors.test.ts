import { describe, expect, test } from 'vitest';
import { CODES } from '../../../lib/errors.ts';
import { findStsAdvice, findStsError } from '../../../lib/protocols/sts/errors.ts';
import { CODE_NAMES } from '../../harness/answer.ts';

/** What no SDK sends again, at statuses at which that was seen. InvalidIdentityToken is sent again by Go's alone. */
const FINAL = [
  'AccessDenied',
  'ExpiredTokenException',
  'ValidationError',
  'MissingParameter',
  'InvalidParameterValue',
  'InvalidAction',
  'InvalidClientTokenId',
  'MissingAuthenticationToken',
  'ExpiredToken',
  'PackedPolicyTooLarge',
  'MalformedPolicyDocument',
  'InvalidIdentityToken',
];

describe('a code of ours has a status and a code of AWS:', () => {
  test.each(CODE_NAMES.filter(code => CODES[code].fault === 'denied'))('a denial is final: %s', code => {
    const [status, name] = findStsError(code);
    expect([400, 403]).toContain(status);
    expect(FINAL).toContain(name);
  });

  test.each(CODE_NAMES.filter(code => CODES[code].fault === 'caller' && code !== 'rate_limited'))(
    'a mistake of the caller is final: %s',
    code => {
      const [status, name] = findStsError(code);
      expect(status).toBeGreaterThanOrEqual(400);
      // 408 and 429 are sent again, whatever the code.
      expect([400, 403, 404, 405, 413, 415]).toContain(status);
      expect(FINAL).toContain(name);
    },
  );

  test.each(CODE_NAMES.filter(code => CODES[code].fault === 'ours'))(
    'a fault of ours may be tried again: %s',
    code => {
      expect(findStsError(code)).toEqual([503, 'ServiceUnavailable']);
    },
  );

  test.each([
    ['role_refused_or_unknown', [403, 'AccessDenied']],
    ['trust_not_met', [403, 'AccessDenied']],
    ['single_use_not_here', [403, 'AccessDenied']],
    ['session_policy_refused', [403, 'AccessDenied']],
    ['session_policy_invalid', [400, 'MalformedPolicyDocument']],
    ['credential_too_large', [400, 'PackedPolicyTooLarge']],
    ['provider_refused', [403, 'AccessDenied']],
    ['broker_misconfigured', [403, 'AccessDenied']],
    ['session_unsigned', [403, 'MissingAuthenticationToken']],
    ['token_expired', [400, 'ExpiredTokenException']],
    ['token_signature_invalid', [400, 'InvalidIdentityToken']],
    ['token_issuer_unknown', [400, 'InvalidIdentityToken']],
    ['seconds_above_maximum', [400, 'ValidationError']],
    ['session_unknown', [403, 'InvalidClientTokenId']],
    ['session_expired', [403, 'ExpiredToken']],
    ['action_unsupported', [400, 'InvalidAction']],
    ['rate_limited', [429, 'Throttling']],
  ] as const)('%s is %j', (code, wire) => {
    expect(findStsError(code)).toEqual(wire);
  });
});

test.each([
  ['action_unsupported', 'AWS_ENDPOINT_URL_STS'],
  ['session_unknown', 'AWS_ENDPOINT_URL_STS'],
  ['token_expired', 'AWS_WEB_IDENTITY_TOKEN_FILE'],
] as const)('to %s it is said what to do', (code, what) => {
  expect(findStsAdvice(code)).toContain(what);
});
