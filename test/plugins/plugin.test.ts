import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { configFrom, localBroker, ROLES } from '../harness/local.ts';
import { ROOT } from '../harness/markdown.ts';
import { PLUGIN } from '../harness/pipeline.ts';
import { AUDIENCE } from '../harness/policy.ts';
import { stand } from '../harness/stand.ts';

const BATS = fileURLToPath(import.meta.resolve('bats/bin/bats'));
const TESTS = join(ROOT, PLUGIN, 'tests');

/** `release` tells whom to ask; `queue` wants a claim that is there only when asked for. */
const CONFIG = configFrom({
  ...ROLES,
  release: `contact: "#team-release"\n${ROLES.release}`,
  queue: ROLES.publish.replace('build_branch: main', 'queue_key: deploys'),
  google: ROLES.publish.replace(
    /jwt:.*/,
    'gcp: { audience: //iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci-pool/providers/kite-sts }',
  ),
});

/** What a bats file prints, and its exit code: none of what it prints is about a test that passed. */
async function bats(file: string, signal: AbortSignal): Promise<{ exits: number | null; failures: string }> {
  const broker = await localBroker(CONFIG);
  const { url, jobApi } = await stand(broker.url);
  const child = spawn(BATS, ['--formatter', 'tap', join(TESTS, file)], {
    env: {
      PATH: process.env['PATH'],
      BROKER: broker.url,
      AUDIENCE,
      STAND: url,
      JOB_API: jobApi,
      NODE: process.execPath,
      SDK: join(ROOT, 'test/clients'),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
  });
  let printed = '';
  child.stdout.on('data', chunk => (printed += chunk));
  child.stderr.on('data', chunk => (printed += chunk));
  child.once('error', error => (printed += error.message));
  const exits = await new Promise<number | null>(resolve => child.once('close', resolve));
  return { exits, failures: printed.replace(/^(ok|1\.\.).*\n/gm, '') };
}

const FILES = readdirSync(TESTS).filter(name => name.endsWith('.bats'));

test.concurrent.for(FILES)(
  'the hooks of the plugin do what %s says',
  { timeout: 300_000 },
  async (file, { signal }) => {
    expect(await bats(file, signal)).toEqual({ exits: 0, failures: '' });
  },
);
