import { execFileSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packSource } from '../../lib/cli/tarball.ts';
import { clone } from '../harness/pack.ts';

/** Other times, and what another umask leaves: git knows neither, but whether a file can be executed. */
function disturb(folder: string): void {
  for (const each of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(each.parentPath, each.name);
    if (!each.isFile() || path.includes('node_modules')) continue;
    utimesSync(path, 1_000_000_000, 1_000_000_000);
    chmodSync(path, statSync(path).mode & 0o100 ? 0o700 : 0o600);
  }
}

/** What a reviewer of a release does: make the tarball of its tag again, and compare. */
export function testAgain(tarball: () => string): void {
  test('T98: another clone of the same sources gives the same tarball, byte for byte', async () => {
    const other = clone();
    disturb(other);
    expect((await packSource(other)).equals(readFileSync(tarball()))).toBe(true);
  }, 60_000);

  test('T98: the tarball tells no time, no user and no path of who made it', () => {
    const listed = execFileSync('tar', ['-tvzf', tarball(), '--numeric-owner'], { encoding: 'utf8' });
    const rows = listed.trimEnd().split('\n');
    expect(rows.length).toBeGreaterThan(100);
    // npm's constant: https://docs.npmjs.com/cli/commands/npm-pack
    expect(rows.filter(row => !/ 0\/0 .* 1985-10-26 \d\d:15 package\//.test(row))).toEqual([]);
  });
}
