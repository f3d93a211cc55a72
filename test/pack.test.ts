import { type ChildProcess, execFile, spawn } from 'node:child_process';
import {
  accessSync,
  constants,
  existsSync,
  readdirSync,
  readFileSync,
  realpathSync,
  writeFileSync,
} from 'node:fs';
import { basename, join, matchesGlob, posix, relative } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { VERBS } from '../lib/cli/run.ts';
import { FUNCTIONS } from '../lib/config/wiring.ts';
import packageJson from '../package.json' with { type: 'json' };
import { type Ran, runProgram } from './harness/command-line.ts';
import { call, configFolder, fileOf } from './harness/local.ts';
import { links, ROOT } from './harness/markdown.ts';
import { installed, NO_NETWORK, NODE } from './harness/pack.ts';
import { AUDIENCE } from './harness/policy.ts';
import { filesBelow } from './harness/source.ts';
import { testAgain } from './pack/again.ts';
import { describeAway } from './pack/away.ts';
import { testHours } from './pack/hours.ts';
import { describeTeam } from './pack/team.ts';
import { describeUpgrade } from './pack/upgrade.ts';

const run = promisify(execFile);
const CONFIG = configFolder();

let tarball: string;
let folder: string;
let home: string;
let bin: string;
beforeAll(async () => {
  ({ tarball, folder, home, bin } = await installed());
}, 180_000);

function packed(): string[] {
  return readdirSync(home, { recursive: true, withFileTypes: true })
    .filter(each => each.isFile())
    .map(each => relative(home, join(each.parentPath, each.name)));
}

/** Runs the packed command on the machine's own Node, in the folder where it is installed. */
function ran(words: readonly string[], environment: { readonly [name: string]: string } = {}): Promise<Ran> {
  const env = { PATH: process.env['PATH'], KITE_STS_CONFIG: CONFIG, ...environment };
  return runProgram(NODE, [bin, ...words], { cwd: folder, env });
}

/** A path of ours in a text, and not of a URL. */
const POINTED = /(?<![\w/.@-]|https:\S*)(?:node_modules\/kite-sts\/)?((?:docs|examples)\/[\w./-]*\w)/g;

/** Is the path one of an entry of `files`: a file, a folder, or a pattern? */
function names(entry: string, path: string): boolean {
  return matchesGlob(path, entry) || path.startsWith(`${entry}/`);
}

