import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { beforeEach, describe, expect, test } from 'vitest';
import { runVerb } from '../../../lib/cli/run.ts';
import { createInit } from '../../../lib/cli/verbs/init.ts';
import { hashForPeople, nameTarball } from '../../../lib/vendor/pin.ts';
import packageJson from '../../../package.json' with { type: 'json' };
import { emptyFolder, testTerminal } from '../../harness/local.ts';

const PACKED = Buffer.from('packed');
const PATH = nameTarball(packageJson.version);

let folder: string;
beforeEach(async () => {
  folder = emptyFolder();
  const init = createInit(async () => PACKED);
  expect(await runVerb('init', init, ['--organization', 'acme', '--folder', folder], testTerminal())).toBe(0);
});

/** As a pipeline runs it, from the root of the repository. */
function check(trusted?: string) {
  const env = {
    PATH: process.env['PATH'],
    ...(trusted === undefined ? {} : { KITE_STS_TARBALL_SHA256: trusted }),
  };
  const { status, stdout, stderr } = spawnSync('bash', ['vendor/check.sh'], {
    cwd: folder,
    env,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

const put = (path: string, content: string): void => writeFileSync(join(folder, path), content);

describe('T98: vendor/check.sh', () => {
  test.each([
    ['where nothing more is known', undefined],
    ['where the variable of the CI is empty', ''],
    ['where the variable names it', hashForPeople(PACKED)],
    ['where the variable names it among others', `${'0'.repeat(64)} ${hashForPeople(PACKED)}`],
  ])('takes the tarball that init wrote, %s', (_where, trusted) => {
    expect(check(trusted)).toEqual({
      status: 0,
      stdout: readFileSync(join(folder, `${PATH}.sha256`), 'utf8'),
      stderr: '',
    });
  });

  test.each<[what: string, change: () => void]>([
    ['swapped alone', () => put(PATH, 'evil')],
    ['not there', () => rmSync(join(folder, PATH))],
    ['one of two', () => put('vendor/kite-sts-9.9.9.tgz', 'evil')],
    ['without its digest', () => rmSync(join(folder, `${PATH}.sha256`))],
    ['beside an empty digest', () => put(`${PATH}.sha256`, '')],
    [
      'not the one that package.json takes',
      () =>
        put(
          'package.json',
          readFileSync(join(folder, 'package.json'), 'utf8').replace(`file:${PATH}`, '^9.9.9'),
        ),
    ],
  ])('refuses one that is %s', (_what, change) => {
    change();
    expect(check()).toMatchObject({ status: 1, stdout: '' });
  });

  test('refuses one that was swapped with its digest, where the CI has another', () => {
    put(PATH, 'evil');
    put(`${PATH}.sha256`, `${hashForPeople(Buffer.from('evil'))}  ${PATH.replace('vendor/', '')}\n`);
    expect(check()).toMatchObject({ status: 0 });
    expect(check(hashForPeople(PACKED))).toMatchObject({ status: 1, stdout: '' });
    // Part of a digest names nothing.
    expect(check(hashForPeople(Buffer.from('evil')).slice(0, 32))).toMatchObject({ status: 1 });
  });
});
