import { describe, expect, test } from 'vitest';
import { JOB_KINDS } from '../../../../lib/jobs/jobs.ts';
import { jobKindAdmitted, knowinglyIdle } from '../../../../lib/review/lint/rules/job-kind.ts';
import { foundInRole, lintFolder, trusting } from '../../../harness/lint.ts';
import { folderOf } from '../../../harness/local.ts';
import { BUILDKITE, GITHUB } from '../../../harness/policy.ts';

const BK = 'organization_slug: acme, pipeline_slug: web';
const GH = 'repository: acme/web';

/** The kinds of jobs that lint names of a role's one statement. */
function named(claims: string, iss = BUILDKITE, more = ''): string[] {
  const folder = folderOf({
    'broker.yml': `url: https://sts.test.example\nissuers:\n  - { preset: buildkite }\n  - { preset: github-actions }\n  - { preset: gitlab }\n  - { preset: circleci, issuer: "https://oidc.circleci.com/org/0b1c2d3e" }\n`,
    'roles/a.yml': trusting(claims, { iss }).replace('claims:', `${more}claims:`),
  });
  const found = lintFolder(folder).findings.find(({ rule }) => rule === jobKindAdmitted.rule);
  const [, list = ''] = /jobs: \[([^\]]*)\]/.exec(found?.message ?? '') ?? [];
  return list === '' ? [] : list.split(', ');
}

describe('a statement of Buildkite admits', () => {
  test.each([
    [
      'whoever starts something, where only the pipeline is bound',
      BK,
      ['any-branch', 'any-tag', 'manual', 'api', 'trigger', 'fork-pull-request'],
    ],
    [
      'tags and builds by hand, where only the branch is',
      `${BK}, build_branch: main`,
      ['any-tag', 'manual', 'api', 'trigger'],
    ],
    [
      'builds by hand, where the tag is excluded',
      `${BK}, build_branch: main, build_tag: null`,
      ['manual', 'api', 'trigger'],
    ],
    [
      'builds by hand, where they are named',
      `${BK}, build_branch: main, build_tag: null, build_source: { in: [webhook, ui] }`,
      ['manual'],
    ],
    [
      'any branch, where the pattern takes it',
      `${BK}, build_branch: { matches: "*" }, build_tag: null, build_source: webhook`,
      ['any-branch', 'fork-pull-request'],
    ],
    [
      'all of it, where a condition excludes one branch',
      `${BK}, build_branch: { not_equals: test }, build_tag: null, build_source: webhook`,
      ['any-branch', 'fork-pull-request'],
    ],
    [
      'nothing of it',
      `${BK}, build_branch: main, build_tag: null, build_source: { in: [webhook, schedule] }`,
      [],
    ],
    [
      'nothing of it, where tags of one form are meant',
      `${BK}, build_tag: { matches: "v*" }, build_source: webhook`,
      [],
    ],
  ])('%s', (_name, claims, kinds) => {
    expect(named(claims)).toEqual(kinds);
  });
});

describe('a statement of GitHub admits', () => {
  test.each([
    [
      'what outsiders start on main',
      `${GH}, ref: refs/heads/main`,
      ['pull_request_target', 'issue_comment', 'issues', 'workflow_run'],
    ],
    ['pull requests', `${GH}, event_name: pull_request`, ['pull_request']],
    [
      'an environment alone',
      `${GH}, environment: production`,
      [
        'any-branch',
        'any-tag',
        'pull_request',
        'pull_request_target',
        'issue_comment',
        'issues',
        'workflow_run',
        'merge_group',
      ],
    ],
    [
      'a sub of main',
      `${GH}, sub: "repo:acme/web:ref:refs/heads/main"`,
      ['pull_request_target', 'issue_comment', 'issues', 'workflow_run'],
    ],
    ['a push to main', `${GH}, ref: refs/heads/main, event_name: push`, []],
    ['a schedule', `${GH}, ref: refs/heads/main, event_name: { in: [schedule, workflow_dispatch] }`, []],
    ['version tags', `${GH}, ref: { matches: "refs/tags/v*" }, event_name: push`, []],
  ])('%s', (_name, claims, kinds) => {
    expect(named(claims, GITHUB)).toEqual(kinds);
  });
});

test.each([
  [
    'GitLab, the project alone',
    'https://gitlab.com',
    'project_id: "20"',
    ['unprotected', 'any-tag', 'merge_request'],
  ],
  [
    'GitLab, a protected branch',
    'https://gitlab.com',
    'project_id: "20", ref: main, ref_type: branch, ref_protected: "true"',
    [],
  ],
  [
    'CircleCI, the project alone',
    'https://oidc.circleci.com/org/0b1c2d3e',
    'oidc.circleci.com/project-id: 1c2d3e4f-5061-4b7c-9d8e-0f1a2b3c4d5e',
    ['any-branch', 'any-tag', 'other-repository', 'ssh-rerun'],
  ],
])('of %s', (_name, iss, claims, kinds) => {
  expect(named(claims, iss)).toEqual(kinds);
});

test('a condition that is removed never silences it (P12)', () => {
  const claims = ['build_branch: main', 'build_tag: null', 'build_source: webhook'];
  for (const left of claims) {
    const rest = claims.filter(each => each !== left);
    expect(named([BK, ...rest].join(', '))).not.toEqual([]);
    for (const more of rest) {
      const fewer = named([BK, ...rest.filter(each => each !== more)].join(', '));
      expect(fewer).toEqual(expect.arrayContaining(named([BK, ...rest].join(', '))));
    }
  }
});

describe('what is meant is said', () => {
  const MEANT = 'knowingly: { jobs: [manual, api, trigger], reason: on call starts it by hand }\n    ';
  const HAND = `${BK}, build_branch: main, build_tag: null`;

  test('and not warned of', () => {
    expect(named(HAND, BUILDKITE, MEANT)).toEqual([]);
  });

  test('of one kind alone, the others are warned of', () => {
    const one = 'knowingly: { jobs: [manual], reason: on call starts it by hand }\n    ';
    expect(named(HAND, BUILDKITE, one)).toEqual(['api', 'trigger']);
  });

  test.each([
    [
      'that the statement does not admit',
      `${BK}, build_branch: main, build_tag: null, build_source: webhook`,
      'manual',
    ],
    ['that is none', HAND, 'manuel'],
    ['that nobody need mean', HAND, 'push'],
  ])('T97: a kind of job %s is an error', (_name, claims, job) => {
    const role = trusting(claims).replace(
      'claims:',
      `knowingly: { jobs: [${job}], reason: on call starts it }\n    claims:`,
    );
    expect(foundInRole(knowinglyIdle, role)).toEqual([job]);
  });
});

test('each kind of each vendor has a name of its own, a source, and a way in which it comes about', () => {
  for (const kinds of Object.values(JOB_KINDS)) {
    expect(new Set(kinds.map(({ name }) => name)).size).toBe(kinds.length);
    for (const { source, how, tells, like } of kinds)
      expect([URL.canParse(source), how.endsWith('.'), tells !== undefined || like !== undefined]).toEqual([
        true,
        true,
        true,
      ]);
  }
});
