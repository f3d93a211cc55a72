import { expect, test } from 'vitest';
import { readInvariants } from '../../lib/config/invariants.ts';
import { folderOf } from '../harness/local.ts';
import { blocks, read } from '../harness/markdown.ts';
import { BUILDKITE, ISSUERS, rowsFrom } from '../harness/policy.ts';

const ROWS = rowsFrom(ISSUERS);
const ONLY_MAIN = `  only: [{ iss: ${BUILDKITE}, claims: { build_branch: main } }]\n`;

function ruled(yaml: string): string[] {
  return readInvariants(folderOf({ 'invariants.yml': yaml }), ROWS).complaints.map(({ rule }) => rule);
}

test.each([
  ['no list', 'id: one\n', ['wrong-type']],
  ['no sentence', `- id: one\n${ONLY_MAIN}`, ['missing-key']],
  ['nothing that it demands', '- { id: one, says: A sentence. }\n', ['missing-key']],
  ['a pattern that is none', `- id: one\n  says: A.\n  roles: "**"\n${ONLY_MAIN}`, ['pattern-refused']],
  [
    'an issuer that broker.yml lacks',
    '- { id: one, says: A., never: [{ iss: https://other.example, claims: { a: b } }] }\n',
    ['issuer-unknown'],
  ],
  [
    'a claim that the issuer does not send',
    `- { id: one, says: A., never: [{ iss: ${BUILDKITE}, claims: { branch: main } }] }\n`,
    ['claim-unknown'],
  ],
  [
    'an issuer alone that broker.yml lacks',
    '- { id: one, says: A., issuers: [https://agent.buildkite.con] }\n',
    ['issuer-unknown'],
  ],
  ['a target of no kind', '- { id: one, says: A., targets: { asw.role_arn: "*" } }\n', ['unknown-key']],
  ['a target without a member', '- { id: one, says: A., targets: { aws: "*" } }\n', ['unknown-key']],
  ['a member misspelled', '- { id: one, says: A., targets: { aws.role_arm: "*" } }\n', ['unknown-key']],
  ['a member in other words', '- { id: one, says: A., targets: { aws.rolearn: "*" } }\n', ['unknown-key']],
  [
    'a member below a text',
    '- { id: one, says: A., targets: { aws.role_arn.account: "*" } }\n',
    ['unknown-key'],
  ],
  [
    'a method that no registry has',
    '- { id: one, says: A., targets: { registry.methods.PURGE: null } }\n',
    ['unknown-key'],
  ],
  [
    'statements that end',
    `- { id: one, says: A., never: [{ iss: ${BUILDKITE}, until: 2000-01-01T00:00:00Z, claims: { build_branch: main } }] }
- { id: two, says: A., only: [{ iss: ${BUILDKITE}, until: 2999-01-01T00:00:00Z, claims: { build_branch: main } }] }
`,
    ['wrong-value', 'wrong-value'],
  ],
])('invariants are refused for %s', (_name, yaml, rules) => {
  expect(ruled(yaml)).toEqual(rules);
});

test.each([
  'aws.role_arn: "*"',
  'aws.tags.branch: "*"',
  'aws.policy.Statement.Action: "s3:*"',
  'aws.policy_arns: ["arn:*", null]',
  'github.permissions.all.administration: [read, null]',
  'github.permissions.*.contents: read',
  'jwt.claims.env: prod',
  'registry.methods.DELETE: null',
  'registry.path: "/npm*"',
])('a target can be %s', target => {
  expect(ruled(`- { id: one, says: A., targets: { ${target} } }\n`)).toEqual([]);
});

test('a sound file is read, and a role or registry of any name is spoken of where none is said', () => {
  const { invariants, complaints } = readInvariants(
    folderOf({ 'invariants.yml': `- id: one\n  says: A.\n${ONLY_MAIN}` }),
    ROWS,
  );
  expect(complaints).toEqual([]);
  expect(invariants).toMatchObject([{ id: 'one', roles: ['*'], registries: ['*'], speaksOfAll: true }]);
});

test('those that the guide shows are sound', () => {
  const shown = blocks(read('docs/guides/policy-changes.md')).filter(({ words }) =>
    words.includes('invariants'),
  );
  expect(shown.map(({ text }) => ruled(text))).toEqual([[]]);
});

test('a folder without the file is told', () => {
  expect(readInvariants(folderOf({}), ROWS).complaints.map(({ rule }) => rule)).toEqual(['file-missing']);
});
