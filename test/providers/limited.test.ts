import { expect, test } from 'vitest';
import { findWait } from '../../lib/providers/limited.ts';
import { NOW } from '../harness/policy.ts';

type Headers = { readonly [name: string]: string };
function waits(status: number, headers: Headers, body = '{}') {
  return findWait({ status, headers, body }, NOW);
}

test.each<[string, number, Headers, string | undefined, number]>([
  ['that says for how long', 429, { 'retry-after': '30' }, undefined, 30],
  ['of GitHub, whose status is also that of a refusal', 403, { 'retry-after': '30' }, undefined, 30],
  [
    'that says until when',
    403,
    { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(NOW + 900) },
    undefined,
    900,
  ],
  ['that says that nothing is left', 403, { 'x-ratelimit-remaining': '0' }, undefined, 60],
  ['that says so in words', 403, {}, '{"message":"You have exceeded a secondary rate limit."}', 60],
  ['that is over by now', 403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1' }, undefined, 1],
  ['of more than an hour', 429, { 'retry-after': '86400' }, undefined, 3600],
  ['that says no number', 429, { 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' }, '"rate limit"', 60],
])('a rate limit %s', (_name, status, headers, body, seconds) => {
  expect(waits(status, headers, body)).toBe(seconds);
});

test.each<[string, number, Headers, string]>([
  ['a refusal', 403, { 'x-ratelimit-remaining': '4999' }, '{"message":"Resource not accessible"}'],
  ['a success that says how much is left', 201, { 'x-ratelimit-remaining': '0' }, '{}'],
  ['a fault of the other side', 503, { 'retry-after': '30' }, 'rate limit'],
  ['429 without a word', 429, {}, '{}'],
])('none is %s', (_name, status, headers, body) => {
  expect(waits(status, headers, body)).toBeUndefined();
});
