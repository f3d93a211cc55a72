import { expect, test } from 'vitest';
import { SCHEMAS } from '../../../lib/review/author/schema.ts';
import { runLine } from '../../harness/command-line.ts';

test.each(Object.entries(SCHEMAS))('schema %s prints that schema and nothing else', async (name, schema) => {
  const { exits, out, error } = await runLine(['schema', name]);
  expect([exits, error]).toEqual([0, '']);
  expect(JSON.parse(out)).toEqual(JSON.parse(JSON.stringify(schema)));
});

test.each<[name: string, words: string[], said: string]>([
  ['a name that is mistyped', ['roles'], '"role"'],
  ['a name of every object', ['constructor'], 'role, registry'],
  ['no name', [], 'NAME'],
])('%s is wrong usage', async (_name, words, said) => {
  const { exits, error } = await runLine(['schema', ...words]);
  expect(exits).toBe(64);
  expect(error.split('\n')[0]).toContain(said);
});
