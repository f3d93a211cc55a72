import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../../lib/config/load.ts';
import {
  allow,
  details,
  GITHUB_HOST,
  KEYS,
  PROVIDERS,
  policyOf,
  small,
  subject,
} from '../../estate/dumps.ts';
import { runLine, wordsOf } from '../../harness/command-line.ts';
import { folderOf } from '../../harness/local.ts';

const FOLDER = () =>
  folderOf({
    'details.json': JSON.stringify(small()),
    'providers.json': JSON.stringify(PROVIDERS),
    'keys.json': JSON.stringify(KEYS),
  });

const brought = (folder: string, ...words: string[]) => {
  const files = ['details', 'providers', 'keys'].flatMap(name => ['--account', join(folder, `${name}.json`)]);
  return runLine(['import', ...files, ...words]);
};

test('an account becomes a configuration that loads, with cases that pass and sentences that hold', async () => {
  const folder = FOLDER();
  const into = join(folder, 'config');
  const { exits } = await brought(folder, '--into', into, '--owners', '@acme/platform');
  expect(exits).toBe(2);
  const { config, complaints } = loadConfig(into);
  expect(complaints).toEqual([]);
  expect(config?.roles.length).toBeGreaterThan(8);
  expect(config?.teams?.teams['Shop & Co <b>']?.roles).toHaveLength(1);
  for (const verb of ['test', 'prove'])
    expect(await runLine([verb, '--config', into])).toMatchObject({ exits: 0 });
});

test('T100: nothing is written outside of the folder', async () => {
  const folder = FOLDER();
  await brought(folder, '--into', join(folder, 'config'));
  expect(readdirSync(folder).sort()).toEqual(['config', 'details.json', 'keys.json', 'providers.json']);
  const files = readdirSync(join(folder, 'config/roles'));
  expect(files.filter(name => !/^[a-z0-9-]{1,64}(\.test)?\.yml$/.test(name))).toEqual([]);
});

test('what is there already is kept, and roles are never written over', async () => {
  const folder = FOLDER();
  const into = join(folder, 'config');
  await brought(folder, '--into', into);
  const broker = join(into, 'broker.yml');
  writeFileSync(broker, readFileSync(broker, 'utf8').replace('your-organization', 'acme'));
  const again = await brought(folder, '--into', into);
  expect([again.exits, again.error]).toEqual([1, expect.stringContaining('Nothing was written')]);
  expect(readFileSync(broker, 'utf8')).toContain('https://sts.acme.example');
});

test('reports are written by their endings', async () => {
  const folder = FOLDER();
  const names = ['r.html', 'r.md', 'r.json', 'r.csv', 'r.txt'];
  const { exits, out } = await brought(folder, ...names.flatMap(name => ['--report', join(folder, name)]));
  expect([exits, out]).toEqual([2, '']);
  expect(names.filter(name => !existsSync(join(folder, name)))).toEqual([]);
});

test('an account of which all can be carried exits with 0', async () => {
  const trust = policyOf(allow(GITHUB_HOST, subject(GITHUB_HOST, 'repo:acme/web:*')));
  const folder = folderOf({ d: JSON.stringify(details([{ name: 'web', trust }])) });
  expect(await runLine(['import', '--account', join(folder, 'd')])).toMatchObject({ exits: 0 });
});

describe('refused is', () => {
  test.each<[says: string, words: string, exits: number]>([
    ['no file at all', '', 64],
    ['a file beside an account', 'x.json --account details.json', 64],
    ['an option of one policy', '--account details.json --role x', 64],
    ['an option of an account without one', 'x.json --into config', 64],
    ['an unknown ending', '--account details.json --report r.pdf', 64],
    ['an owner that is none', '--account details.json --owners me', 64],
    ['a broker that is none', '--account details.json --broker-role-arn me', 64],
    ['a file that is not there', '--account nothing.json', 1],
    ['a file of something else', '--account package.json', 1],
  ])('%s', async (_says, words, exits) => {
    const line = words.replace('details.json', join(FOLDER(), 'details.json'));
    expect(await runLine(['import', ...wordsOf(line)])).toMatchObject({ exits });
  });
});

test('a folder of dumps and of repositories is brought in as one', async () => {
  const trust = policyOf(allow(GITHUB_HOST, subject(GITHUB_HOST, 'repo:acme/web:*')));
  const folder = folderOf({
    'dumps/details.json': JSON.stringify(details([{ name: 'web', trust }])),
    'dumps/notes.txt': 'no dump',
    'dumps/web/.github/chainguard/release.sts.yaml': `issuer: https://${GITHUB_HOST}\nsubject: repo:acme/web:ref:refs/heads/main\npermissions: { contents: read }\n`,
  });
  const into = join(folder, 'config');
  const words = `import --account ${folder}/dumps --into ${into} --owners @a/b --app Iv1 --owner acme`;
  expect(await runLine(wordsOf(words))).toMatchObject({ exits: 0 });
  const { config, complaints } = loadConfig(into);
  expect(complaints).toEqual([]);
  expect(config?.roles.map(({ template }) => template.kind).sort()).toEqual(['aws', 'github']);
});
