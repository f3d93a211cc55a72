import { findSampleClaims } from '../../jobs/sample.ts';
import { compareConfigs } from '../../review/compare/change.ts';
import { DIRECTIONS, type Direction, judgeDirection } from '../../review/compare/direction.ts';
import { formatDiffJson, formatDiffMarkdown, formatDiffText } from '../../review/compare/report.ts';
import { listSections } from '../../review/compare/sections.ts';
import { findMergeBase, loadVersion } from '../compare/revision.ts';
import { readCommandSettings } from '../configuration.ts';
import { createConfigOption, EXIT, readFlag, UsageError, type Verb } from '../verb.ts';

const EXITS: { readonly [direction in Direction]: number } = {
  wider: EXIT.widened,
  undecided: EXIT.undecided,
  'not wider': EXIT.done,
};

export const diff: Verb = {
  words: [
    {
      name: 'OLD',
      help: 'A version of the configuration: a folder, or a git revision, in which it lies in --config.',
    },
    { name: 'NEW', help: 'The version to compare with it, likewise.' },
  ],
  options: {
    'merge-base': {
      type: 'boolean',
      help: 'Compares with the revision from which OLD and NEW both came: with what NEW alone changed.',
    },
    report: {
      type: 'boolean',
      help: 'Exit code 0 also when somebody gets more, for a report that a person judges.',
    },
    markdown: { type: 'boolean', help: 'A report for a comment on a pull request, of at most 60 KB.' },
    json: { type: 'boolean', help: 'Everything, as JSON.' },
    config: createConfigOption('Where the configuration lies in a git revision.'),
  },
  about: `Exact, for all tokens, not for samples of them. Exit code 0 when nobody gets more than before, 3 when somebody does,
4 when that could not be told.`,
  examples: ['kite-sts diff main config', 'kite-sts diff origin/main HEAD --merge-base --report --markdown'],
  async run(flags, terminal) {
    if (flags['json'] && flags['markdown']) throw new UsageError('Give --json or --markdown, not both.');
    const { config: folder } = readCommandSettings(flags, terminal);
    const [old, now] = [readFlag(flags, 'OLD') ?? '', readFlag(flags, 'NEW') ?? ''];
    const before = await loadVersion(flags['merge-base'] ? findMergeBase(old, now) : old, folder);
    const after = await loadVersion(now, folder);
    const found = compareConfigs(before, after, { findSample: findSampleClaims, from: Date.now() / 1000 });
    const direction = judgeDirection(found);
    const says = DIRECTIONS[direction];
    const sections = listSections(found);
    if (flags['json']) terminal.out(`${formatDiffJson(found, says)}\n`);
    else if (flags['markdown']) terminal.out(`${formatDiffMarkdown(sections, says)}\n`);
    else terminal.out(`${[formatDiffText(sections), says].filter(Boolean).join('\n\n')}\n`);
    return flags['report'] ? EXIT.done : EXITS[direction];
  },
};
