import { changes, type Differences, issuerChanges } from '../space/change.ts';
import { DIRECTIONS, type Direction, directionOf } from '../space/direction.ts';
import { asJson, asMarkdown, asText, sectionsOf } from '../space/report.ts';
import { configAt } from './compare/revision.ts';
import { sampleOf } from './compare/sample.ts';
import { settingsOf } from './configuration.ts';
import { EXIT, flag, UsageError, type Verb } from './verb.ts';

const EXITS: { readonly [direction in Direction]: number } = {
  wider: EXIT.widened,
  undecided: EXIT.undecided,
  'not wider': EXIT.done,
};

export const diff: Verb = {
  summary: 'Says what a change of policy newly allows and denies, each with a request that shows it.',
  help: `kite-sts diff OLD NEW [--markdown | --json]

  OLD, NEW         two versions of the configuration: folders, or git revisions, in which it lies in --config
  --markdown       a report for a comment on a pull request
  --json           everything, as JSON
  --config FOLDER  where the configuration lies in a git revision (default: KITE_STS_CONFIG, or config)

Exact, for all tokens, not for samples of them. Exit code 0 when nobody gets more than before, 3 when somebody does,
4 when that could not be told.

Examples:
  kite-sts diff main config
  kite-sts diff v1.2.0 HEAD --markdown
`,
  options: { markdown: { type: 'boolean' }, json: { type: 'boolean' } },
  words: ['OLD', 'NEW'],
  async run(flags, terminal) {
    if (flags['json'] && flags['markdown']) throw new UsageError('Give --json or --markdown, not both.');
    const { config: folder } = settingsOf(flags, terminal);
    const [before, after] = [
      configAt(flag(flags, 'OLD') ?? '', folder),
      configAt(flag(flags, 'NEW') ?? '', folder),
    ];
    const found: Differences = {
      roles: changes(before, after, { sampleOf, from: Date.now() / 1000 }),
      issuers: issuerChanges(before, after),
    };
    const direction = directionOf(found);
    const says = DIRECTIONS[direction];
    const sections = sectionsOf(found);
    if (flags['json']) terminal.out(`${asJson(found, says)}\n`);
    else if (flags['markdown']) terminal.out(`${asMarkdown(sections, says)}\n`);
    else terminal.out(`${[asText(sections), says].filter(Boolean).join('\n\n')}\n`);
    return EXITS[direction];
  },
};
