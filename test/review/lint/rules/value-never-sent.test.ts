import { describe, expect, test } from 'vitest';
import type { LintRule } from '../../../../lib/review/lint/rule.ts';
import {
  valueImpossible,
  valueNeverSent,
  valueSuspect,
} from '../../../../lib/review/lint/rules/value-never-sent.ts';
import { BROKER, denying, foundInRole, lintFolder, trusting } from '../../../harness/lint.ts';
import { folderOf } from '../../../harness/local.ts';
import { GITHUB } from '../../../harness/policy.ts';

const WEB = 'organization_slug: acme, pipeline_slug: web';
function buildkite(claims: string) {
  return trusting(`${WEB}, ${claims}`);
}
function github(claims: string) {
  return trusting(`repository: acme/web, ${claims}`, { iss: GITHUB });
}
function gitlab(claims: string) {
  return trusting(`project_id: "20", ${claims}`, { iss: 'https://gitlab.com' });
}
function circleci(claims: string) {
  return trusting(claims, { iss: 'https://oidc.circleci.com/org/0b1c2d3e' });
}
function azure(claims: string) {
  return trusting(claims, { iss: 'https://vstoken.dev.azure.com/0b1c2d3e' });
}

/** What the three rules say of a role: which, and of which value. */
const RULES = [valueImpossible, valueNeverSent, valueSuspect];
function foundByAll(role: string): string[] {
  return RULES.flatMap((rule: LintRule) =>
    foundInRole(rule, role)
      .filter(each => !RULES.some(other => each.startsWith(`${other.rule} `)))
      .map(each => `${rule.rule} ${each}`),
  );
}

describe('what the vendor fixes is an error', () => {
  test.each([
    ['a wildcard under equals', buildkite('build_branch: "dependabot/*"'), '"dependabot/*"'],
    ['a wildcard in a list', buildkite('build_branch: { in: [main, "release/*"] }'), '"release/*"'],
    ['a wildcard in a deny', denying(WEB, 'build_branch: "dependabot/*"'), '"dependabot/*"'],
    ['a wildcard that is to be excluded', buildkite('build_branch: { not_equals: "wip/*" }'), '"wip/*"'],
    ['a wildcard in sub', buildkite('sub: "organization:acme:*"'), '"organization:acme:*"'],
    ['a regular expression', buildkite('build_branch: { matches: "^main$" }'), '"^main$"'],
    [
      'a repository for a pipeline',
      trusting('organization_slug: acme, pipeline_slug: acme/shop'),
      'acme/shop',
    ],
    ['capitals in a slug', trusting('organization_slug: acme, pipeline_slug: Web'), 'Web'],
    ['another script in a slug', trusting('organization_slug: аcme, pipeline_slug: web'), 'аcme'],
    ['a ref written as a branch', github('ref: main'), 'main'],
    ['a pattern for branches on a ref', github('ref: { matches: "release/*" }'), '"release/*"'],
    ['the name of an owner as its id', github('repository_owner_id: acme'), 'acme'],
    [
      'a workflow at a branch',
      github('job_workflow_ref: acme/ci/.github/workflows/a.yml@main'),
      'acme/ci/.github/workflows/a.yml@main',
    ],
    ['a commit that is none', github('sha: main'), 'main'],
    ['a short commit', github('sha: "8d3ac1f"'), '"8d3ac1f"'],
    [
      'a repository without its owner',
      trusting('repository: web, repository_owner: acme', { iss: GITHUB }),
      'web',
    ],
    ['a truth in capitals', gitlab('ref_protected: "True"'), '"True"'],
    [
      'a project without its group',
      trusting('project_path: web, namespace_path: acme', { iss: 'https://gitlab.com' }),
      'web',
    ],
    ['a path for an id', trusting('project_id: acme/web', { iss: 'https://gitlab.com' }), 'acme/web'],
    ['a branch for a ref of CircleCI', circleci('oidc.circleci.com/vcs-ref: main'), 'main'],
    ['a branch for a ref of Azure', azure('rpo_ref: main'), 'main'],
  ])('%s', (_name, role, found) => {
    expect(foundByAll(role)).toEqual([`value-impossible ${found}`]);
  });
});

