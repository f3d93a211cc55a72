import { readConsoleData } from '../../config/console.ts';
import { renderPage } from '../../local/page.ts';
import { writeComplaints } from '../../review/findings.ts';
import { readCommandSettings } from '../configuration.ts';
import { writeOutput } from '../output.ts';
import { CONFIG_OPTION, EXIT, Failure, readFlag, type Verb } from '../verb.ts';

async function savePage(file: string, page: string): Promise<string> {
  await writeOutput(file, page);
  return `${file}: open it in a browser. It asks nobody anything.\n`;
}

export const consoleFile: Verb = {
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
    const { data, complaints } = readConsoleData(readCommandSettings(flags, terminal).config);
    if (!data) throw new Failure(writeComplaints(complaints));
    const file = readFlag(flags, 'out') ?? 'console.html';
    const page = await renderPage(data);
    terminal.out(file === '-' ? page : await savePage(file, page));
    return EXIT.done;
  },
};
