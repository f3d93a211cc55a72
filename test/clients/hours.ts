import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { atEnd } from '../harness/endings.ts';
import { configFolder } from '../harness/local.ts';
import { type Ran, runProgram } from './run-program.ts';
import type { Tool } from './tools.ts';
import { type Asked, byExec, byPlugin, MAIN, WAYS } from './ways.ts';
import type { Texts, World } from './world.ts';

/**
 * Jobs that outlive what they were given. For 70 minutes Debian's libfaketime moves the clock of every process: the
 * broker, the agent, the hooks, what they leave beside the job, `exec` and the SDK.
 */
const FAKETIME = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu']
  .map(folder => join(folder, 'faketime/libfaketime.so.1'))
  .find(path => existsSync(path));

const PROGRAMS = join(import.meta.dirname, 'programs');
const JOBS: { readonly [tool: string]: readonly string[] } = {
  boto3: ['python3', join(PROGRAMS, 'hours.py')],
  'JavaScript SDK': [process.execPath, join(PROGRAMS, 'hours.mjs')],
};
const PREPARED = { exec: byExec, 'plugin, container-credentials': byPlugin('container-credentials') };

type Broker = { readonly url: string; readonly issued: () => number };

/** A broker as a process of its own, by the clock of this environment. */
function startBroker(environment: Texts): Promise<Broker> {
  return new Promise((resolve, reject) => {
    const env = { PATH: process.env['PATH'], KITE_STS_CONFIG: configFolder(), PORT: '0', ...environment };
    const child = spawn(process.execPath, [MAIN, 'start', '--json'], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    atEnd(() => void child.kill('SIGKILL'));
    child.once('close', exits => reject(new Error(`the broker ended with ${exits}`)));
    let [printed, before] = ['', 0];
    const count = (): number => printed.match(/"outcome":"issued"/g)?.length ?? 0;
    child.stdout.on('data', chunk => {
      printed += chunk;
      const url = /^listening on (http:\S+)$/m.exec(printed)?.[1];
      if (url === undefined) return;
      if (before === 0) before = count();
      resolve({ url, issued: () => count() - before });
    });
  });
}

/** The two lines of the job: 70 minutes lie between them, and each call was made with a session of its own. */
function isKept({ exits, printed }: Ran): boolean {
  const [first, last, ...more] = [...printed.matchAll(/^(\d+) \S+\/(ASIA\w+)$/gm)];
  return (
    exits === 0 &&
    more.length === 0 &&
    Number(last?.[1]) - Number(first?.[1]) >= 4200 &&
    first?.[2] !== last?.[2]
  );
}

async function testHour(asked: Asked, way: keyof typeof PREPARED): Promise<string | undefined> {
  const prepared = await PREPARED[way](asked);
  if ('ended' in prepared) return prepared.ended.output;
  const HOME = mkdtempSync(join(asked.world.folder, 'home-'));
  const environment = { HOME, ...asked.tool.settings, ...prepared.environment };
  const ran = await runProgram([...(prepared.prefix ?? []), ...(JOBS[asked.tool.name] ?? [])], environment);
  await prepared.end?.();
  return isKept(ran) ? undefined : `exit ${ran.exits}: ${ran.output.slice(-900)}`;
}

async function testSeventyMinutes(
  world: World,
  tools: readonly Tool[],
  say: (text: string) => void,
): Promise<string[]> {
  if (FAKETIME === undefined) {
    say('a job of 70 minutes: NOT RUN, libfaketime is not installed');
    return [];
  }
  const FAKETIME_TIMESTAMP_FILE = join(world.folder, 'clock');
  const clock = {
    LD_PRELOAD: FAKETIME,
    FAKETIME_TIMESTAMP_FILE,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  };
  const wrong: string[] = [];
  for (const tool of tools.filter(({ name }) => JOBS[name]))
    for (const way of Object.keys(PREPARED) as (keyof typeof PREPARED)[]) {
      writeFileSync(FAKETIME_TIMESTAMP_FILE, '+0s');
      const { url, issued } = await startBroker(clock);
      const moved = {
        ...world,
        broker: () => url,
        agent: () => `${url}/local/agent/v3`,
        surroundings: clock,
      };
      const trouble = await testHour({ world: moved, tool, situation: 'allowed' }, way);
      await pause(200);
      const label = `a job of 70 minutes, ${tool.name}, ${way}`;
      say(`${label}: ${trouble === undefined ? `works, ${issued()} issued` : 'WRONG'}`);
      if (trouble !== undefined) wrong.push(`${label}: ${trouble}`);
    }
  return wrong;
}

/** The AWS CLI has the session of the STS door in a file: a command at minute 20 of a job needs no token and no broker. */
async function testCachedSession(
  world: World,
  tools: readonly Tool[],
  say: (text: string) => void,
): Promise<string[]> {
  const [tool, way] = [
    tools.find(({ name }) => name === 'AWS CLI'),
    WAYS.find(({ name }) => name === 'STS door'),
  ];
  if (!tool || !way) return [];
  const HOME = mkdtempSync(join(world.folder, 'home-'));
  const ends: string[] = [];
  for (const situation of ['allowed', 'expired'] as const) {
    const prepared = await way.prepare({ world, tool, situation });
    if ('ended' in prepared) continue;
    const { exits } = await runProgram(tool.words, { HOME, ...tool.settings, ...prepared.environment });
    ends.push(`exit ${exits}, ${world.requests().join(' ') || 'not asked'}`);
  }
  say(`two commands of the AWS CLI in one job, the token expired between them: ${ends.join('; ')}`);
  return ends.join() === 'exit 0, issued,exit 0, not asked'
    ? []
    : [`the AWS CLI at minute 20: ${ends.join('; ')}`];
}

/** Gives a line for each job that did not work. */
export async function testHours(
  world: World,
  tools: readonly Tool[],
  say: (text: string) => void,
): Promise<string[]> {
  say('\njobs that outlive their token:');
  return [...(await testCachedSession(world, tools, say)), ...(await testSeventyMinutes(world, tools, say))];
}
