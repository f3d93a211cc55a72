import { createDynamoTable } from '../../lib/aws/dynamo.ts';
import { createKmsSigner } from '../../lib/keys/kms.ts';
import { DUMMY_KEYS } from '../../lib/local/sts.ts';
import { createTableIssuerKeys } from '../../lib/stores/issuers.ts';
import { type TestBroker, testBroker } from '../harness/broker.ts';
import { clockFrom } from '../harness/clock.ts';
import { TARGET } from '../harness/door.ts';
import { TRUST } from '../harness/grant.ts';
import { KEY, NEXT_KEY } from '../harness/kms.ts';
import { sharedKeysAt } from '../harness/network.ts';
import { NOW, PROVIDER } from '../harness/policy.ts';
import { type Backends, KEYS_PATH } from './backends.ts';
import { type FaultyProxy, proxy } from './proxy.ts';

const ROLES = {
  publish: `${TRUST}${PROVIDER}\n`,
  release: `single_use: true\n${TRUST}${PROVIDER}\n`,
  deploy: `single_use: true\n${TRUST}aws: { role_arn: ${TARGET} }\n`,
};

/** A broker's processes, and what they ask, behind one proxy. */
export type Deployment = {
  readonly name: string;
  readonly proxy: FaultyProxy;
  /** What arrived at the sink that every credential waits for. */
  readonly delivered: () => readonly string[];
  /** Seconds since the epoch: everybody's clock, and by how much that of the processes is wrong. */
  readonly clock: { readonly now: () => number; pass(seconds: number): void; wrong: number };
  /** A new process, which has asked nobody anything. */
  readonly start: () => Promise<TestBroker>;
  /** What the refresher does every four minutes. */
  readonly refresh: () => Promise<void>;
  /** Its table of issuers' keys. */
  readonly rows: string;
};

function movable(): Deployment['clock'] {
  const clock = clockFrom(NOW);
  let passed = 0;
  return { now: () => clock() + passed, pass: seconds => void (passed += seconds), wrong: 0 };
}

/** What a process is told: where everything is that it asks, and what time it is. */
type Told = {
  readonly url: string;
  readonly stream: string;
  readonly tables: Backends['tables'];
  /** The table of issuers' keys. */
  readonly rows: string;
  readonly now: () => number;
};

/** A new process, which has asked nobody anything. Without a sink of its own it keeps its audit events. */
export function startProcess(
  { url, stream, tables, rows, now }: Told,
  sink?: (line: string) => void,
): Promise<TestBroker> {
  const aws = { region: 'us-east-1', endpoint: url, credentials: DUMMY_KEYS, now };
  return testBroker({
    roles: ROLES,
    aws,
    now,
    signer: createKmsSigner({ ...aws, keys: [KEY] }),
    delivery: { sink: 'firehose', to: stream, required: true },
    keysFor: sharedKeysAt(
      `${url}${KEYS_PATH}`,
      createTableIssuerKeys(
        createDynamoTable(rows, aws),
        createKmsSigner({ ...aws, keys: [NEXT_KEY], patience: 2000 }),
      ),
    ),
    tables,
    ...(sink ? { sink } : {}),
  });
}

/** `name` is that of its audit stream. */
export async function deployment(name: string, behind: Backends): Promise<Deployment> {
  const [front, clock, rows] = [await proxy(behind), movable(), await behind.makeRows()];
  const { tables, delivered } = behind;
  const now = (): number => clock.now() + clock.wrong;
  return {
    name,
    proxy: front,
    delivered: () => delivered.get(name) ?? [],
    clock,
    rows: rows.name,
    start: () => startProcess({ url: front.url, stream: name, tables, rows: rows.name, now }),
    refresh: () => rows.keep(`${front.url}${KEYS_PATH}`, clock.now()),
  };
}
