import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CODES } from '../../lib/errors.ts';
import { ACTION } from '../harness/action.ts';
import { code, codes, ROOT, read, rowsOf } from '../harness/markdown.ts';
import { PLUGIN } from '../harness/pipeline.ts';

const PAGE = 'docs/guides/troubleshooting.md';

const scripts = [
  ...readdirSync(join(ROOT, PLUGIN, 'lib')).map(file => `${PLUGIN}/lib/${file}`),
  `${ACTION}/action.bash`,
].map(read);

test.each(rowsOf(PAGE, 'it says').map(([said]) => code(said)))('a script says: %s', said => {
  expect(scripts.filter(script => script.includes(said))).not.toEqual([]);
});

test('a symptom that is a code is one of ours, and its row says what to do or where', () => {
  const named = rowsOf(PAGE, 'symptom').flatMap(([symptom = '', , act = '']) =>
    codes(symptom)
      .filter(each => each.includes('_'))
      .map(symptomCode => ({ symptomCode, act })),
  );
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter(({ symptomCode }) => !Object.hasOwn(CODES, symptomCode))).toEqual([]);
  expect(named.filter(({ act }) => act === '')).toEqual([]);
});
