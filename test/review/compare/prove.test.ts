import { describe, expect, test } from 'vitest';
import type { Invariant } from '../../../lib/config/invariants.ts';
import { readInvariants } from '../../../lib/config/invariants.ts';
import type { Registry } from '../../../lib/policy/registry.ts';
import { findEmptyParts, findRefutations, selectSubjects } from '../../../lib/review/compare/prove.ts';
import { folderOf } from '../../harness/local.ts';
import { BUILDKITE, GITHUB, roleFrom, settingOf } from '../../harness/policy.ts';
import { compareProofs } from './proofs.ts';
import { ASKED, BOTH, MAIN, ROWS, role } from './standing.ts';

function invariant(yaml: string): Invariant {
  const folder = folderOf({ 'invariants.yml': `- id: one\n  says: A sentence.\n${yaml}` });
  const { invariants, complaints } = readInvariants(folder, ROWS);
  if (!invariants[0]) throw new Error(JSON.stringify(complaints));
  return invariants[0];
}

function brokenBy(policy: string, yaml: string): string[] {
  return findRefutations(invariant(yaml), role(policy), { roles: [], rows: ROWS }, ASKED).map(({ by }) => by);
}

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

function named(name: string) {
  return { ...role(MAIN), name };
}

test('an invariant speaks of the roles whose names its patterns match', () => {
  const one = invariant(`  roles: [deploy-*, prod]\n${ONLY_MAIN}`);
  const spoken = selectSubjects(one, { roles: ['deploy-web', 'prod', 'docs'].map(named), rows: ROWS });
  expect(spoken.map(({ name }) => name)).toEqual(['deploy-web', 'prod']);
});

const ARNS = ['arn:aws:iam::aws:policy/ReadOnlyAccess', 'arn:aws:iam::aws:policy/AdministratorAccess'];
const TRUST = `trust: [{ iss: ${BUILDKITE}, claims: { organization_slug: acme, pipeline_slug: { in: [web, site-a] } }, scopes: [all] }]\n`;
const OF_AWS = `${TRUST.replace(', scopes: [all]', '')}aws: { role_arn: "arn:aws:iam::123456789012:role/deploy", policy_arns: ${JSON.stringify(ARNS)}, tags: { branch: "${'${pipeline_slug}'}" } }\n`;
const OF_GITHUB = `${TRUST}github: { app: Iv1, owner: acme, repositories: [web, "site-${'${pipeline_slug}'}"], permissions: { all: { contents: write, administration: admin } } }\n`;
const OF_JWT = `${TRUST}jwt: { audience: https://api.test.example, claims: { env: [prod, "x${'${pipeline_slug}'}y"] } }\n`;

function targetsBroken(policy: string, targets: string) {
  return findRefutations(
    invariant(`  targets: { ${targets} }\n`),
    roleFrom(policy, settingOf(ROWS)),
    { roles: [], rows: ROWS },
    ASKED,
  ).map(each => (each.by === 'targets' ? [each.member, each.value] : each));
}

describe('of targets, every element and every leaf must match', () => {
  test.each<[name: string, policy: string, targets: string, broken: unknown[]]>([
    ['one of a list does not', OF_AWS, `aws.policy_arns: "*ReadOnly*"`, [['aws.policy_arns[1]', ARNS[1]]]],
    ['each of a list does', OF_AWS, `aws.policy_arns: "arn:aws:iam::aws:policy/*"`, []],
    [
      'a leaf of a mapping of mappings',
      OF_GITHUB,
      'github.permissions.all.administration: [none]',
      [['github.permissions.all.administration', 'admin']],
    ],
    [
      'any name',
      OF_GITHUB,
      'github.permissions.*.administration: read',
      [['github.permissions.all.administration', 'admin']],
    ],
    [
      'a mapping itself, leaf by leaf',
      OF_GITHUB,
      'github.permissions: [write]',
      [['github.permissions.all.administration', 'admin']],
    ],
    [
      'what is left out proves nothing',
      OF_GITHUB,
      'github.permissions.*.secrets: read',
      [['github.permissions.*.secrets', undefined]],
    ],
    ['what is left out, where that is allowed', OF_GITHUB, 'github.permissions.*.secrets: [read, null]', []],
    [
      'another name of a list',
      OF_GITHUB,
      'github.repositories: "site-*"',
      [['github.repositories[0]', 'web']],
    ],
    ['a slot that a star covers', OF_GITHUB, 'github.repositories: [web, "site-*"]', []],
    [
      'a slot that only its own text would match',
      OF_GITHUB,
      'github.repositories: [web, "*slug?"]',
      [['github.repositories[1]', 'site-${pipeline_slug}']],
    ],
    [
      'a slot of just as many letters as the pattern has wildcards',
      OF_JWT,
      'jwt.claims.env: [prod, "x???????y"]',
      [['jwt.claims.env[1]', 'x${pipeline_slug}y']],
    ],
    ['a region that is left out', OF_AWS, 'aws.region: "eu-*"', [['aws.region', undefined]]],
    ['a tag', OF_AWS, 'aws.tags.branch: "*"', []],
    ['another kind', OF_AWS, 'gcp.service_account: "*"', []],
  ])('%s', (_name, policy, targets, broken) => {
    expect(targetsBroken(policy, targets)).toEqual(broken);
  });
});

