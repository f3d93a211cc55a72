import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CODES } from '../../lib/errors.ts';
import { ACTION } from '../harness/action.ts';
import { anchors, code, codes, ROOT, read, rowsOf } from '../harness/markdown.ts';
import { PLUGIN } from '../harness/pipeline.ts';

const PAGE = 'docs/guides/troubleshooting.md';

const scripts = [
  ...readdirSync(join(ROOT, PLUGIN, 'lib')).map(file => `${PLUGIN}/lib/${file}`),
  `${ACTION}/action.bash`,
].map(read);

test.each(rowsOf(PAGE, 'it says').map(([said]) => code(said)))('a script says: %s', said => {
  expect(scripts.filter(script => script.includes(said))).not.toEqual([]);
});

test('a symptom that is a code is one of ours, and most have a section', () => {
  const named = rowsOf(PAGE, 'symptom').flatMap(([symptom = '']) =>
    codes(symptom).filter(each => each.includes('_')),
  );
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter(each => !Object.hasOwn(CODES, each))).toEqual([]);
  expect(anchors(read(PAGE))).toEqual(expect.arrayContaining(named));
});
