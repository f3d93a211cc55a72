import { expect, test } from 'vitest';
import { runLine, wordsOf } from '../../harness/command-line.ts';
import { EVENTS } from '../../harness/job-events.ts';
import { folderOf } from '../../harness/local.ts';

function printed(...words: string[]) {
  return runLine(['roles', ...words]);
}

/** A configuration whose names and reasons are what a table must not be broken by. */
const CONFIG = folderOf({
  'broker.yml': `url: https://sts.test.example
issuers:
  - preset: buildkite
    require: { organization_slug: acme }
`,
  'teams.yml': `owners: ["@acme/platform"]
teams:
  web:
    owners: ["@acme/web"]
    roles: [deploy-*]
    targets: { aws: ["123456789012"] }
    knowingly: [manual, api, trigger]
`,
  'roles/deploy-web.yml': `disabled: =1+1 | "no", says <b>somebody</b>
session: { max_seconds: 1800, seconds: 900 }
trust:
  - iss: https://agent.buildkite.com
    id: pushes to main
    claims: { organization_slug: acme, pipeline_slug: web, build_branch: main, build_tag: null, build_source: webhook }
aws: { role_arn: "arn:aws:iam::123456789012:role/deploy-web" }
`,
});

test('I16: each role with who, target, length, team and why it is disabled', async () => {
  const { exits, out } = await printed('--config', CONFIG, '--json');
  expect(exits).toBe(0);
  expect(JSON.parse(out)).toEqual([
    {
      role: 'deploy-web',
      who: [
        {
          statement: 'pushes to main',
          issuer: 'https://agent.buildkite.com',
          jobs: ['push', 'unprefixed-fork'],
        },
      ],
      target: 'aws: role_arn arn:aws:iam::123456789012:role/deploy-web',
      demands: [],
      seconds: { default: 900, max: 1800 },
      team: 'web',
      disabled: '=1+1 | "no", says <b>somebody</b>',
    },
  ]);
});

test('what a role demands of the job, where it does so of each caller', async () => {
  const { out } = await printed('--config', 'examples/approved-deploy/config', '--json');
  expect(JSON.parse(out)).toMatchObject([
    { demands: [expect.stringMatching(/job .* runs/), expect.stringMatching(/"release" .* alice/)] },
  ]);
  const folder = folderOf({
    'broker.yml': `url: https://sts.test.example
issuers:
- preset: buildkite
  require: { organization_slug: acme }${EVENTS}
  running: true
- preset: github-actions
  require: { repository_owner: acme }
`,
    'roles/both.yml': `trust:
  - { iss: https://agent.buildkite.com, claims: { organization_slug: acme } }
  - { iss: https://token.actions.githubusercontent.com, claims: { repository_owner: acme } }
jwt: { audience: https://a.example }
`,
  });
  const both = await printed('--config', folder, '--json');
  expect(JSON.parse(both.out)).toMatchObject([{ demands: [] }]);
});

test('without teams.yml a role is no team’s', async () => {
  const { out } = await printed('--config', 'config', '--json');
  expect(JSON.parse(out)).toMatchObject([
    { role: 'deploy-web', team: null, disabled: null },
    { role: 'packages-publish', team: null },
  ]);
});

test('as text, what is not there has no line', async () => {
  const { out } = await printed('--config', 'config');
  expect(out).toMatch(
    /^deploy-web\n {2}who {7}"main of web and api" of https:\/\/agent\.buildkite\.com: push/,
  );
  expect(out).not.toMatch(/team|disabled|demands|undefined/);
});

test('a spreadsheet computes no cell, and no cell ends early', async () => {
  const { out } = await printed('--config', CONFIG, '--csv');
  const [head, row, end] = out.split('\r\n');
  expect([head, end]).toEqual(['"role","who","target","demands","seconds","team","disabled"', '']);
  expect(row).toContain('"""pushes to main"" of https://agent.buildkite.com: push, unprefixed-fork"');
  expect(row?.endsWith(`,"900, at most 1800","web","'=1+1 | ""no"", says <b>somebody</b>"`)).toBe(true);
});

test('a table of Markdown has as many cells in every row, and no markup of a policy', async () => {
  const { out } = await printed('--config', CONFIG, '--markdown');
  const rows = out.trimEnd().split('\n');
  expect(rows.map(row => row.split(/(?<!\\)\|/).length)).toEqual([9, 9, 9]);
  expect(rows[2]).not.toContain('<b>');
});

test.each([
  ['two formats at once', '--json --csv', 64],
  ['a folder that is not there', '--config /nowhere', 1],
])('%s exits as usual', async (_name, words, exits) => {
  expect(await printed(...wordsOf(words))).toMatchObject({ exits, out: '' });
});
