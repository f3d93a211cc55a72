import { describe, expect, test } from 'vitest';
import type { Invariant } from '../../lib/config/invariants.ts';
import { readInvariants } from '../../lib/config/invariants.ts';
import { refutations, speaksOf } from '../../lib/space/prove.ts';
import { folderOf } from '../harness/local.ts';
import { BUILDKITE, GITHUB } from '../harness/policy.ts';
import { ASKED, BOTH, MAIN, ROWS, role } from './standing.ts';

const invariant = (yaml: string): Invariant => {
  const folder = folderOf({ 'invariants.yml': `- id: one\n  says: A sentence.\n${yaml}` });
  const { invariants, complaints } = readInvariants(folder, ROWS);
  if (!invariants[0]) throw new Error(JSON.stringify(complaints));
  return invariants[0];
};

const brokenBy = (policy: string, yaml: string): string[] =>
  refutations(invariant(yaml), role(policy), { roles: [], rows: ROWS }, ASKED).map(({ by }) => by);

const NEVER_OTHERS = `  never: [{ iss: ${BUILDKITE}, claims: { organization_slug: { not_equals: acme } } }]\n`;
const ONLY_MAIN = `  only: [{ iss: ${BUILDKITE}, claims: { build_branch: main } }]\n`;

describe('proved for every token is that', () => {
  test.each([
    ['no other tenant has a role', MAIN, NEVER_OTHERS],
    ['who has it is on main', MAIN, ONLY_MAIN],
    [
      'who has it meets one of two',
      BOTH,
      `  only:\n    - { iss: ${BUILDKITE}, organization_slug: acme }\n    - { iss: ${GITHUB}, claims: { repository: { matches: "acme/*" } } }\n`,
    ],
    ['another issuer has no role', MAIN, `  issuers: ["${BUILDKITE}"]\n`],
    [
      'a deny keeps out whom a trust would admit',
      `${BOTH}deny: [{ iss: ${BUILDKITE}, build_source: ui }]\n`,
      `  never: [{ iss: ${BUILDKITE}, claims: { build_source: { equals: ui } } }]\n`,
    ],
    ['its target is one of ours', MAIN, '  targets: { aws.role_arn: "arn:aws:iam::123456789012:role/*" }\n'],
    ['the target of another kind says nothing', MAIN, '  targets: { gcp.service_account: "*@acme" }\n'],
    ['a role that is disabled has nobody', `disabled: for now\n${BOTH}`, ONLY_MAIN],
  ])('%s', (_name, policy, yaml) => {
    const found = brokenBy(policy, yaml);
    expect(found).toEqual([]);
  });
});

describe('refuted is that', () => {
  test.each([
    ['who has it is on main', BOTH, ONLY_MAIN, ['only', 'only']],
    ['another issuer has no role', BOTH, `  issuers: ["${BUILDKITE}"]\n`, ['issuers']],
    [
      'it is never from a tag, where the claim may be absent',
      MAIN,
      `  never: [{ iss: ${BUILDKITE}, claims: { queue_key: untrusted } }]\n`,
      ['never'],
    ],
    [
      'its target is one of ours',
      MAIN,
      '  targets: { aws.role_arn: "arn:aws:iam::999999999999:*" }\n',
      ['targets'],
    ],
  ])('%s', (_name, policy, yaml, by) => {
    expect(brokenBy(policy, yaml)).toEqual(by);
  });
});

test('an invariant speaks of the roles whose names its patterns match', () => {
  const named = (name: string) => ({ ...role(MAIN), name });
  const one = invariant(`  roles: [deploy-*, prod]\n${ONLY_MAIN}`);
  expect(['deploy-web', 'prod', 'docs'].map(name => speaksOf(one, named(name)))).toEqual([true, true, false]);
});
