import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { emptyFolder } from '../harness/local.ts';
import { createTeamMachine, type TeamMachine } from '../harness/team.ts';

/** What somebody does who has the packed tarball, npm and git, and no checkout of ours. */
export function describeTeam(tarball: () => string): void {
  describe('a team with the tarball alone', () => {
    let registry: TeamMachine['registry'];
    let home: string;
    let first: string;
    let second: string;

    let bash: TeamMachine['run'];

    beforeAll(async () => {
      ({ home, registry, run: bash } = await createTeamMachine());
      first = join(home, 'first');
      second = join(home, 'second');
      mkdirSync(first);
    }, 120_000);

    test('gets a repository from an empty folder, and commits it', async () => {
      const init = await bash(first, `npx --yes --package='${tarball()}' kite-sts init --organization acme`);
      expect(init).toMatchObject({ exits: 0 });
      const committed = await bash(
        first,
        `npm install --silent; git init -q; git add --all; git commit -qm first; git ls-files`,
      );
      expect(committed).toMatchObject({ exits: 0 });
      expect(committed.out.split('\n')).toEqual(
        expect.arrayContaining([
          'package-lock.json',
          `vendor/kite-sts-${packageJson.version}.tgz`,
          `vendor/kite-sts-${packageJson.version}.tgz.sha256`,
        ]),
      );
    }, 120_000);

    test('has the very bytes in there that it ran', () => {
      const vendored = `kite-sts-${packageJson.version}.tgz`;
      expect(readFileSync(join(first, 'vendor', vendored)).equals(readFileSync(tarball()))).toBe(true);
    });

    test('makes the same bytes again where the tarball has gone', async () => {
      const gone = `${tarball()}.gone`;
      renameSync(tarball(), gone);
      try {
        const again = join(home, 'again');
        mkdirSync(again);
        // The file of the repository itself has gone too.
        const vendored = join(first, 'vendor', `kite-sts-${packageJson.version}.tgz`);
        renameSync(vendored, `${vendored}.gone`);
        const ran = await bash(
          first,
          `node_modules/.bin/kite-sts init --organization acme --folder '${again}'`,
        );
        renameSync(`${vendored}.gone`, vendored);
        expect(ran).toMatchObject({ exits: 0 });
        const made = join(again, 'vendor', `kite-sts-${packageJson.version}.tgz`);
        expect(readFileSync(made).equals(readFileSync(gone))).toBe(true);
      } finally {
        renameSync(gone, tarball());
      }
    }, 60_000);

    test('T98: does not pass on what somebody changed after it was installed', async () => {
      const changed = join(first, 'node_modules/kite-sts/CHANGELOG.md');
      const text = readFileSync(changed);
      const vendored = join(first, 'vendor', `kite-sts-${packageJson.version}.tgz`);
      renameSync(vendored, `${vendored}.gone`);
      writeFileSync(changed, `${text}\n`);
      const ran = await bash(first, 'node_modules/.bin/kite-sts init --organization acme --folder other');
      writeFileSync(changed, text);
      renameSync(`${vendored}.gone`, vendored);
      expect([ran.exits, ran.out, existsSync(join(first, 'other'))]).toEqual([1, '', false]);
    }, 60_000);

    test('installs, lints and tests a fresh clone of it by npm ci', async () => {
      const ran = await bash(
        home,
        'git clone -q first second; cd second; npm ci --silent; npx --no kite-sts lint --strict; npm test --silent',
      );
      expect(ran).toMatchObject({ exits: 0, error: '' });
      expect(ran.out).toMatch(/config: 1 issuer, 1 role, no errors/);
    }, 120_000);

    test('T98: cannot install a tarball that somebody swapped in vendor/', async () => {
      const path = join(second, 'vendor', `kite-sts-${packageJson.version}.tgz`);
      const tar = gunzipSync(readFileSync(path));
      writeFileSync(path, gzipSync(tar, { level: 1 }));
      const ran = await bash(second, 'rm -rf node_modules; npm_config_cache=$HOME/fresh npm ci');
      expect(ran.exits).not.toBe(0);
      expect(ran.error).toContain('EINTEGRITY');
    }, 60_000);

    test('never gets what somebody put on the registry under our name', async () => {
      const ran = await bash(emptyFolder(), 'npx --no kite-sts lint');
      expect(ran.exits).not.toBe(0);
      expect(ran.out).not.toContain('owned');
      expect(registry.asked.filter(path => path.startsWith('kite-sts-'))).toEqual([]);
    }, 60_000);

    test('would get it by npx alone', async () => {
      expect((await bash(emptyFolder(), 'npx kite-sts lint')).out).toBe('owned\n');
    }, 60_000);
  });
}
