import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../harness/markdown.ts';
import { drawHouse } from './house.ts';

test('the picture of the house is drawn from the imports as they are: node test/figures/run.ts --pictures', () => {
  expect(readFileSync(join(ROOT, 'docs/images/house.svg'), 'utf8')).toBe(drawHouse());
});
