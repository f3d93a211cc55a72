import { execFile } from 'node:child_process';
import process from 'node:process';
import { promisify } from 'node:util';
import { Failure } from '../verb.ts';

const MAX_BYTES = 1024 * 1024 * 1024;

type ProgramResult = { readonly exits: number; readonly out: Buffer; readonly error: string };

/** Runs a program to its end, whichever that is. */
export async function runProgram(
  program: string,
  words: readonly string[],
  folder: string,
): Promise<ProgramResult> {
  // What npm and npx tell the programs that they run is not for the npm that we run.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^npm_(config_(local_prefix|dry_run|package)|package_|lifecycle_)/i.test(name),
    ),
  );
  const options = { cwd: folder, env, maxBuffer: MAX_BYTES, encoding: 'buffer' } as const;
  try {
    const { stdout, stderr } = await promisify(execFile)(program, words, options);
    return { exits: 0, out: stdout, error: stderr.toString('utf8') };
  } catch (failed) {
    type Failed = Error & { code?: unknown; stdout?: Buffer; stderr?: Buffer };
    const { code, stdout, stderr, message } = failed as Failed;
    const exits = typeof code === 'number' ? code : 1;
    return { exits, out: stdout ?? Buffer.alloc(0), error: stderr?.toString('utf8') || message };
  }
}

const QUIET = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];

/** No script of any package runs. Throws `Failure` with what npm said. */
export async function runNpm(words: readonly string[], folder: string): Promise<void> {
  const { exits, error } = await runProgram('npm', [...words, ...QUIET], folder);
  if (exits !== 0) throw new Failure(`npm ${words.join(' ')} failed:\n${error.trimEnd()}\n`);
}

/** Asks git in this folder; undefined where it fails. */
export async function askGit(words: readonly string[], folder: string): Promise<Buffer | undefined> {
  const { exits, out } = await runProgram('git', words, folder);
  return exits === 0 ? out : undefined;
}
