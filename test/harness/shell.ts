import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { MAIN } from './command-line.ts';
import { emptyFolder } from './local.ts';
import { ROOT } from './markdown.ts';

/** Code that Node compiled once: each command is a process of its own. */
const COMPILED = join(ROOT, 'node_modules/.cache/kite-sts');

export type Ran = { readonly exits: number | null; readonly output: string; readonly errors: string };

/** What a reader's terminal is: a folder with a copy of config/, and a local broker in another terminal. */
export type Shell = {
  run(commands: string): Promise<Ran>;
  /** The text with the port of this session's broker. */
  here(text: string): string;
  close(): Promise<void>;
};

/**
 * Lines that are not run as they are. `npm ci` and `npm test`: the suite itself runs from the one and under
 * the other. `npm start` is run as its script in package.json says, but on a free port and in the background.
 */
const SKIPPED = /^npm (ci|test|run check)$/;
const START = /^(?:npm ci && )?npm start(?: -- (.*))?$/;

/** `npx --no kite-sts` as this checkout has it, without npm's start-up time. */
function npxFolder(): string {
  const folder = join(emptyFolder(), 'bin');
  mkdirSync(folder);
  const shim = `#!/bin/sh\n[ "$1 $2" = '--no kite-sts' ] || exit 64\nshift 2\nexec '${process.execPath}' '${MAIN}' "$@"\n`;
  writeFileSync(join(folder, 'npx'), shim);
  chmodSync(join(folder, 'npx'), 0o755);
  return folder;
}

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise(resolve => child.once('close', exits => resolve(exits)));
}

export function shell(): Shell {
  const folder = emptyFolder();
  cpSync(join(ROOT, 'config'), join(folder, 'config'), { recursive: true });
  // Each command is a process of its own: without a cache of their code, each compiles it all again.
  const environment = {
    PATH: `${npxFolder()}${delimiter}${process.env['PATH']}`,
    NODE_COMPILE_CACHE: COMPILED,
  };
  let broker: ChildProcess | undefined;
  let port = '8787';

  const here = (text: string): string => text.replaceAll('8787', port);

  const close = async (): Promise<void> => {
    const stopping = broker;
    broker = undefined;
    if (!stopping) return;
    const end = ended(stopping);
    stopping.kill('SIGTERM');
    await end;
  };

  const start = async (words: string): Promise<string> => {
    await close();
    const options = words === '' ? [] : words.split(' ');
    const child = spawn(process.execPath, [MAIN, 'start', ...options], {
      cwd: folder,
      env: { ...environment, PORT: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    broker = child;
    let said = '';
    return new Promise((resolve, reject) => {
      child.stdout.on('data', chunk => {
        said += chunk;
        port = /^listening on http:\/\/127\.0\.0\.1:(\d+)$/m.exec(said)?.[1] ?? port;
        if (said.includes('\nlistening on ')) resolve(said);
      });
      child.once('close', () => reject(new Error(`the broker ended: ${said}`)));
    });
  };

  const bash = async (script: string): Promise<Ran> => {
    if (!broker) await start('');
    const child = spawn('bash', ['-euo', 'pipefail', '-c', here(script)], {
      cwd: folder,
      env: { ...environment, PORT: port },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    let errors = '';
    child.stdout.on('data', chunk => (output += chunk));
    child.stderr.on('data', chunk => (errors += chunk));
    return { exits: await ended(child), output, errors };
  };

  const run = async (commands: string): Promise<Ran> => {
    const lines = commands.split('\n').filter(line => !SKIPPED.test(line));
    const starting = lines.find(line => START.test(line));
    const started = starting === undefined ? '' : await start(START.exec(starting)?.[1] ?? '');
    const rest = lines.filter(line => line !== starting).join('\n');
    if (rest.trim() !== '') return bash(rest);
    return { exits: 0, output: started, errors: '' };
  };

  return { run, here, close };
}
