import type { Limits } from '../../lib/stores/limits.ts';
import { brokerServer, exchangeForm, testBroker } from '../harness/broker.ts';
import { clockFrom } from '../harness/clock.ts';
import { tokenClaims } from '../harness/issuer.ts';
import { PLENTY } from '../harness/limits.ts';
import { BUILDKITE, NOW, PROVIDER } from '../harness/policy.ts';
import { type Measured, pace, quantile } from './turns.ts';

const LIMIT = { perMinute: 1200, burst: 40 };
const LIMITS: Limits = { ...PLENTY, exchanges: LIMIT };
const A_SECOND = LIMIT.perMinute / 60;
/** What the one asks for, over what it may have; the other has half of its own. */
const TIMES = 10;
const ROUNDS = 8;
const SECONDS = 1.5;
/** How much longer the other may wait in the middle, and in the worst twentieth. */
const MOST = { median: 2, late: 4 };

const TRUST = `trust: [{ iss: ${BUILDKITE}, claims: { organization_slug: { in: [loud, quiet] } } }]\n`;

type Asked = { readonly status: number; readonly ms: number };

/** Over HTTP, as callers do. */
async function callers() {
  const now = clockFrom(NOW);
  const roles = { publish: `${TRUST}${PROVIDER}\n` };
  const { broker, issuer } = await testBroker({ roles, limits: LIMITS, now, sink: () => undefined });
  const { url } = await brokerServer(broker);
  return async (organization_slug: string) => {
    const body = exchangeForm({
      audience: 'publish',
      subject_token: await issuer.sign(tokenClaims({ organization_slug })),
    });
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return async (): Promise<Asked> => {
      const began = performance.now();
      const answer = await fetch(`${url}/token`, { method: 'POST', headers, body });
      await answer.text();
      return { status: answer.status, ms: performance.now() - began };
    };
  };
}

function share(asked: readonly Asked[], status: number): number {
  return asked.filter(each => each.status === status).length / asked.length;
}

/** T75: one organization asks for ten times what it may have, and another is answered as ever. */
export async function neighbors(): Promise<Measured> {
  const caller = await callers();
  const [loud, quiet] = [await caller('loud'), await caller('quiet')];
  const [alone, beside, shouted]: Asked[][] = [[], [], []];
  const asks = (into: Asked[] | undefined) => async () => into?.push(await quiet());
  for (let round = -1; round < ROUNDS; round++) {
    await pace(A_SECOND / 2, SECONDS, asks(round < 0 ? [] : alone));
    await Promise.all([
      pace(A_SECOND / 2, SECONDS, asks(round < 0 ? [] : beside)),
      pace(A_SECOND * TIMES, SECONDS, async () => shouted?.push(await loud())),
    ]);
  }
  const waits = [alone, beside].map(each => (each ?? []).map(({ ms }) => ms));
  const ratio = (at: number): number => quantile(waits[1] ?? [], at) / quantile(waits[0] ?? [], at);
  const [median, late] = [ratio(0.5), ratio(0.95)];
  const kept = share([...(alone ?? []), ...(beside ?? [])], 200);
  const refused = share(shouted ?? [], 429);
  return {
    name: 'one organization at ten times its limit, another beside it',
    found: `the other waits ${median.toFixed(2)} times as long, ${late.toFixed(2)} at the 95th percentile, and has ${(kept * 100).toFixed(1)} % of what it asks for; ${(refused * 100).toFixed(0)} % of the one's is refused`,
    held: median <= MOST.median && late <= MOST.late && kept === 1 && refused > 0.5,
  };
}
