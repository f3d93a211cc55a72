import { expect, test } from 'vitest';
import { collectWords, listReaches, type ReachLine } from '../../../lib/review/console/reach.ts';
import { heldOf } from '../../harness/console.ts';
import { rowsFrom } from '../../harness/policy.ts';

const ROLE = `
description: Publishes
trust:
  - iss: https://agent.buildkite.com
    id: main
    claims: { organization_slug: acme, pipeline_slug: { in: [web, api] }, build_branch: main }
  - iss: https://token.actions.githubusercontent.com
    id: actions
    claims: { repository: acme/web, ref: refs/heads/main }
deny:
  - iss: https://agent.buildkite.com
    claims: { queue_key: untrusted }
jwt: { audience: https://packages.test.example }
`;
const rows = rowsFrom(`
- preset: buildkite
  require: { organization_slug: acme }
- preset: github-actions
  require: { repository_owner: acme }
`);
const lines = listReaches(heldOf({ rows: [...rows.values()] }, { publish: ROLE }));

test.each<[string, number, Partial<ReachLine>]>([
  [
    'what it binds and its guard are said once',
    0,
    {
      organization: ['organization_slug equals "acme"'],
      pipeline: ['pipeline_slug is one of "web", "api"'],
      further: ['build_branch equals "main"'],
      denies: 1,
    },
  ],
  [
    'the guard says what the statement does not',
    1,
    {
      organization: ['repository_owner equals "acme"'],
      pipeline: ['repository equals "acme/web"'],
      further: ['ref equals "refs/heads/main"'],
      denies: 0,
    },
  ],
])('%s', (_name, at, said) => {
  expect(lines[at]).toMatchObject(said);
});

test.each(['publish', 'publishes', 'jwt', 'actions', 'acme/web', 'token.actions'])(
  'a line is found by %s',
  word => {
    expect(lines.map(line => collectWords(line).includes(word))).toContain(true);
  },
);
