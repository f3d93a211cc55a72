import { readConsoleData } from '../../config/console.ts';
import { pageWith } from '../../local/page.ts';
import { settingsOf } from '../configuration.ts';
import { complaintsText } from '../findings.ts';
import { writeOutput } from '../output.ts';
import { CONFIG_OPTION, EXIT, Failure, flag, type Verb } from '../verb.ts';

async function saved(file: string, page: string): Promise<string> {
  await writeOutput(file, page);
  return `${file}: open it in a browser. It asks nobody anything.\n`;
}

export const consoleFile: Verb = {
  summary: 'Writes a page that decides as you type, maps who can reach what, and shows what an edit changes.',
  options: {
    out: {
      type: 'string',
      value: 'FILE',
      help: 'Where to write the page. The default is `console.html`; `-` is standard output.',
    },
    config: CONFIG_OPTION,
  },
  about: `One HTML file that needs nothing else, with the roles and issuers of the folder in it, and no key. Whoever has the file
can read the roles. The local broker has the same page at /console.`,
  examples: ['kite-sts console', 'kite-sts console --out - > policy.html'],
  async run(flags, terminal) {
    const { data, complaints } = readConsoleData(settingsOf(flags, terminal).config);
    if (!data) throw new Failure(complaintsText(complaints));
    const file = flag(flags, 'out') ?? 'console.html';
    const page = await pageWith(data);
    terminal.out(file === '-' ? page : await saved(file, page));
    return EXIT.done;
  },
};
