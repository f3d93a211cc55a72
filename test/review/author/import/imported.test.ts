import { expect, test } from 'vitest';
import {
  type ImportEntry,
  listNotes,
  noteExact,
  noteLoss,
  omitStatement,
  writeImportedRole,
} from '../../../../lib/review/author/import/imported.ts';
import { BUILDKITE, refusalsOf, roleFrom } from '../../../harness/policy.ts';

function entry(name: string, id: string, ...says: string[]): ImportEntry {
  return {
    name,
    draft: {
      iss: BUILDKITE,
      id,
      claims: { organization_slug: { equals: 'acme' }, build_branch: { in: ['a', 'b'] } },
    },
    notes: says.map(noteExact),
  };
}

test('a role stands below what is to be known of it, and what was left out where it stood', () => {
  const trust = [
    omitStatement('first', 'too wide.'),
    entry('second', 'two', 'by hand.'),
    omitStatement('third', 'too deep.'),
  ];
  const text = writeImportedRole({
    trust,
    deny: [entry('fourth', 'four')],
    roleArn: 'arn:x',
    notes: [noteLoss('of all.')],
  });
  expect(text).toBe(`# Imported: read it before you use it.
# of all.

trust:
  # first was left out: too wide.
  # by hand.
  - iss: ${BUILDKITE}
    id: two
    claims:
      organization_slug: acme
      build_branch: { in: [a, b] }
  # third was left out: too deep.

deny:
  - iss: ${BUILDKITE}
    id: four
    claims:
      organization_slug: acme
      build_branch: { in: [a, b] }

aws:
  role_arn: arn:x
`);
});

test('a role of which nothing is left is refused when it is loaded', () => {
  const text = writeImportedRole({ trust: [omitStatement('all', 'too wide.')], deny: [], notes: [] });
  expect(refusalsOf(text)).toContain('empty 4:8');
});

test.each([
  ['a line feed', 'x\ntrust: []'],
  ['a carriage return', 'x\rtrust: []'],
  ['a line separator', 'x\u2028trust: []'],
  ['a next line', 'x\u0085trust: []'],
])('text of the source with %s stays inside of its comment', (_name, says) => {
  const text = writeImportedRole({ trust: [entry('a', 'one', says)], deny: [], notes: [noteLoss(says)] });
  expect(roleFrom(text).trust.map(({ id }) => id)).toEqual(['one']);
});

test('notes name their statement, and whether it was left out', () => {
  const trust = [omitStatement('first', 'why.'), entry('second', 'two', 'how.')];
  expect(listNotes({ trust, deny: [], notes: [noteLoss('of all.')] })).toEqual([
    { says: 'first was left out: why.', exact: false },
    { says: 'second: how.', exact: true },
    { says: 'of all.', exact: false },
  ]);
});
