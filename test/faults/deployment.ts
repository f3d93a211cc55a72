import { kmsSigner } from '../../lib/keys/kms.ts';
import { DUMMY_KEYS } from '../../lib/local/sts.ts';
import { download } from '../../lib/token/download.ts';
import { cachedKeys } from '../../lib/token/keys.ts';
import { readKeySet } from '../../lib/token/keyset.ts';
import { type TestBroker, testBroker } from '../harness/broker.ts';
import { TARGET } from '../harness/door.ts';
import { TRUST } from '../harness/grant.ts';
import { KEY } from '../harness/kms.ts';
import { loopback } from '../harness/network.ts';
import { NOW, PROVIDER } from '../harness/policy.ts';
import { type Backends, KEYS_PATH } from './backends.ts';
import { type Proxy, proxy } from './proxy.ts';

const ROLES = {
  publish: `${TRUST}${PROVIDER}\n`,
  release: `single_use: true\n${TRUST}${PROVIDER}\n`,
  deploy: `single_use: true\n${TRUST}aws: { role_arn: ${TARGET} }\n`,
};

/** A broker's processes, and what they ask, behind one proxy. */
export type Deployment = {
  readonly name: string;
  readonly proxy: Proxy;
  /** What arrived at the sink that every credential waits for. */
  readonly delivered: () => readonly string[];
  /** Seconds since the epoch: everybody's clock, and by how much that of the processes is wrong. */
  readonly clock: { readonly now: () => number; pass(seconds: number): void; wrong: number };
  /** A new process, which has asked nobody anything. */
  readonly start: () => Promise<TestBroker>;
};

const clockFrom = (start: number): Deployment['clock'] => {
  const began = performance.now();
  let passed = 0;
  return {
    now: () => start + passed + (performance.now() - began) / 1000,
    pass: seconds => void (passed += seconds),
    wrong: 0,
  };
};

/** `name` is that of its audit stream. */
export const deployment = async (name: string, behind: Backends): Promise<Deployment> => {
  const [front, clock] = [await proxy(behind), clockFrom(NOW)];
  const now = (): number => clock.now() + clock.wrong;
  const aws = { region: 'us-east-1', endpoint: front.url, credentials: DUMMY_KEYS, now };
  const fetchSet = async () =>
    readKeySet(await download(`${front.url}${KEYS_PATH}`, loopback), ['RS256'], () => undefined);
  return {
    name,
    proxy: front,
    delivered: () => behind.delivered.get(name) ?? [],
    clock,
    start: () =>
      testBroker({
        roles: ROLES,
        aws,
        now,
        signer: kmsSigner({ ...aws, keys: [KEY] }),
        delivery: { sink: 'firehose', to: name, required: true },
        keysFor: () => cachedKeys(fetchSet, () => undefined),
        tables: behind.tables,
      }),
  };
};
