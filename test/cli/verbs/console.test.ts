import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run } from '../../../lib/cli/run.ts';
import { configFolder, emptyFolder, folderOf, ROLES, testTerminal } from '../../harness/local.ts';

function TERMINAL() {
  return testTerminal({ KITE_STS_CONFIG: configFolder() });
}

test('--out names the file, which holds the roles and is a page', async () => {
  const file = join(emptyFolder(), 'page.html');
  const terminal = TERMINAL();
  expect(await run(['console', '--out', file], terminal)).toBe(0);
  const page = readFileSync(file, 'utf8');
  expect(page).toMatch(/^<!doctype html>/);
  for (const name of Object.keys(ROLES)) expect(page).toContain(`"name":"${name}"`);
  expect(terminal.written.join('')).toContain(file);
});

test('--out - writes the page and nothing else to standard output', async () => {
  const terminal = TERMINAL();
  expect(await run(['console', '--out', '-'], terminal)).toBe(0);
  expect(terminal.written.join('')).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/);
});

test('a file that cannot be written is named, exit code 1', async () => {
  const terminal = TERMINAL();
  const file = join(emptyFolder(), 'missing/page.html');
  expect(await run(['console', '--out', file], terminal)).toBe(1);
  expect(terminal.errors.join('')).toContain(file);
});

test('a configuration that does not load gives its complaints, exit code 1', async () => {
  const folder = folderOf({ 'broker.yml': 'issuers: []\n' });
  const terminal = testTerminal({ KITE_STS_CONFIG: folder });
  expect(await run(['console', '--out', '-'], terminal)).toBe(1);
  expect(terminal.written).toEqual([]);
  expect(terminal.errors.join('')).toContain(`${folder}/broker.yml:1:1  missing-key  `);
});
