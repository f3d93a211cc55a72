import { describe, expect, test } from 'vitest';
import { notesOf } from '../../../lib/author/import/imported.ts';
import { importOcto } from '../../../lib/author/import/octo.ts';
import { GITHUB } from '../../harness/policy.ts';

const SUBJECT = 'repo:acme/web:ref:refs/heads/main';
const GITHUB_POLICY = { issuer: GITHUB, subject: SUBJECT };
const PARTS = { repository_owner: { equals: 'acme' }, repository: { equals: 'acme/web' } };

const draftOf = (policy: object) => importOcto({ ...policy }).trust[0]?.draft;
const lostIn = (policy: object): number =>
  notesOf(importOcto({ ...policy })).filter(({ exact }) => !exact).length;

describe('carried over:', () => {
  test.each<[name: string, policy: object, claims: object]>([
    ['a subject, with the repository that it names', GITHUB_POLICY, { ...PARTS, sub: { equals: SUBJECT } }],
    [
      'a pattern with alternatives',
      { issuer: GITHUB, subject_pattern: 'repo:acme/web:ref:refs/heads/(main|next)' },
      { ...PARTS, sub: { in: [SUBJECT, 'repo:acme/web:ref:refs/heads/next'] } },
    ],
    [
      'a claim',
      { ...GITHUB_POLICY, claim_pattern: { event_name: 'push' } },
      { ...PARTS, sub: { equals: SUBJECT }, event_name: { equals: 'push' } },
    ],
    [
      'a truth, which is text to octo-sts',
      { issuer: 'https://accounts.google.com', subject: '1', claim_pattern: { email_verified: 'true' } },
      { sub: { equals: '1' }, email_verified: { equals: true } },
    ],
    [
      'what an issuer says of which nothing is known',
      { issuer: 'https://ci.example', subject: 'a', claim_pattern: { x: 'y' } },
      { sub: { equals: 'a' }, x: { equals: 'y' } },
    ],
  ])('%s', (_name, policy, claims) => {
    expect(draftOf(policy)?.claims).toEqual(claims);
    expect(lostIn(policy)).toBe(0);
  });
});

describe('left out, as it cannot be said:', () => {
  test.each<[name: string, policy: object]>([
    ['issuers by a pattern', { issuer_pattern: 'https://.*', subject: 'a' }],
    ['a subject that matches anything', { issuer: GITHUB, subject_pattern: 'repo:acme/.*' }],
    ['no subject', { issuer: GITHUB }],
    ['a claim by more than alternatives', { ...GITHUB_POLICY, claim_pattern: { ref: 'refs/heads/v[0-9]+' } }],
    ['a claim that the issuer never sends', { ...GITHUB_POLICY, claim_pattern: { reff: 'main' } }],
    ['a subject that names no tenant', { issuer: GITHUB, subject: 'anything' }],
  ])('%s', (_name, policy) => {
    expect(draftOf(policy)).toBeUndefined();
    expect(lostIn(policy)).toBeGreaterThan(0);
  });
});

test('what the token of octo-sts may do is named as left out', () => {
  expect(lostIn({ ...GITHUB_POLICY, permissions: { contents: 'read' }, repositories: ['web'] })).toBe(2);
});
