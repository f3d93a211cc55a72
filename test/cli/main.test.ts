import process from 'node:process';
import { expect, test } from 'vitest';
import { MAIN, type Ran, runProgram } from '../harness/command-line.ts';
import { fileOf } from '../harness/local.ts';
import { ROOT } from '../harness/markdown.ts';

/** As npx does: it looks at its own standard input, which makes the pipe non-blocking, and hands it on. */
const WRAPPER = `
import { spawn } from 'node:child_process';
process.stdin.pause();
spawn(process.execPath, process.argv.slice(2), { stdio: 'inherit' }).on('close', exits => process.exit(exits));
`;

function bash(script: string, ...words: string[]): Promise<Ran> {
  return runProgram('bash', ['-c', script, 'bash', process.execPath, MAIN, ...words], { cwd: ROOT });
}

test('claims on standard input are waited for, also behind npx', async () => {
  const wrapper = fileOf(WRAPPER, 'wrapper.mjs');
  const ran = await bash(
    '(sleep 0.5; echo "{}") | "$1" "$3" "$2" explain --config config --role deploy-web --claims - --json',
    wrapper,
  );
  expect(ran).toMatchObject({ exits: 2, error: '' });
  expect(JSON.parse(ran.out)).toMatchObject({ allowed: false });
});

test('a reader that stops early ends it without a stack trace', async () => {
  const ran = await bash('"$1" "$2" explain --help | true; echo "${PIPESTATUS[0]}"');
  expect(ran).toEqual({ exits: 0, out: '1\n', error: '' });
});

test.each([
  ['0 for help', '--help', 0],
  ['64 without a verb', '', 64],
  ['64 for a verb that is unknown', 'strat', 64],
])('the process ends with %s', async (_name, words, exits) => {
  expect(await bash(`"$1" "$2" ${words}`)).toMatchObject({ exits });
});

test('T-16: a crash ends with 1 and one line, without a stack trace', async () => {
  const broken = `data:text/javascript,process.stdout.write=()=>{throw new Error('the disk is full')}`;
  const ran = await bash('"$1" --import "$3" "$2" --version', broken);
  expect(ran).toEqual({ exits: 1, out: '', error: 'kite-sts failed: the disk is full\n' });
});
