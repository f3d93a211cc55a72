import { posix } from 'node:path';
import type { Teams } from '../../config/teams.ts';
import { configOf, settingsOf } from '../configuration.ts';
import { locatePage } from '../manifest.ts';
import { EXIT, Failure, type Verb } from '../verb.ts';

/** What decides which kite-sts judges, and what is deployed: whoever changes these can change every decision. */
const DECISIVE = [
  '/vendor/',
  '/package.json',
  '/package-lock.json',
  '/serverless.yml',
  '/.github/workflows/',
  '/.buildkite/',
];

/** https://docs.github.com/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners */
function codeownersText({ owners, teams }: Teams, folder: string): string {
  const at = posix.join('/', folder);
  const all = Object.values(teams).flatMap(team =>
    team.roles.flatMap(pattern =>
      ['yml', 'test.yml'].map(ending => `${at}/roles/${pattern}.${ending} ${team.owners.join(' ')}`),
    ),
  );
  // The last line that matches a file counts, so what is everybody's comes first.
  return [
    `# Made by kite-sts codeowners from ${folder}/teams.yml`,
    `CODEOWNERS ${owners.join(' ')}`,
    ...DECISIVE.map(path => `${path} ${owners.join(' ')}`),
    `${at}/ ${owners.join(' ')}`,
    ...all,
    '',
  ].join('\n');
}

export const codeowners: Verb = {
  summary: 'Prints the lines of CODEOWNERS by which each team reviews its roles, from teams.yml.',
  help: `kite-sts codeowners [--config FOLDER]

  --config FOLDER  the folder with broker.yml, roles/ and teams.yml (default: KITE_STS_CONFIG, or config)

Run it at the root of the repository: paths are as --config has them. What no team owns is of the first owners, as
are vendor/, the lock file, serverless.yml and the pipelines: they decide which kite-sts judges, and what is deployed.

Examples:
  kite-sts codeowners > .github/CODEOWNERS
  kite-sts codeowners | diff .github/CODEOWNERS -
`,
  options: {},
  async run(flags, terminal) {
    const { teams, folder } = configOf(settingsOf(flags, terminal));
    if (!teams)
      throw new Failure(
        `${folder} has no teams.yml. Write one: ${locatePage('docs/reference/configuration.md')} has an example.\n`,
      );
    terminal.out(codeownersText(teams, folder));
    return EXIT.done;
  },
};
