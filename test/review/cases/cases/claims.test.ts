import { describe, expect, test } from 'vitest';
import { casesFrom, readCases } from '../../../harness/cases.ts';
import { BUILDKITE, GITHUB, roleFrom, rowsFrom, settingOf } from '../../../harness/policy.ts';

const CIRCLE = 'https://oidc.circleci.com/org/0b1c2d3e';
const ROLE = roleFrom(`
trust:
  - iss: ${BUILDKITE}
    id: main
    claims: { organization_slug: acme, build_branch: main }
  - iss: ${GITHUB}
    id: GitHub
    claims: { repository: acme/web }
`);
const SETTING = { role: ROLE, issuers: settingOf().issuers };

function file(...cases: readonly string[]): string {
  return `cases:\n${cases.map((each, at) => `  - { name: "${at}", ${each}, deny: role_disabled }`).join('\n')}\n`;
}
function claimsOf(...cases: readonly string[]): { readonly [name: string]: unknown } {
  return {
    ...casesFrom(file(...cases), SETTING).at(-1)?.claims,
  };
}
function refusalsOf(...cases: readonly string[]): string[] {
  return readCases(file(...cases), SETTING).refusals;
}

describe('a case may start from a scenario', () => {
  test('and has its issuer, the claims of such a job, and what follows from them', () => {
    expect(
      claimsOf('from: buildkite/tag, claims: { organization_slug: acme, pipeline_slug: web }'),
    ).toMatchObject({
      iss: BUILDKITE,
      organization_slug: 'acme',
      build_branch: 'v1.0.0',
      build_tag: 'v1.0.0',
      build_source: 'webhook',
      sub: 'organization:acme:pipeline:web:ref:refs/tags/v1.0.0:commit:9f3182061f1e2cca4702c368cbc039b7dc9d4485:step:',
    });
  });

  test('of an issuer that the role names only later', () => {
    expect(claimsOf('from: github/push, claims: { repository: acme/web }')).toMatchObject({
      iss: GITHUB,
      repository_owner: 'acme',
      sub: 'repo:acme@65/web@74:ref:refs/heads/main',
    });
  });

  test('of an issuer that the role names not at all', () => {
    expect(claimsOf('from: circleci/branch')).toMatchObject({
      iss: CIRCLE,
      'oidc.circleci.com/vcs-ref': 'refs/heads/feature/login',
    });
  });

  test('and say otherwise what would follow', () => {
    expect(claimsOf('from: github/push, claims: { sub: x, repository_owner: other }')).toMatchObject({
      sub: 'x',
      repository_owner: 'other',
    });
  });

  test('and a case below it makes anew what follows', () => {
    const claims = claimsOf('from: github/push', 'from: "0", claims: { repository: acme/web }');
    expect(claims).toMatchObject({
      sub: 'repo:acme@65/web@74:ref:refs/heads/main',
      repository_owner: 'acme',
    });
  });

  test('but not what was left out', () => {
    const left = 'from: github/push, without: [sub, ref_type]';
    expect(Object.keys(claimsOf(left, 'from: "0"'))).not.toContain('sub');
    expect(Object.keys(claimsOf(left, 'from: "0"'))).not.toContain('ref_type');
    expect(claimsOf(left, 'from: "0", claims: { sub: x }')['sub']).toBe('x');
  });

  test('though a case above it of the same name comes first', () => {
    const source = file('claims: { organization_slug: acme }', 'from: buildkite/push').replace(
      '"0"',
      'buildkite/push',
    );
    expect(casesFrom(source, SETTING)[1]?.claims).toEqual({ organization_slug: 'acme' });
  });
});

describe('a case may be changed into another job', () => {
  test('with what sets that job apart, and nothing else', () => {
    expect(
      claimsOf('claims: { organization_slug: acme, build_branch: dev }', 'from: "0", as: buildkite/manual'),
    ).toEqual({
      organization_slug: 'acme',
      build_branch: 'dev',
      build_source: 'ui',
    });
  });

  test('of its own issuer, though the role names another first', () => {
    expect(claimsOf('from: github/push', 'from: "0", as: github/tag')).toMatchObject({
      iss: GITHUB,
      ref_type: 'tag',
    });
    expect(refusalsOf('from: github/push', 'from: "0", as: buildkite/tag')).toHaveLength(1);
  });

  test('and its own claims come after', () => {
    const claims = claimsOf(
      'from: buildkite/push',
      'from: "0", as: buildkite/tag, claims: { build_branch: x }',
    );
    expect(claims).toMatchObject({ build_tag: 'v1.0.0', build_branch: 'x' });
  });
});

describe('a case is refused', () => {
  test.each<[string, string, string[]]>([
    ['from a scenario that is not there', 'from: buildkite/pushes', ['wrong-value 2:24']],
    ['as a scenario that is not there', 'from: buildkite/push, as: buildkite/by-hand', ['wrong-value 2:44']],
    ['as a job of another vendor', 'from: buildkite/push, as: github/tag', ['wrong-value 2:44']],
    [
      'as a job, with the claims of another issuer',
      'claims: { iss: https://plain.example }, as: github/tag',
      ['wrong-value 2:62'],
    ],
    ['as a job, without claims', 'as: buildkite/tag', ['missing-key 2:5']],
    ['T29: from a scenario of every object', 'from: constructor', ['wrong-value 2:24']],
  ])('%s', (_name, written, refusals) => {
    expect(refusalsOf(written)).toEqual(refusals);
  });

  test('from a scenario of an issuer that broker.yml lacks', () => {
    const issuers = rowsFrom('- preset: buildkite\n- preset: github-actions');
    const { refusals } = readCases(file('from: gitlab/push'), { role: ROLE, issuers });
    expect(refusals).toEqual(['issuer-unknown 2:24']);
  });
});