const registry: Registry = {
  ...role(MAIN),
  name: 'npm',
  description: undefined,
  contact: undefined,
  path: '/npm',
  methods: { GET: 'read', DELETE: 'delete' },
} as unknown as Registry;

describe('registries are spoken of as roles are', () => {
  test.each<[name: string, yaml: string, broken: unknown[]]>([
    ['whom they let in', ONLY_MAIN, []],
    ['whom they must not', `  never: [{ iss: ${BUILDKITE}, claims: { build_branch: main } }]\n`, ['never']],
    ['what may be done', '  targets: { registry.methods.DELETE: null }\n', ['targets']],
    ['what they protect', '  targets: { registry.path: "/npm*" }\n', []],
  ])('%s', (_name, yaml, broken) => {
    const one = invariant(yaml);
    const policy = { roles: [], registries: [registry], rows: ROWS };
    expect(selectSubjects(one, policy)).toEqual([registry]);
    expect(findRefutations(one, registry, policy, ASKED).map(({ by }) => by)).toEqual(broken);
  });
});

describe('a sentence about nothing is no proof:', () => {
  const policy = { roles: [named('deploy-web')], registries: [registry], rows: ROWS };

  test.each<[name: string, yaml: string, parts: number]>([
    ['roles that nobody has', `  roles: "depoly-*"\n${ONLY_MAIN}`, 1],
    ['one of two patterns', `  roles: [deploy-*, prod-*]\n${ONLY_MAIN}`, 1],
    ['registries that nobody has', `  registries: maven\n${ONLY_MAIN}`, 1],
    ['a kind that no role has', '  targets: { github.owner: acme }\n', 1],
    ['a kind that none of these roles has', '  roles: deploy-*\n  targets: { registry.path: "*" }\n', 1],
    [
      'an issuer that nobody trusts',
      `  never: [{ iss: ${GITHUB}, claims: { repository: { matches: "*" } } }]\n`,
      1,
    ],
    ['all of them are there', `  roles: deploy-*\n  registries: npm\n${ONLY_MAIN}`, 0],
    ['nothing named', ONLY_MAIN, 0],
  ])('%s', (_name, yaml, parts) => {
    expect(findEmptyParts(invariant(yaml), policy)).toHaveLength(parts);
  });

  test('no role at all', () => {
    expect(findEmptyParts(invariant(ONLY_MAIN), { roles: [], rows: ROWS })).toHaveLength(1);
  });
});

test('a text that is in doubt under a pattern breaks what only a pattern demands', () => {
  const present = `trust: [{ iss: ${BUILDKITE}, claims: { organization_slug: acme, build_tag: { not_equals: null } } }]\n`;
  const matched = `  only: [{ iss: ${BUILDKITE}, claims: { build_tag: { matches: "*" } } }]\n`;
  expect(brokenBy(present, matched)).toEqual(['only']);
});

test('a claim within a claim that is no object is no token: it is proved, and nothing ends in a crash', () => {
  const inside = `trust: [{ iss: https://plain.example, claims: { tenant: acme, /o/a: x, /o/a/b: y } }]\n`;
  const outer = `trust: [{ iss: https://plain.example, claims: { tenant: acme, /o/a/b: y } }]\n`;
  const only = '  only: [{ iss: https://plain.example, claims: { tenant: other } }]\n';
  const never = '  never: [{ iss: https://plain.example, claims: { /o/a: { equals: x } } }]\n';
  expect([brokenBy(inside, only), brokenBy(outer, only), brokenBy(outer, never)]).toEqual([
    [],
    ['only'],
    ['never'],
  ]);
});

test('no sentence is proved that a request of a small universe breaks, and none is refuted by a request that does not', () => {
  const { proved, refuted, wrong } = compareProofs(250, 1);
  expect(wrong).toEqual([]);
  // Neither is the easy case.
  expect(Math.min(proved, refuted)).toBeGreaterThan(25);
});
