import type { AwsError } from './call.ts';

/**
 * Whose trouble it is that AWS refused a call of ours. `passes`: nobody's, it may go through later. `ours_for_now`: our
 * keys have expired, or our clock is wrong; another process may have better ones. `ours`: whoever runs the broker must
 * mend it. `theirs`: what was asked for is refused, by a service that knows us.
 */
export type Trouble = 'passes' | 'ours_for_now' | 'ours' | 'theirs';

/** Codes of AWS, and words that stand after one, by what they mean for whoever calls with keys of its own. */
export const TROUBLES: readonly (readonly [said: string, when: RegExp, trouble: Trouble, mend: string])[] = [
  [
    'ExpiredToken, ExpiredTokenException, RequestExpired',
    /^(ExpiredToken|RequestExpired)/,
    'ours_for_now',
    "the broker's own keys have expired, or its clock is wrong",
  ],
  [
    'RequestTimeTooSkewed, or a signature that expired or is not yet current',
    /^RequestTimeTooSkewed|\bSignature (expired|not yet current)/,
    'ours_for_now',
    "the broker's clock",
  ],
  [
    'InvalidClientTokenId, UnrecognizedClientException, InvalidAccessKeyId, MissingAuthenticationToken',
    /^(InvalidClientTokenId|UnrecognizedClientException|InvalidAccessKeyId|MissingAuthenticationToken)/,
    'ours',
    "the broker's own keys are none of AWS",
  ],
  [
    'SignatureDoesNotMatch, InvalidSignatureException, IncompleteSignature',
    /^(SignatureDoesNotMatch|InvalidSignature|IncompleteSignature)/,
    'ours',
    "the broker's own keys, or what stands between it and AWS and changes requests",
  ],
  ['OptInRequired', /^OptInRequired/, 'ours', "the broker's own account has no such service"],
];

/** A signature that could not be made has no status: there were no keys to make it with. */
function isUnsigned(error: AwsError): boolean {
  return error.status === undefined && !error.passing;
}

/** Whose trouble a failed call is, and who must mend what. */
export function findTrouble(error: AwsError): { readonly trouble: Trouble; readonly mend: string } {
  if (error.passing) return { trouble: 'passes', mend: '' };
  if (isUnsigned(error)) return { trouble: 'ours_for_now', mend: 'the broker has no keys of its own' };
  const said = `${error.code} ${error.message}`;
  const [, , trouble, mend] = TROUBLES.find(([, when]) => when.test(said)) ?? [];
  return trouble && mend ? { trouble, mend } : { trouble: 'theirs', mend: '' };
}
