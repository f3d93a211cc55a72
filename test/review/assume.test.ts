import { describe, expect, test } from 'vitest';
import { assumeVerified } from '../../lib/review/assume.ts';
import { AUDIENCE, BUILDKITE, claims, GITHUB, roleFrom } from '../harness/policy.ts';

const role = roleFrom(`trust:
  - { iss: ${BUILDKITE}, organization_slug: acme }
  - { iss: ${GITHUB}, repository: acme/web }
`);
const USUAL = { issuer: BUILDKITE, audience: AUDIENCE };

describe('what claims leave out is what a caller of the role would send', () => {
  test.each<[string, object, object]>([
    ['nothing said', {}, USUAL],
    [
      'all said',
      { iss: GITHUB, sub: 'who', aud: 'mine' },
      { issuer: GITHUB, subject: 'who', audience: 'mine' },
    ],
    ['said by what is no text', { iss: [GITHUB], sub: 5, aud: ['mine'] }, USUAL],
  ])('%s', (_name, said, token) => {
    const assumed = assumeVerified(claims({ ...said }), role);
    expect(assumed).toMatchObject(token);
    expect(assumed.subject).not.toBe('');
  });
});

test('T29: a claim that every object has is not said', () => {
  const assumed = assumeVerified(Object.create({ iss: GITHUB }), role);
  expect(assumed.issuer).toBe(BUILDKITE);
});
