import { spawnSync } from 'node:child_process';
import { afterAll, describe, expect, test } from 'vitest';
import { type Block, blocks, DOCUMENTS, read } from '../harness/markdown.ts';
import { outputMatches } from '../harness/output.ts';
import { shell } from '../harness/shell.ts';

const PAGES = [
  'README.md',
  'docs/start.md',
  'docs/guides/audit.md',
  'docs/guides/aws-clients.md',
  'docs/guides/buildkite-to-aws.md',
  'docs/guides/github-actions-to-aws.md',
  'docs/guides/long-jobs.md',
  'docs/guides/policy-changes.md',
  'docs/guides/policy-review.md',
  'docs/guides/troubleshooting.md',
  'docs/reference/cli.md',
  'docs/reference/http.md',
];

/** Blocks that are not run here: the word that they bear, and what they need. */
const NEEDS = [
  { word: 'account', what: 'an AWS account' },
  { word: 'agent', what: 'a Buildkite job' },
  { word: 'client', what: 'a Buildkite job with clients of AWS' },
  { word: 'job', what: 'a job or machine of that issuer' },
];

type Command = {
  readonly line: number;
  readonly text: string;
  readonly exits: number;
  readonly output: Block | undefined;
};

/** Each `sh` block, with the exit code that it states and the block of output that follows it. */
const commandsOf = (page: string): Command[] => {
  const all = blocks(read(page));
  return all.flatMap((block, index) => {
    if (block.language !== 'sh' || NEEDS.some(({ word }) => block.words.includes(word))) return [];
    const next = all[index + 1];
    const exits = block.words.find(word => word.startsWith('exits='));
    return [
      {
        line: block.line,
        text: block.text,
        exits: exits === undefined ? 0 : Number(exits.replace('exits=', '')),
        output: next?.words.includes('output') ? next : undefined,
      },
    ];
  });
};

describe.each(PAGES)('%s', page => {
  const session = shell();
  afterAll(() => session.close());

  test.each(commandsOf(page))(
    'the commands at line $line do what the page says',
    async ({ text, exits, output }) => {
      const ran = await session.run(text);
      expect(ran, ran.errors).toMatchObject({ exits });
      if (!output) return;
      const shown = session.here(output.text);
      expect(outputMatches(output, shown, ran.output) ? shown : ran.output).toBe(shown);
    },
  );
});

/** The README of an example is run by test/examples.test.ts. */
const PAGES_ASIDE = DOCUMENTS.filter(page => !page.startsWith('examples/') && !PAGES.includes(page));

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
