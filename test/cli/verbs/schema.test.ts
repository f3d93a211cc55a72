import { expect, test } from 'vitest';
import { run } from '../../../lib/cli/run.ts';
import { SCHEMAS } from '../../../lib/review/author/schema.ts';
import { testTerminal } from '../../harness/local.ts';

test.each(Object.entries(SCHEMAS))('schema %s prints that schema and nothing else', async (name, schema) => {
  const terminal = testTerminal();
  expect(await run(['schema', name], terminal)).toBe(0);
  expect(JSON.parse(terminal.written.join(''))).toEqual(JSON.parse(JSON.stringify(schema)));
  expect(terminal.errors).toEqual([]);
});

test.each<[name: string, words: string[], said: string]>([
  ['a name that is mistyped', ['roles'], '"role"'],
  ['a name of every object', ['constructor'], 'role, registry'],
  ['no name', [], 'NAME'],
])('%s is wrong usage', async (_name, words, said) => {
  const terminal = testTerminal();
  expect(await run(['schema', ...words], terminal)).toBe(64);
  expect(terminal.errors.join('').split('\n')[0]).toContain(said);
});
