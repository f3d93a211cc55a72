import { readFile } from 'node:fs/promises';
import { readCommandSettings } from '../configuration.ts';
import { HOME } from '../manifest.ts';
import { changeVersion } from '../upgrade/change.ts';
import { readReleases } from '../upgrade/changes.ts';
import { findBefore, readPinned } from '../upgrade/repository.ts';
import { createConfigOption, type Verb } from '../verb.ts';

export const rollback: Verb = {
  options: {
    json: { type: 'boolean', help: 'Everything, as JSON.' },
    config: createConfigOption('The folder of your policy.'),
  },
  about: `Takes the last committed version that is older than the one that is here, if its tarball fits the lock file of its commit.
Of package.json and the lock file only kite-sts changes. It is put in place whatever it finds: you were there before.
Shows what upgrade shows: which changes with a ★ are undone, and what the two versions decide otherwise.

Exit code 0 when it is in place and nobody gets more by it, 1 could not be done, and all is as it was; in place, but
2 lint, test or prove found something, 3 somebody gets more, 4 that could not be told.`,
  examples: ['kite-sts rollback', 'kite-sts rollback --json'],
  async run(flags, terminal) {
    const { config } = readCommandSettings(flags, terminal);
    const now = await readPinned('.');
    const next = await findBefore(now);
    const releases = readReleases(await readFile(`${HOME}CHANGELOG.md`, 'utf8'));
    // Whoever interrupts us interrupts npm, which fails: then there is something to put back.
    void terminal.stopped;
    const json = flags['json'] === true;
    const { exit } = await changeVersion({ now, next, releases, config, json, whatever: true }, terminal);
    if (!json)
      terminal.out(
        `kite-sts ${next.version} is in place. Commit package.json, package-lock.json and vendor/, and deploy.\n`,
      );
    return exit;
  },
};
