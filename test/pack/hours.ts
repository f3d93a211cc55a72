import { execFile, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import process from 'node:process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { atEnd } from '../harness/endings.ts';
import { configFolder, emptyFolder, fileOf } from '../harness/local.ts';
import { movedClock } from '../harness/moved.ts';
import { type Installed, NODE } from '../harness/pack.ts';

const SDK = createRequire(import.meta.url).resolve('@aws-sdk/credential-provider-node');

/** A job whose SDK has keys at its beginning, and again when 70 minutes have passed. */
const JOB = `
const { writeFileSync } = require('node:fs');
const keys = require(${JSON.stringify(SDK)}).defaultProvider();
const tell = ({ accessKeyId, secretAccessKey, expiration }) =>
  ({ accessKeyId, secretAccessKey, left: (expiration.getTime() - Date.now()) / 1000 });
(async () => {
  const first = tell(await keys());
  writeFileSync(process.env.MOVED_CLOCK, '4200');
  console.log(JSON.stringify([first, tell(await keys())]));
})();
`;

type Environment = { readonly [name: string]: string | undefined };

/** A broker as a process, by the clock of this environment. Gives its port. */
function started({ folder, bin }: Installed, env: Environment): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(NODE, [bin, 'start'], { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] });
    atEnd(() => void child.kill('SIGKILL'));
    child.once('close', exits => reject(new Error(`the broker ended with ${exits}`)));
    let said = '';
    child.stdout.on('data', chunk => {
      said += chunk;
      const port = /^listening on http:\/\/127\.0\.0\.1:(\d+)$/m.exec(said)?.[1];
      if (port) resolve(port);
    });
  });
}

/** `exec` over more than a session, with the clock of the broker, of `exec` and of its command moved on. */
export function testHours(installed: () => Installed): void {
  test('exec keeps a job of 70 minutes supplied, which its SDK asks again', { timeout: 60_000 }, async () => {
    const { environment: clock } = movedClock();
    const base = {
      PATH: process.env['PATH'],
      TMPDIR: emptyFolder(),
      KITE_STS_CONFIG: configFolder(),
      ...clock,
    };
    const { folder, bin } = installed();
    const PORT = await started(installed(), { ...base, PORT: '0' });
    const words = ['exec', '--role', 'deploy', '--broker', `http://127.0.0.1:${PORT}`];
    const mint = ['--token-command', `'${NODE}' '${bin}' token`];
    const job = fileOf(JOB, 'job.cjs');
    const options = { cwd: folder, env: { ...base, PORT } };
    const { stdout } = await promisify(execFile)(NODE, [bin, ...words, ...mint, '--', NODE, job], options);
    const [first, second] = JSON.parse(stdout);
    expect([first.left > 3000, second.left > 3000]).toEqual([true, true]);
    expect(second.secretAccessKey).not.toBe(first.secretAccessKey);
  });
}
