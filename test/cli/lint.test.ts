import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { run } from '../../lib/cli/run.ts';
import { configFolder, folderOf, testTerminal } from '../harness/local.ts';

const BROKER = 'url: https://sts.test.example\nissuers:\n  - preset: buildkite\n';
const GOOD = `trust:
  - iss: https://agent.buildkite.com
    claims:
      organization_slug: acme
jwt: { audience: https://api.test.example }
`;

const linted = async (folder: string, ...words: string[]) => {
  const terminal = testTerminal();
  const exits = await run(['lint', '--config', folder, ...words], terminal);
  return { exits, out: terminal.written.join(''), error: terminal.errors.join('') };
};

test('a folder without faults exits with 0, and says how much it has', async () => {
  const folder = configFolder();
  const answer = await linted(folder);
  expect(answer).toMatchObject({ exits: 0, error: '' });
  expect(answer.out).toMatch(/\b2 issuers, 3 roles\b/);
});

test('a folder without faults is an empty array as JSON', async () => {
  const { exits, out } = await linted(configFolder(), '--json');
  expect([exits, JSON.parse(out)]).toEqual([0, []]);
});

describe('a fault exits with 2 and is told by file, line, column and rule:', () => {
  test.each<[name: string, files: { [path: string]: string }, expected: string]>([
    ['a mistyped key', { 'roles/a.yml': `${GOOD}descripton: d\n` }, 'roles/a.yml:6:1  unknown-key  '],
    [
      'a mistyped claim',
      { 'roles/a.yml': GOOD.replace('n_slug', 'n_slgu') },
      'roles/a.yml:4:7  claim-unknown  ',
    ],
    ['a name that is no role', { 'roles/A.yml': GOOD }, 'roles/A.yml:1:1  file-name  '],
    ['text that is no YAML', { 'roles/a.yml': 'trust: [' }, 'roles/a.yml:1:9  yaml-syntax  '],
    [
      'a fault of broker.yml',
      { 'broker.yml': BROKER.replace('buildkite', 'buildkit') },
      'broker.yml:3:13  wrong-value  ',
    ],
  ])('%s', async (_name, files, expected) => {
    const folder = folderOf({ 'broker.yml': BROKER, 'roles/b.yml': GOOD, ...files });
    const { exits, out } = await linted(folder);
    expect(exits).toBe(2);
    expect(out.split('\n').map(line => line.replace(`${folder}/`, ''))).toContainEqual(
      expect.stringContaining(expected),
    );
  });
});

test('all faults come at once, in the order of the files, with their count', async () => {
  const wrong = GOOD.replace('n_slug', 'n_slgu').replace('jwt', 'jvt');
  const folder = folderOf({
    'broker.yml': `${BROKER}  - preset: buildkite\n`,
    'roles/a.yml': wrong,
    'roles/b.yml': wrong,
  });
  const lines = (await linted(folder)).out.trimEnd().split('\n');
  const files = lines.slice(0, -1).map(line => line.replace(`${folder}/`, '').split(':', 1)[0]);
  expect([...new Set(files)]).toEqual(['broker.yml', 'roles/a.yml', 'roles/b.yml']);
  expect(lines.at(-1)).toBe(`${files.length} errors`);
});

test('as JSON, each fault has its rule and its place', async () => {
  const folder = folderOf({ 'broker.yml': BROKER, 'roles/a.yml': GOOD.replace('n_slug', 'n_slgu') });
  const { exits, out } = await linted(folder, '--json');
  const complaints = JSON.parse(out) as object[];
  expect(exits).toBe(2);
  expect(complaints[0]).toMatchObject({
    rule: 'claim-unknown',
    place: { file: join(folder, 'roles/a.yml'), line: 4, column: 7 },
    message: expect.stringContaining('"organization_slug"'),
  });
});

test('a folder that is not there is a fault of its files', async () => {
  const answer = await linted('/nowhere');
  expect(answer).toMatchObject({ exits: 2, error: '' });
  expect(answer.out).toContain('/nowhere/broker.yml:1:1  file-missing');
});
