import { afterAll, describe, expect, test } from 'vitest';
import { type Block, blocks, read } from '../harness/markdown.ts';
import { outputMatches } from '../harness/output.ts';
import { shell } from '../harness/shell.ts';

const PAGES = ['README.md', 'docs/start.md', 'docs/reference/cli.md', 'docs/reference/http.md'];

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
    if (block.language !== 'sh') return [];
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
