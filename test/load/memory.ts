import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { testBroker } from '../harness/broker.ts';
import { TRUST } from '../harness/grant.ts';
import { tokenClaims } from '../harness/issuer.ts';
import { PROVIDER } from '../harness/policy.ts';
import type { Measured } from './turns.ts';

const EXCHANGES = 100_000;
/** Pipelines, each with a token of its own that is exchanged again and again. Every tenth is of a branch that is refused. */
const PIPELINES = 1000;
/** Megabytes that may be held at the end beyond what is held after the first fifth. */
const MOST = 4;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function held(): number {
  collect();
  return process.memoryUsage().heapUsed / 1e6;
}

/** 100,000 exchanges leave nothing behind. */
export async function memory(exchanges = EXCHANGES): Promise<Measured> {
  const roles = { publish: `${TRUST}${PROVIDER}\n` };
  const { issuer, ask } = await testBroker({ roles, sink: () => undefined });
  const tokens = await Promise.all(
    Array.from({ length: PIPELINES }, (_, index) =>
      issuer.sign(
        tokenClaims({ pipeline_slug: `pipeline-${index}`, build_branch: index % 10 ? 'main' : 'other' }),
      ),
    ),
  );
  let issued = 0;
  const some = async (count: number): Promise<number> => {
    for (let index = 0; index < count; index++) {
      const subject_token = tokens[index % PIPELINES];
      if ((await ask({ subject_token, audience: 'publish' })).status === 200) issued++;
    }
    return held();
  };
  const steps: number[] = [];
  for (let step = 0; step < 5; step++) steps.push(await some(exchanges / 5));
  const more = (steps.at(-1) ?? Number.NaN) - (steps[0] ?? Number.NaN);
  return {
    name: `memory over ${exchanges} exchanges`,
    found: `${steps.map(each => each.toFixed(1)).join(', ')} MB held after each fifth; ${issued} issued`,
    held: more <= MOST && issued === exchanges * 0.9,
  };
}
