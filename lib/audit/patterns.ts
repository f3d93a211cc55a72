import type { Code } from '../errors.ts';
import type { Member } from './event.ts';

/**
 * Filters of CloudWatch Logs over audit events. They stand beside what writes the events, so that a member that is
 * renamed is renamed here too.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */

function compare(member: Member, value: string): string {
  return `$.${member} = "${value}"`;
}

function joinAny(terms: readonly string[]): string {
  return `(${terms.join(' || ')})`;
}

const EXCHANGE = compare('event', 'exchange');

/** What whoever throttles us is told by: AWS's codes, and our own words for a 429 of the others. */
const THROTTLED = ['*Throttling*', '*TooManyRequests*', '*a rate limit*'];

export const DENIED = `{ ${EXCHANGE} && ${compare('outcome', 'denied')} }`;
export const RATE_LIMITED = `{ ${EXCHANGE} && ${compare('code', 'rate_limited')} }`;
export const UPSTREAM_THROTTLED = `{ ${EXCHANGE} && ${compare('code', 'provider_unavailable')} && ${joinAny(
  THROTTLED.map(words => compare('detail', words)),
)} }`;

/** Exchanges that failed with one of these codes. */
export function writeFailedPattern(codes: readonly Code[]): string {
  return `{ ${EXCHANGE} && ${compare('outcome', 'failed')} && ${joinAny(
    codes.map(code => compare('code', code)),
  )} }`;
}