describe('what the vendor is not known to send is a warning', () => {
  test.each([
    ['a source of another vendor', buildkite('build_source: push'), 'push'],
    ['one of a list', buildkite('build_source: { in: [webhook, cron] }'), 'cron'],
    ['a pattern that no word meets', buildkite('build_source: { matches: "s3*" }'), '"s3*"'],
    ['a deny that stops nobody', denying(WEB, 'runner_environment: hosted'), 'hosted'],
    ['a branch written as a ref', buildkite('build_branch: refs/heads/main'), 'refs/heads/main'],
    ['a commit that is none', buildkite('build_commit: main'), 'main'],
    ['an event that is none', github('event_name: pullrequest'), 'pullrequest'],
    ['an event of another vendor', gitlab('pipeline_source: pull_request'), 'pull_request'],
    [
      'an id as the documentation of Buildkite shows it',
      buildkite('organization_id: 0184990a-477b-4fa8-9968-496074483k77'),
      '0184990a-477b-4fa8-9968-496074483k77',
    ],
    [
      'an address of a repository',
      circleci('oidc.circleci.com/vcs-origin: "https://github.com/acme/web"'),
      '"https://github.com/acme/web"',
    ],
    ['a pipeline by its number alone', azure('sub: { matches: "acme/*" }'), '"acme/*"'],
  ])('%s', (_name, role, found) => {
    expect(foundByAll(role)).toEqual([`value-never-sent ${found}`]);
  });
});

describe('what looks like a slip is a warning', () => {
  test.each([
    [
      'a regular expression that is a glob too',
      buildkite('build_branch: { matches: "release-.*" }'),
      '"release-.*"',
    ],
    ['a choice', buildkite('build_branch: { matches: "(main|release)" }'), '"(main|release)"'],
    ['a curly quote', buildkite('build_branch: “main”'), '“main”'],
    ['a letter that looks like another', buildkite('build_branch: mаin'), 'mаin'],
    ['a space at the end', github('environment: "production "'), '"production "'],
    ['a wildcard under equals, where one may stand', github('environment: "prod-*"'), '"prod-*"'],
    [
      'the same of an issuer that nothing is known of',
      trusting('tenant: acme, sub: "job:*"', { iss: 'https://plain.example' }),
      '"job:*"',
    ],
  ])('%s', (_name, role, found) => {
    expect(foundByAll(role)).toEqual([`value-suspect ${found}`]);
  });
});

test.each([
  ['a source that is sent', buildkite('build_source: { in: [webhook, trigger_job] }')],
  ['a pattern that a word meets', buildkite('build_source: { matches: "s*" }')],
  ["a fork's branch", denying(WEB, 'build_branch: { matches: "*:*" }')],
  ['a branch in another language', buildkite('build_branch: feature/größe')],
  ['a branch in another script alone', buildkite('build_branch: 日本語')],
  ['versions', buildkite('build_tag: { matches: "v1.*" }')],
  ['a pattern that may yet be a ref', github('ref: { matches: "*/main" }')],
  ['a pattern of refs', github('ref: { matches: "refs/tags/v*" }')],
  [
    'a workflow at a branch, by its ref',
    github('job_workflow_ref: acme/ci/.github/workflows/a.yml@refs/heads/main'),
  ],
  ['a workflow at a commit', github(`job_workflow_ref: acme/ci/.github/workflows/a.yml@${'0'.repeat(40)}`)],
  ['workflows by a pattern', github('job_workflow_ref: { matches: "acme/ci/*@refs/tags/v?" }')],
  ['a bot', github('actor: "dependabot[bot]"')],
  ['null', buildkite('build_tag: null')],
  ['an id that is one', buildkite('organization_id: 0184990a-477b-4fa8-9968-496074483cee')],
  ['a nested group', trusting('project_path: acme/team/web', { iss: 'https://gitlab.com' })],
  ['a claim of which nothing is known', github('environment: Production (EU)')],
])('leaves %s alone', (_name, role) => {
  expect(foundByAll(role)).toEqual([]);
});

test.each([
  ['regular expression', buildkite('build_branch: { matches: "^main$" }')],
  ['Cyrillic', trusting('organization_slug: аcme, pipeline_slug: web')],
  ['capital', trusting('organization_slug: acme, pipeline_slug: Web')],
  ['matches takes patterns', buildkite('build_branch: "dependabot/*"')],
  ['U+201C is a curly quote', buildkite('build_branch: “main”')],
])('says %s', (words, role) => {
  const { findings } = lintFolder(folderOf({ 'broker.yml': BROKER, 'roles/a.yml': role }));
  const messages = findings.filter(({ rule }) => rule.startsWith('value-')).map(({ message }) => message);
  expect(messages.join('\n')).toContain(words);
});
