import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../harness/markdown.ts';
import { drawPlots, fillPage } from './page.ts';

test('the page has the figures of the last results: npm run bench -- page', () => {
  const page = readFileSync(join(ROOT, 'docs/reference/performance.md'), 'utf8');
  expect(fillPage(page)).toBe(page);
});

test('and so have its plots', () => {
  for (const [file, plot] of Object.entries(drawPlots()))
    expect(readFileSync(join(ROOT, 'docs/images', file), 'utf8')).toBe(plot);
});
