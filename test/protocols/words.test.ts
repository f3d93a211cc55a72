import { describe, expect, test } from 'vitest';
import type { Code } from '../../lib/errors.ts';
import {
  describeClaim,
  describeInOneText,
  describeRefused as describeRefusal,
  onlyAws,
  trimNewline,
  writeExpiry,
  writeHeaders,
} from '../../lib/protocols/words.ts';
import { AWS, issued, JWT, OWN_AUDIENCE, refusal } from '../harness/answer.ts';
import { AUDIENCE, NOW } from '../harness/policy.ts';

const TARGET = 'aws: { role_arn: "arn:aws:iam::123456789012:role/deploy" }\n';
const VOICE = { url: AUDIENCE, audience: OWN_AUDIENCE, now: NOW };

test.each([
  { name: 'a line feed', given: 'a.b.c\n', read: 'a.b.c' },
  { name: 'a CR LF', given: 'a.b.c\r\n', read: 'a.b.c' },
  { name: 'the second of two line feeds alone', given: 'a.b.c\n\n', read: 'a.b.c\n' },
  { name: 'no space', given: 'a.b.c ', read: 'a.b.c ' },
])('of the end of a token, $name is trimmed', ({ given, read }) => {
  expect(trimNewline(given)).toBe(read);
});

test('a time ends in Z, as the JavaScript SDK demands', () => {
  expect([writeExpiry(NOW), writeExpiry(NOW + 0.25)]).toEqual([
    '2027-01-15T08:00:00Z',
    '2027-01-15T08:00:00.250Z',
  ]);
});

test.each([
  { hint: { claim: 'branch', why: 'differs', value: 'topic' } as const, text: 'branch differs topic' },
  {
    hint: { claim: 'cluster', why: 'absent', add: '--claim cluster' } as const,
    text: 'cluster absent (add --claim cluster)',
  },
  { hint: { claim: 'labels', why: 'wrong_type' } as const, text: 'labels wrong_type' },
  {
    hint: {
      claim: 'b',
      why: 'unusable',
      value: 'x#',
      place: 'aws.tags.b',
      character: '# (U+0023)',
      position: 2,
    } as const,
    text: 'b unusable x# (# (U+0023) at position 2 cannot stand in aws.tags.b)',
  },
])('a claim in the way is $text', ({ hint, text }) => {
  expect(describeClaim(hint)).toBe(text);
});

describe('when to come back', () => {
  test.each<{ code: Code; seconds: string }>([
    { code: 'provider_unavailable', seconds: '2' },
    { code: 'internal_error', seconds: '2' },
    { code: 'broker_credentials_unavailable', seconds: '2' },
    { code: 'switches_unavailable', seconds: '6' },
    { code: 'rate_limited', seconds: '2' },
  ])('after $code is in $seconds seconds', ({ code, seconds }) => {
    expect(writeHeaders(refusal(code), 503, 'text/plain')['retry-after']).toBe(seconds);
  });

  test('is as a provider or a limit says', () => {
    const answer = refusal('provider_unavailable', { retryAfter: 120 });
    expect(writeHeaders(answer, 503, 'text/plain')['retry-after']).toBe('120');
  });

  test.each(['provider_refused', 'broker_misconfigured'] as const)('is never said of %s', code => {
    expect(writeHeaders(refusal(code), 503, 'text/plain')).not.toHaveProperty('retry-after');
  });

  test.each([refusal('trust_not_met'), issued(JWT)])('is not said when it would not help: $kind', answer => {
    expect(writeHeaders(answer, 403, 'text/plain')).not.toHaveProperty('retry-after');
  });
});

test('T63: a repeat is told with the command that mints a fresh token', () => {
  const voice = { ...VOICE, audience: AUDIENCE };
  expect(describeRefusal(refusal('token_already_used'), voice)).toContain(
    `buildkite-agent oidc request-token --audience ${AUDIENCE}`,
  );
});

describe('one text', () => {
  test('has what to do between what is wrong and the decision', () => {
    const text = describeInOneText(refusal('internal_error'), VOICE, 'Do this.');
    expect(text).toMatch(/^\S.* Do this\. \S.*\/errors\/internal_error$/);
  });

  test('says no more than there is: no claims, no contact, no advice', () => {
    const text = describeInOneText(refusal('internal_error'), VOICE, undefined);
    expect(text).not.toMatch(/undefined|false|Claims|Contact| {2}/);
  });
});

describe('at a door for AWS alone', () => {
  test('AWS credentials of an AWS role pass', () => {
    const answer = issued(AWS, TARGET);
    expect(onlyAws(answer)).toBe(answer);
  });

  test.each([
    { name: 'another credential', answer: issued(JWT, TARGET) },
    { name: 'another role', answer: issued(AWS) },
  ])('$name becomes a fault of ours', ({ answer }) => {
    expect(onlyAws(answer)).toMatchObject({ kind: 'refused', code: 'internal_error' });
  });
});
