import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DOCUMENTS, ROOT, read } from '../harness/markdown.ts';

/** `lib/exchange.ts` › `exchange`: a file and a name that it exports. */
const POINTER = /`(lib\/[\w./-]+\.ts)`\s+›\s+`(\w+)`/g;

const pointers = DOCUMENTS.flatMap(page =>
  [...read(page).matchAll(POINTER)].map(({ 1: file = '', 2: name = '' }) => ({ page, file, name })),
);

function exported(file: string, name: string): boolean {
  return (
    existsSync(join(ROOT, file)) &&
    new RegExp(`^export (declare |async )?(const|type|class|function) ${name}\\b`, 'm').test(
      readFileSync(join(ROOT, file), 'utf8'),
    )
  );
}

test('every pointer into the code names a file and an export of it', () => {
  expect(pointers.filter(({ file, name }) => !exported(file, name))).toEqual([]);
});

test('how-an-exchange-works points into the code at every step', () => {
  const steps = read('docs/how-an-exchange-works.md')
    .split(/^(?=\d+\. )/m)
    .slice(1);
  expect(steps.length).toBeGreaterThan(5);
  expect(steps.filter(step => step.match(POINTER) === null)).toEqual([]);
});
