import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { blocks, DOCUMENTS, read } from '../harness/markdown.ts';
import { commandsOf, NEEDS, PAGES } from '../harness/pages.ts';

const RUN: readonly string[] = Object.values(PAGES).flat();

/** The README of an example is run by test/examples.test.ts. */
const PAGES_ASIDE = DOCUMENTS.filter(page => !page.startsWith('examples/') && !RUN.includes(page));

test('on every other page, commands that are not run say what they need', () => {
  const unmarked = PAGES_ASIDE.flatMap(page => commandsOf(page).map(({ line }) => `${page}:${line}`));
  expect(unmarked).toEqual([]);
});

describe.each(NEEDS)('not run, for want of $what, but read by the shell:', ({ word }) => {
  const found = DOCUMENTS.flatMap(page =>
    blocks(read(page))
      .filter(({ language, words }) => language === 'sh' && words.includes(word))
      .map(({ line, text }) => ({ at: `${page}:${line}`, text })),
  );

  test.each(found)('the commands at $at', ({ text }) => {
    const { status, stderr } = spawnSync('bash', ['-n'], { input: text, encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
  });
});
