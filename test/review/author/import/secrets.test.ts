import { describe, expect, test } from 'vitest';
import { importSecrets } from '../../../../lib/review/author/import/secrets.ts';
import { BUILDKITE } from '../../../harness/policy.ts';

function entryOf(rule: unknown) {
  return importSecrets([rule], 'acme').trust[0];
}

describe('a rule of a Buildkite secret is carried over:', () => {
  test.each<[name: string, rule: object, claims: object]>([
    ['one value', { pipeline_slug: 'web' }, { pipeline_slug: { equals: 'web' } }],
    [
      'a list, any of which will do',
      { build_branch: ['main', 'next'] },
      { build_branch: { in: ['main', 'next'] } },
    ],
    [
      'a pattern',
      { build_branch: 'gh-readonly-queue/*' },
      { build_branch: { matches: 'gh-readonly-queue/*' } },
    ],
    [
      'a list with a pattern',
      { build_branch: ['main', 'r/*'] },
      { build_branch: { matches: ['main', 'r/*'] } },
    ],
    [
      'claims that have another name in a token',
      { cluster_queue_id: 'a', cluster_queue_key: 'b' },
      { queue_id: { equals: 'a' }, queue_key: { equals: 'b' } },
    ],
  ])('%s', (_name, rule, claims) => {
    expect(entryOf(rule)?.draft).toEqual({
      iss: BUILDKITE,
      claims: { organization_slug: { equals: 'acme' }, ...claims },
    });
  });
});

describe('a rule of a Buildkite secret is left out:', () => {
  test.each<[name: string, rule: unknown]>([
    ['a claim that no token has', { pipeline_slug: 'web', build_creator: 'a@acme.example' }],
    ['a claim that Buildkite does not know', { pipelin_slug: 'web' }],
    ['a name of every object', { constructor: 'web' }],
    ['a pattern whose meaning is not documented', { build_branch: 'v[12]' }],
    ['two stars', { build_branch: 'a/**' }],
    ['a value that is no text', { pipeline_slug: 7 }],
    ['text that nobody can see', { pipeline_slug: 'w\u200beb' }],
    ['no mapping', 'web'],
  ])('%s', (_name, rule) => {
    expect(entryOf(rule)?.draft).toBeUndefined();
    expect(entryOf(rule)?.notes.some(({ exact }) => !exact)).toBe(true);
  });
});
