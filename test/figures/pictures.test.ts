import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CODES } from '../../lib/errors.ts';
import { ROOT, read } from '../harness/markdown.ts';
import { filesBelow } from '../harness/source.ts';
import { PICTURES } from './pictures.ts';

test.each(Object.entries(PICTURES))(
  '%s is as it is drawn: node test/figures/run.ts --pictures',
  (path, draw) => {
    expect(readFileSync(join(ROOT, path), 'utf8')).toBe(draw());
  },
);

const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  ...filesBelow('docs').filter(path => path.endsWith('.md') && !path.includes('node_modules')),
];
/** A figure in Markdown, and a picture that has one for each theme. */
const FIGURE = /!\[([^\]]*)\]\(([^)]+\.(?:svg|png))\)/g;
const PICTURE = /<source [^>]*srcset="([^"]+)">\s*<img alt="([^"]*)" src="([^"]+)">/g;

const SHOWN = PAGES.map(read).flatMap(text => [
  ...[...text.matchAll(FIGURE)].map(([, alt = '', file = '']) => ({ alt, file })),
  ...[...text.matchAll(PICTURE)].flatMap(([, dark = '', alt = '', light = '']) =>
    [dark, light].map(file => ({ alt, file })),
  ),
]);

test.each(readdirSync(join(ROOT, 'docs/images')))('a page shows %s, and says in words what it is', file => {
  const places = SHOWN.filter(each => each.file.endsWith(`/${file}`));
  expect(places.length).toBeGreaterThan(0);
  for (const { alt } of places) expect(alt.split(' ').length).toBeGreaterThan(5);
});

test('each code in the figure of a decision is one', () => {
  const named = [...read('docs/images/decision.svg').matchAll(/>([a-z]+(?:_[a-z]+)+)/g)].map(
    ([, code]) => code,
  );
  expect(named.length).toBeGreaterThan(4);
  for (const code of named) expect(Object.keys(CODES)).toContain(code);
});
