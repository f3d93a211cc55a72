import type { Code } from '../errors.ts';
import type { Member } from './event.ts';

/**
 * Filters of CloudWatch Logs over audit events. They stand beside what writes the events, so that a member that is
 * renamed is renamed here too.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */

function writeComparison(member: Member, value: string): string {
  return `$.${member} = "${value}"`;
}

function writeAny(terms: readonly string[]): string {
  return `(${terms.join(' || ')})`;
}

const EXCHANGE = writeComparison('event', 'exchange');

/** The words of whoever throttles us: AWS's codes, and our own words for a 429 of the others. */
const THROTTLED = ['*Throttling*', '*TooManyRequests*', '*a rate limit*'];

export const DENIED = `{ ${EXCHANGE} && ${writeComparison('outcome', 'denied')} }`;
export const RATE_LIMITED = `{ ${EXCHANGE} && ${writeComparison('code', 'rate_limited')} }`;
export const UPSTREAM_THROTTLED = `{ ${EXCHANGE} && ${writeComparison('code', 'provider_unavailable')} && ${writeAny(
  THROTTLED.map(words => writeComparison('detail', words)),
)} }`;

/** Exchanges that were issued although a demand of the role was not looked at, since an operator suspended it. */
export const SUSPENDED = `{ ${EXCHANGE} && ${writeComparison('outcome', 'issued')} && ${writeComparison('suspended', '*')} }`;

/** Exchanges that failed with one of these codes. */
export function writeFailedPattern(codes: readonly Code[]): string {
  return `{ ${EXCHANGE} && ${writeComparison('outcome', 'failed')} && ${writeAny(
    codes.map(code => writeComparison('code', code)),
  )} }`;
}
