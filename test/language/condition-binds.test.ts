import { describe, expect, test } from 'vitest';
import { BUILDKITE, GITHUB, refusalsOf, roleFrom, rowsFrom, settingOf } from '../harness/policy.ts';

function statement(issuer: string, claims: string, more = ''): string {
  return `trust:\n  - iss: ${issuer}\n    claims: { ${claims} }\n${more}`;
}
function bindingOf(yaml: string, setting = settingOf()): unknown[] {
  return roleFrom(yaml, setting).trust[0]?.conditions.map(({ on, name, binds }) => [on, name, binds]) ?? [];
}

describe('a condition says whether it ties the statement to a tenant', () => {
  test('as the slug does, and the branch does not', () => {
    expect(bindingOf(statement(BUILDKITE, 'organization_slug: acme, build_branch: main'))).toEqual([
      ['claim', 'organization_slug', true],
      ['claim', 'build_branch', false],
    ]);
  });

  test('a second condition on the same claim need not', () => {
    const yaml = statement(GITHUB, 'repository: { matches: acme/*, not_equals: acme/web }');
    expect(bindingOf(yaml)).toEqual([
      ['claim', 'repository', true],
      ['claim', 'repository', false],
    ]);
  });

  test('when a row asks for two, each is one', () => {
    const setting = settingOf(rowsFrom('- { preset: buildkite, bind: [pipeline_slug] }\n'));
    expect(bindingOf(statement(BUILDKITE, 'organization_slug: acme, pipeline_slug: web'), setting)).toEqual([
      ['claim', 'organization_slug', true],
      ['claim', 'pipeline_slug', true],
    ]);
  });

  test('the address of the request never does', () => {
    const yaml = statement(
      BUILDKITE,
      'organization_slug: acme',
      '    request: { source_ip: { in: [203.0.113.9] } }\n',
    );
    expect(bindingOf(yaml)).toEqual([
      ['claim', 'organization_slug', true],
      ['source_ip', 'source_ip', false],
    ]);
  });
});

describe('T31: a trust statement leaves the tenant open', () => {
  test.each([
    ['GitHub by a repository that it must not be', 'repository: { not_equals: acme/web }'],
    ['GitHub by repositories that it must not be', 'repository: { not_in: [acme/web, acme/api] }'],
    ['T32: GitHub by a pattern that begins with a slash', 'repository: { matches: "/acme/*" }'],
  ])('%s', (_name, claims) => {
    expect(refusalsOf(statement(GITHUB, claims))).toEqual(['binding-missing 2:5']);
  });
});

describe('null under a negation', () => {
  test('means present, of a claim that is never null', () => {
    expect(
      refusalsOf(statement(BUILDKITE, 'organization_slug: acme, build_branch: { not_in: [null, dev] }')),
    ).toEqual([]);
  });

  test('means nothing of a claim that is a mapping', () => {
    const yaml = statement(
      BUILDKITE,
      'organization_slug: acme, https://aws.amazon.com/tags: { not_equals: null }',
    );
    expect(refusalsOf(yaml)).toEqual(['operand-type 3:83']);
  });

  test('means nothing of a claim that is a list', () => {
    const yaml = statement(
      'https://gitlab.com',
      'project_path: acme/web, groups_direct: { not_equals: null }',
    );
    expect(refusalsOf(yaml)).toEqual(['operand-type 3:68']);
  });
});
