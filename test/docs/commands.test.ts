import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { blocks, DOCUMENTS, read } from '../harness/markdown.ts';
import { commandsOf, NEEDS, PAGES } from '../harness/pages.ts';
import { filesBelow } from '../harness/source.ts';

const RUN: readonly string[] = Object.values(PAGES).flat();

/** The README of an example is run by test/examples.test.ts. */
const PAGES_ASIDE = DOCUMENTS.filter(page => !page.startsWith('examples/') && !RUN.includes(page));

test('on every other page, commands that are not run say what they need', () => {
  const unmarked = PAGES_ASIDE.flatMap(page => commandsOf(page).map(({ line }) => `${page}:${line}`));
  expect(unmarked).toEqual([]);
});

/** The name is nobody's on the registry, and npx installs what it does not find, in CI without asking. */
const FETCHES = /\bnpx (?:-y |--yes )?(?:kite-sts|serverless)\b/;

test('T98: no page, plugin, pipeline or message lets npx fetch a name', () => {
  const texts = [...DOCUMENTS, ...['lib', 'infra', 'bin', 'plugins', 'examples'].flatMap(filesBelow)];
  const fetching = texts.flatMap(path =>
    read(path)
      .split('\n')
      .flatMap((line, index) => (FETCHES.test(line) ? [`${path}:${index + 1} ${line.trim()}`] : [])),
  );
  expect(fetching).toEqual([]);
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