describe('the tarball', () => {
  test('has only what package.json names', () => {
    const named = [...packageJson.files, 'package.json', 'README.md', 'LICENSE'];
    expect(packed().filter(path => !named.some(each => names(each, path)))).toEqual([]);
  });

  test('has no source and no test', () => {
    expect(
      packed().filter(
        path => /(?<!\.d)\.ts$|(^|\/)test\/|\.test\./.test(path) && !path.endsWith('.test.yml'),
      ),
    ).toEqual([]);
  });

  test.each(['README.md', 'LICENSE', 'package.json', 'config/broker.yml', packageJson.bin['kite-sts']])(
    'has %s',
    path => {
      expect(packed()).toContain(path);
    },
  );

  test.each(packageJson.files)('has what package.json names, and not what it leaves out: %s', name => {
    const isThere = packed().some(path => names(name.replace('!', ''), path));
    expect(isThere).toBe(!name.startsWith('!'));
  });

  test('has each source compiled, and nothing that has no source', () => {
    const page = 'dist/console/index.html';
    const sources = ['lib', 'infra']
      .flatMap(filesBelow)
      .filter(path => path.endsWith('.ts') && !/^lib\/(cli|review\/console)\//.test(path));
    const bundles = FUNCTIONS.map(name => `dist/functions/${name}/index.mjs`);
    const compiled = packed().filter(path => /^dist\/(?!lib\/cli\/).*(?<!\.d\.ts)$/.test(path));
    expect(compiled.sort()).toEqual(
      [...sources.map(path => `dist/${path.replace(/\.ts$/, '.js')}`), ...bundles, page].sort(),
    );
  });

  test('has the command line as a file for each verb, and one for what several share', () => {
    const files = packed().flatMap(path => /^dist\/lib\/cli\/(.*)$/.exec(path)?.[1] ?? []);
    expect(files).toContain('main.js');
    for (const verb of Object.keys(VERBS)) expect(files.some(file => file.startsWith(`${verb}-`))).toBe(true);
    expect(files.filter(file => !/^(main|[a-z-]+-[A-Z0-9]{8})\.js$/.test(file))).toEqual([]);
  });

  test('has types of what a program may import, and of no more', () => {
    const types = packed().filter(path => path.endsWith('.d.ts'));
    expect(types.sort()).toEqual([
      'dist/lib/client/answer.d.ts',
      'dist/lib/client/client.d.ts',
      'dist/lib/client/texts.d.ts',
      'dist/lib/client/url.d.ts',
      'dist/lib/errors.d.ts',
    ]);
  });

  /** What is worked on in a clone alone, and the plugins, which a pipeline fetches by itself. */
  const ELSEWHERE = /^(plugins\/|test\/|infra\/rights\/|CONTRIBUTING\.md$)/;

  test('I13: has what its pages link to', () => {
    const pages = packed().filter(path => path.endsWith('.md'));
    const led = pages.flatMap(page =>
      links(readFileSync(join(home, page), 'utf8'))
        .filter(target => !/^(https?:|mailto:|#)/.test(target))
        .map(target => posix.join(posix.dirname(page), target.split('#')[0] ?? '')),
    );
    expect(led.length).toBeGreaterThan(100);
    expect(led.filter(path => !ELSEWHERE.test(path) && !existsSync(join(home, path)))).toEqual([]);
  });

  test('I13: has what its help and its messages point to', () => {
    const compiled = packed().filter(path => /^dist\/(lib|infra)\/.*\.js$/.test(path));
    const named = compiled.flatMap(path =>
      [...readFileSync(join(home, path), 'utf8').matchAll(POINTED)].map(([, to = '']) => to),
    );
    expect(named).toContain('docs/guides/policy-changes.md');
    expect(named.filter(path => !existsSync(join(home, path.replace('NAME', 'role'))))).toEqual([]);
  });

  test('has a command that can be executed', () => {
    expect(() => accessSync(realpathSync(bin), constants.X_OK)).not.toThrow();
  });
});

describe('installed, on the Node of the machine', () => {
  test('--help lists every verb', async () => {
    const { exits, out } = await ran(['--help']);
    expect(exits).toBe(0);
    for (const verb of Object.keys(VERBS)) expect(out).toContain(`\n  ${verb} `);
  });

  test('lint finds nothing in the config that the package has', async () => {
    expect(await ran(['lint', '--config', join(home, 'config')])).toMatchObject({ exits: 0, error: '' });
  });

  test('lint exits with 2 where there is no config', async () => {
    expect(await ran(['lint'], { KITE_STS_CONFIG: 'config' })).toMatchObject({ exits: 2 });
  });

  test.each([
    ['0 when allowed', { organization_slug: 'acme', pipeline_slug: 'web', build_branch: 'main' }, 0],
    ['2 when denied', { organization_slug: 'acme', pipeline_slug: 'web', build_branch: 'next' }, 2],
  ])('explain exits with %s', async (_name, claims, exits) => {
    const answer = await ran(['explain', '--role', 'publish', '--claims', fileOf(claims), '--json']);
    expect(answer.exits).toBe(exits);
    expect(JSON.parse(answer.out)).toMatchObject({ role: 'publish', allowed: exits === 0 });
  });

  test('console writes the page that was made when packing: there is no bundler here', async () => {
    const { exits, out } = await ran(['console', '--out', '-']);
    expect([exits, out.slice(0, 15)]).toEqual([0, '<!doctype html>']);
  });

  test('a program imports the client, which has no dependencies', async () => {
    const program = join(folder, 'program.mjs');
    writeFileSync(program, "import { exchange } from 'kite-sts/client'; console.log(typeof exchange);");
    expect((await run(NODE, [program], { cwd: folder })).stdout).toBe('function\n');
  });

  test('wrong usage exits with 64', async () => {
    expect(await ran(['lnt'])).toMatchObject({ exits: 64, out: '' });
  });
});

describeAway(() => ({ tarball, folder, home, bin }));
testHours(() => ({ tarball, folder, home, bin }));
testAgain(() => tarball);
describeTeam(() => tarball);
describeUpgrade(() => tarball);

const running: ChildProcess[] = [];
afterAll(() => {
  for (const child of running) if (child.exitCode === null) child.kill('SIGKILL');
});

type Started = {
  readonly child: ChildProcess;
  readonly port: number;
  readonly ended: Promise<number | null>;
};

function started(command: string, words: string[], cwd: string): Promise<Started> {
  return new Promise((resolve, reject) => {
    const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], PORT: '0', ...NO_NETWORK };
    const child = spawn(command, words, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    running.push(child);
    const ended = new Promise<number | null>(end => child.on('close', end));
    let said = '';
    child.stderr.on('data', chunk => (said += chunk));
    child.stdout.on('data', chunk => {
      said += chunk;
      const port = /^listening on http:\/\/127\.0\.0\.1:(\d+)$/m.exec(said)?.[1];
      if (port) resolve({ child, port: Number(port), ended });
    });
    ended.then(() => reject(new Error(`${basename(command)} ended: ${said}`)));
  });
}

/** Milliseconds until nothing answers at this port. */
async function closedAfter(port: number): Promise<number> {
  const from = performance.now();
  for (;;) {
    const open = await call(port, { path: '/health' }).then(
      () => true,
      () => false,
    );
    if (!open || performance.now() - from > 5000) return performance.now() - from;
    await sleep(20);
  }
}

test('the packed broker starts, token and explain work with it, and SIGTERM ends it within 2 seconds', async () => {
  const { child, port, ended } = await started(NODE, [bin, 'start', '--config', CONFIG], folder);
  const { exits, out } = await ran(['token'], { PORT: String(port) });
  expect(exits).toBe(0);
  expect(decodeJwt(out.trim())).toMatchObject({ aud: AUDIENCE, organization_slug: 'acme' });

  const piped = `'${NODE}' '${bin}' token | '${NODE}' '${bin}' explain --role publish --token-file - --json`;
  const env = { PATH: process.env['PATH'], PORT: String(port), KITE_STS_CONFIG: CONFIG };
  const { stdout } = await run('bash', ['-o', 'pipefail', '-c', piped], { cwd: folder, env });
  expect(JSON.parse(stdout)).toMatchObject({ role: 'publish', allowed: true });

  child.kill('SIGTERM');
  expect(await closedAfter(port)).toBeLessThan(2000);
  expect(await ended).toBe(0);
});

test('npm start ends its broker when npm is told to end', async () => {
  const { child, port } = await started('npm', ['start'], ROOT);
  expect(await call(port, { path: '/health' })).toMatchObject({ status: 200 });
  child.kill('SIGTERM');
  expect(await closedAfter(port)).toBeLessThan(3000);
});
