import { hashForPeople } from '../../vendor/pin.ts';
import { readCommandSettings } from '../configuration.ts';
import { changeVersion } from '../upgrade/change.ts';
import { compareVersions } from '../upgrade/changes.ts';
import { demandCommitted, type PinnedState, readPinned } from '../upgrade/repository.ts';
import { type PackedVersion, readPacked } from '../upgrade/tarball.ts';
import { createConfigOption, EXIT, Failure, type Flags, readFlag, UsageError, type Verb } from '../verb.ts';

/** Before anything of it runs. Throws `Failure`. */
function demandNewer(now: PinnedState, next: PackedVersion): void {
  const { version, bytes } = next;
  if (compareVersions(version, now.version) > 0) return;
  if (version !== now.version)
    throw new Failure(
      `${version} is older than ${now.version}, which is here. kite-sts rollback goes back.\n`,
    );
  throw new Failure(
    bytes.equals(now.bytes)
      ? `${version} is here already.\n`
      : `That is another ${version} than the one that is here: a version has one tarball, so one of the two is not what it says. Compare both with the release.\n`,
  );
}

/** By the option as by the setting, each of which is enough to refuse. */
function demandTrusted(next: PackedVersion, ...lists: readonly (readonly string[])[]): void {
  const actual = hashForPeople(next.bytes);
  if (lists.every(list => list.length === 0 || list.includes(actual))) return;
  throw new Failure(
    `The tarball of ${next.version} has the sha256 ${actual}, which is not the one that is trusted. Nothing of it ran.\n`,
  );
}

function readDigest(flags: Flags): string[] {
  const digest = readFlag(flags, 'digest');
  if (digest === undefined) return [];
  if (!/^[0-9a-f]{64}$/i.test(digest))
    throw new UsageError('--digest takes 64 digits of hex, as a release has them.');
  return [digest.toLowerCase()];
}

export const upgrade: Verb = {
  words: [{ name: 'TARBALL', help: 'The packed version, kite-sts-VERSION.tgz.' }],
  options: {
    digest: {
      type: 'string',
      value: 'SHA256',
      help: 'The digest of the release. Nothing of another tarball runs.',
    },
    accept: {
      type: 'boolean',
      help: 'Puts it in place also when it was found to be worse, or to let somebody have more.',
    },
    json: { type: 'boolean', help: 'Everything, as JSON.' },
    config: createConfigOption('The folder of your policy.'),
  },
  about: `Shows the changes with a ★ between the versions, runs lint and test of the new one, proves invariants.yml by both, and has
both decide the same requests. Then it replaces the tarball in vendor/ with its digest, the pin in package.json, the lock
file and node_modules. Whatever fails, the old state comes back. The version that is here must be committed.

Exit code 0 when it is in place, else nothing was written: 1 could not be done, 2 lint, test or prove found something,
3 somebody gets more, 4 that could not be told.`,
  examples: ['kite-sts upgrade ../kite-sts-0.3.0.tgz', 'kite-sts upgrade ../kite-sts-0.3.0.tgz --accept'],
  async run(flags, terminal) {
    const { config, tarballDigests } = readCommandSettings(flags, terminal);
    const digest = readDigest(flags);
    const now = await readPinned('.');
    const next = await readPacked(readFlag(flags, 'TARBALL') ?? '');
    demandTrusted(next, tarballDigests, digest);
    demandNewer(now, next);
    await demandCommitted(now);
    // Whoever interrupts us interrupts npm, which fails: then there is something to put back.
    void terminal.stopped;
    const [whatever, json] = [flags['accept'] === true, flags['json'] === true];
    const change = { now, next, releases: next.releases, config, json, whatever };
    const { exit, written } = await changeVersion(change, terminal);
    if (json) return written ? EXIT.done : exit;
    terminal.out(
      written
        ? `kite-sts ${next.version} is in place. Compare the sha256 with that of the release, commit package.json, package-lock.json and vendor/, and deploy.\n`
        : 'Nothing was written. With --accept it is put in place all the same.\n',
    );
    return written ? EXIT.done : exit;
  },
};
