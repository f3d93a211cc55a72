import { expect, test } from 'vitest';
import { runLine } from '../../harness/command-line.ts';
import { configFolder } from '../../harness/local.ts';

function printed(folder: string, ...words: readonly string[]) {
  return runLine(['codeowners', '--config', folder, ...words]);
}

test('each team owns the files of its roles, and the first owners all else', async () => {
  const { exits, out } = await printed('./examples/teams/config');
  expect(exits).toBe(0);
  expect(out.split('\n').slice(1)).toEqual([
    'CODEOWNERS @acme/platform',
    '/vendor/ @acme/platform',
    '/package.json @acme/platform',
    '/package-lock.json @acme/platform',
    '/serverless.yml @acme/platform',
    '/.github/workflows/ @acme/platform',
    '/.buildkite/ @acme/platform',
    '/examples/teams/config/ @acme/platform',
    '/examples/teams/config/roles/deploy-shop.yml @acme/team-shop',
    '/examples/teams/config/roles/deploy-shop.test.yml @acme/team-shop',
    '/examples/teams/config/roles/shop-*.yml @acme/team-shop',
    '/examples/teams/config/roles/shop-*.test.yml @acme/team-shop',
    '/examples/teams/config/roles/publish-charts.yml @acme/team-infra',
    '/examples/teams/config/roles/publish-charts.test.yml @acme/team-infra',
    '',
  ]);
});

test('a program gets the same patterns and owners, in the same order', async () => {
  const { out } = await printed('./examples/teams/config', '--json');
  const listed = JSON.parse(out) as { pattern: string; owners: string[] }[];
  const lines = (await printed('./examples/teams/config')).out.trimEnd().split('\n').slice(1);
  expect(listed.map(({ pattern, owners }) => [pattern, ...owners].join(' '))).toEqual(lines);
});

test('without teams.yml there is nothing to print', async () => {
  const { exits, out, error } = await printed(configFolder());
  expect([exits, out, error.includes(' docs/reference/configuration.md ')]).toEqual([1, '', true]);
});
