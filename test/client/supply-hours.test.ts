import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import process from 'node:process';
import { decodeJwt } from 'jose';
import { expect, test } from 'vitest';
import { composeEnvironment } from '../../lib/client/supply.ts';
import { fileOf } from '../harness/local.ts';
import { NOW } from '../harness/policy.ts';
import { testServer } from '../harness/server.ts';
import { never, supplying } from '../harness/supplied.ts';

const world = await supplying();

const resolved = createRequire(import.meta.url).resolve('@aws-sdk/credential-provider-node');

/**
 * A job that asks its SDK for keys whenever it is told the time, and tells which it had. The SDK renews keys
 * with less than 5 minutes left beside the work, so time stands still until it has: else a simulated minute
 * would be shorter than the renewal.
 */
const JOB = `
const { defaultProvider } = require(${JSON.stringify(resolved)});
const keys = defaultProvider();
(async () => {
  let said;
  for (;;) {
    const answer = await fetch(process.env.CLOCK, { method: 'POST', body: JSON.stringify(said ?? {}) });
    const { now } = await answer.json();
    if (now === undefined) return;
    Date.now = () => now * 1000;
    const { secretAccessKey, expiration } = await keys();
    said = { now, secret: secretAccessKey, left: expiration.getTime() / 1000 - now };
    while ((await keys()).expiration.getTime() / 1000 - now < 300) await new Promise(setImmediate);
  }
})();
`;

type Seen = { readonly now: number; readonly secret: string; readonly left: number };

test('a job of four simulated hours never has an expired key, and each exchange has a token of its own', async () => {
  const { environment, end, minted } = await world.supplied('deploy', never);
  const seen: Seen[] = [];
  const times = await testServer(({ body }, asked) => {
    if (asked > 1) seen.push(JSON.parse(body) as Seen);
    world.clock.now += 60;
    return { status: 200, body: world.clock.now < NOW + 4 * 3600 ? { now: world.clock.now } : {} };
  });
  const others = { AWS_ACCESS_KEY_ID: 'AKIAOTHER', AWS_SECRET_ACCESS_KEY: 'other', AWS_PROFILE: 'other' };
  const before = { PATH: process.env['PATH'], HOME: '/nowhere', CLOCK: times.url, ...others };
  const child = spawn(process.execPath, [fileOf(JOB, 'job.cjs')], {
    env: composeEnvironment(before, 'aws', { environment, end }),
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  expect(await new Promise(resolve => child.once('close', resolve))).toBe(0);
  await end();

  expect(seen.length).toBeGreaterThan(100);
  expect(seen.filter(({ left }) => left <= 0)).toEqual([]);
  const sessions = new Set(seen.map(({ secret }) => secret));
  // The SDK holds on to keys until 5 minutes before their end: 24 times 10 minutes.
  expect(sessions.size).toBeGreaterThan(20);
  expect(new Set(minted.map(token => decodeJwt(token).jti)).size).toBe(minted.length);
  expect(minted.length).toBeLessThan(30);
});
