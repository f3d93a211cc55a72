import type { HttpReply } from '../http/reply.ts';

/** Seconds to wait when nothing says for how long, and at most: a rate limit of an hour is the longest there is. */
const USUAL = 60;
const LONGEST = 3600;

function readWholeSeconds(written: unknown): number | undefined {
  return typeof written === 'string' && /^\d{1,12}$/.test(written) ? Number(written) : undefined;
}

function readWait({ headers, body }: HttpReply, now: number): number | undefined {
  const asked = readWholeSeconds(headers['retry-after']);
  if (asked !== undefined) return asked;
  const reset = readWholeSeconds(headers['x-ratelimit-reset']);
  if (headers['x-ratelimit-remaining'] === '0') return reset === undefined ? USUAL : reset - Math.floor(now);
  return /\brate limit/i.test(body) ? USUAL : undefined;
}

/**
 * For how many seconds this answer says not to ask again; undefined for one that is no rate limit. GitHub says 403 for
 * one as well as 429, and who goes on asking is shut out for longer.
 * https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
 */
export function findWait(reply: HttpReply, now: number): number | undefined {
  if (reply.status !== 403 && reply.status !== 429) return undefined;
  const wait = readWait(reply, now);
  return wait === undefined ? undefined : Math.min(Math.max(wait, 1), LONGEST);
}
