import { expect, test } from 'vitest';
import { type RoleEdit, writeNarrowed } from '../../../lib/review/author/narrow.ts';
import { ROLE } from '../../estate/usage/exchanges.ts';
import { roleFrom } from '../../harness/policy.ts';

test.each<[says: string, edits: RoleEdit[], has: string[], hasNot: string[]]>([
  [
    'one value',
    [{ of: 'claim', index: 0, claim: 'pipeline_slug', values: ['web'] }],
    ['pipeline_slug: web'],
    ['web, api'],
  ],
  [
    'several values',
    [{ of: 'claim', index: 0, claim: 'build_branch', values: ['a', 'b'] }],
    ['build_branch: { in: [a, b] }'],
    ['release-*'],
  ],
  [
    'a value that YAML would take for another',
    [{ of: 'claim', index: 0, claim: 'build_branch', values: ['true'] }],
    ['build_branch: "true"'],
    [],
  ],
  ['scopes', [{ of: 'scopes', index: 0, scopes: ['read'] }], ['scopes: [read]'], ['[read, write]']],
  ['a length', [{ of: 'length', seconds: 1200 }], ['max_seconds: 1200'], ['3600']],
  [
    'a statement, after all else',
    [
      { of: 'statement', index: 0 },
      { of: 'claim', index: 1, claim: 'pipeline_slug', values: ['x'] },
    ],
    ['pipeline_slug: x', 'nightly'],
    ['releases'],
  ],
])('takes away: %s', (_says, edits, has, hasNot) => {
  const text = writeNarrowed(ROLE, edits);
  for (const each of has) expect(text).toContain(each);
  for (const each of hasNot) expect(text).not.toContain(each);
  expect(text).toContain('queue_key: untrusted');
  expect(roleFrom(text).deny).toHaveLength(1);
});

test('comments stay', () => {
  expect(writeNarrowed(ROLE, [{ of: 'length', seconds: 900 }])).toContain('# deploys');
});
