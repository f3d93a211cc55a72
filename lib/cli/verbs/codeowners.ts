import { posix } from 'node:path';
import type { Teams } from '../../config/teams.ts';
import { openConfig, readCommandSettings } from '../configuration.ts';
import { locatePage } from '../manifest.ts';
import { createConfigOption, EXIT, Failure, printResult, type Verb } from '../verb.ts';

/** The paths that decide which kite-sts judges, and what is deployed: whoever changes these can change every decision. */
const DECISIVE = [
  '/vendor/',
  '/package.json',
  '/package-lock.json',
  '/serverless.yml',
  '/.github/workflows/',
  '/.buildkite/',
];

/** Whoever reviews what fits a pattern. */
type ReviewedPattern = { readonly pattern: string; readonly owners: readonly string[] };

/** The last pattern that fits a file counts, so what is everybody's comes first. */
function listReviewed(config: Teams, folder: string): ReviewedPattern[] {
  const { owners, teams } = config;
  const at = posix.join('/', folder);
  const everybodys = ['CODEOWNERS', ...DECISIVE, `${at}/`].map(pattern => ({ pattern, owners }));
  const ofTeams = Object.values(teams).flatMap(team =>
    team.roles.flatMap(name =>
      ['yml', 'test.yml'].map(ending => ({ pattern: `${at}/roles/${name}.${ending}`, owners: team.owners })),
    ),
  );
  return [...everybodys, ...ofTeams];
}

/** https://docs.github.com/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners */
function writeCodeowners(reviewed: readonly ReviewedPattern[], folder: string): string {
  const lines = reviewed.map(({ pattern, owners }) => `${pattern} ${owners.join(' ')}\n`);
  return `# Made by kite-sts codeowners from ${folder}/teams.yml\n${lines.join('')}`;
}

export const codeowners: Verb = {
  options: {
    config: createConfigOption('The folder with broker.yml, roles/ and teams.yml.'),
    json: { type: 'boolean', help: 'Patterns and their owners as one JSON array, in the same order.' },
  },
  about: `Run it at the root of the repository: paths are as --config has them. What no team owns is of the first owners, as
are vendor/, the lock file, serverless.yml and the pipelines: they decide which kite-sts judges, and what is deployed.`,
  examples: ['kite-sts codeowners > .github/CODEOWNERS', 'kite-sts codeowners | diff .github/CODEOWNERS -'],
  async run(flags, terminal) {
    const { teams, folder } = openConfig(readCommandSettings(flags, terminal));
    if (!teams)
      throw new Failure(
        `${folder} has no teams.yml. Write one: ${locatePage('docs/reference/configuration.md')} has an example.\n`,
      );
    const reviewed = listReviewed(teams, folder);
    printResult(reviewed, () => writeCodeowners(reviewed, folder), flags, terminal);
    return EXIT.done;
  },
};
