import { changes, issuerChanges, widens } from '../space/change.ts';
import { asJson, asMarkdown, asText, type Differences, sectionsOf } from './compare/report.ts';
import { configAt } from './compare/revision.ts';
import { sampleOf } from './compare/sample.ts';
import { settingsOf } from './configuration.ts';
import { EXIT, flag, type Verb } from './verb.ts';

const undecided = ({ roles }: Differences): boolean =>
  roles.some(({ gained, scopesGained }) =>
    [...gained, ...scopesGained].some(({ shown }) => shown === 'undecided'),
  );

const wider = ({ roles, issuers }: Differences): boolean =>
  roles.some(widens) || issuers.some(({ members }) => members.some(({ narrower }) => !narrower));

const provenWider = ({ roles, issuers }: Differences): boolean =>
  wider({
    issuers,
    roles: roles.map(change => ({
      ...change,
      gained: change.gained.filter(({ shown }) => shown !== 'undecided'),
      scopesGained: change.scopesGained.filter(({ shown }) => shown !== 'undecided'),
    })),
  });

const verdict = (differences: Differences): { readonly exits: number; readonly says: string } => {
  if (provenWider(differences))
    return { exits: EXIT.widened, says: 'Wider: somebody gets more than before.' };
  if (undecided(differences))
    return {
      exits: EXIT.undecided,
      says: 'Undecided: whether somebody gets more could not be told within bounds.',
    };
  return { exits: EXIT.done, says: 'Not wider: nobody gets more than before.' };
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
    const { config: folder } = settingsOf(flags, terminal);
    const [before, after] = [
      configAt(flag(flags, 'OLD') ?? '', folder),
      configAt(flag(flags, 'NEW') ?? '', folder),
    ];
    const found: Differences = {
      roles: changes(before, after, { sampleOf, from: Date.now() / 1000 }),
      issuers: issuerChanges(before, after),
    };
    const { exits, says } = verdict(found);
    const sections = sectionsOf(found);
    if (flags['json']) terminal.out(`${asJson(found, says)}\n`);
    else if (flags['markdown']) terminal.out(`${asMarkdown(sections, says)}\n`);
    else terminal.out(`${[asText(sections), says].filter(Boolean).join('\n\n')}\n`);
    return exits;
  },
};
