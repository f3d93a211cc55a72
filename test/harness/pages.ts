import { afterAll, describe, expect, test } from 'vitest';
import { type Block, blocks, CLI_PAGES, read } from './markdown.ts';
import { outputMatches } from './output.ts';
import { shell } from './shell.ts';

/** The pages whose commands are run, by the test file that does: each starts many processes, so there are three. */
export const PAGES = {
  start: [
    'README.md',
    'docs/start.md',
    'docs/guides/policy-changes.md',
    'docs/guides/console.md',
    'docs/guides/policy-review.md',
  ],
  steps: [
    'docs/guides/audit.md',
    'docs/guides/aws-clients.md',
    'docs/guides/buildkite-to-aws.md',
    'docs/guides/github-actions-to-aws.md',
    'docs/guides/long-jobs.md',
    'docs/guides/troubleshooting.md',
  ],
  reference: [...CLI_PAGES, 'docs/reference/http.md'],
} as const;

/** Blocks that are not run here: the word that they bear, and what they need. */
export const NEEDS = [
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
export function commandsOf(page: string): Command[] {
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
}

/** Runs the commands of each page in a terminal of its own, and compares what they print with the page. */
export function runPages(pages: readonly string[]): void {
  describe.each(pages)('%s', page => {
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
      // `init` of a clone builds a package.
      60_000,
    );
  });
}
