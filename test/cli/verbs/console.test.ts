import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runLine } from '../../harness/command-line.ts';
import { configFolder, emptyFolder, folderOf, ROLES } from '../../harness/local.ts';

function written(file: string, folder = configFolder()) {
  return runLine(['console', '--out', file], { KITE_STS_CONFIG: folder });
}

test('--out names the file, which holds the roles and is a page', async () => {
  const file = join(emptyFolder(), 'page.html');
  expect(await written(file)).toMatchObject({ exits: 0, out: expect.stringContaining(file) });
  const page = readFileSync(file, 'utf8');
  expect(page).toMatch(/^<!doctype html>/);
  for (const name of Object.keys(ROLES)) expect(page).toContain(`"name":"${name}"`);
});

test('--out - writes the page and nothing else to standard output', async () => {
  const page = expect.stringMatching(/^<!doctype html>[\s\S]*<\/html>\n$/);
  expect(await written('-')).toMatchObject({ exits: 0, out: page });
});

test('a file that cannot be written is named, exit code 1', async () => {
  const file = join(emptyFolder(), 'missing/page.html');
  expect(await written(file)).toMatchObject({ exits: 1, error: expect.stringContaining(file) });
});

test('a configuration that does not load gives its complaints, exit code 1', async () => {
  const folder = folderOf({ 'broker.yml': 'issuers: []\n' });
  const error = expect.stringContaining(`${folder}/broker.yml:1:1  missing-key  `);
  expect(await written('-', folder)).toEqual({ exits: 1, out: '', error });
});
