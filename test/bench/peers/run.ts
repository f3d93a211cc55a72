/**
 * `npm run bench -- peers [ROUNDS [write]]`: the packaged exchange of an AWS session beside three others, each behind Node's own
 * `http` in a process of its own and in front of one fake STS: an echo, a hand-written floor that verifies and calls STS,
 * and a broker of middy, jose and AWS's client. Rounds go in turn; told are the CPU time of a request, as a ratio to the
 * floor in the same round with its spread, and latency at one and at sixteen connections. Exits with 1 when an aim is
 * missed. `write` keeps the result for the page.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import process from 'node:process';
import { GRANT_TYPE } from '../../../lib/protocols/oauth.ts';
import { KEY_ID, testIssuer, tokenClaims } from '../../harness/issuer.ts';
import { AUDIENCE, BUILDKITE } from '../../harness/policy.ts';
import { folders } from '../../lambda/folders.ts';
import { describeMeasurement, type PeerRow, saveResult } from '../results.ts';

const NAMES = ['echo', 'floor', 'sdk', 'ours'] as const;
type Name = (typeof NAMES)[number];

/** CPU of ours, as a ratio: what issue and page call the aims. */
const AIMS = [
  { of: 'floor', most: 2.2 },
  { of: 'sdk', most: 0.6 },
] as const;
const CONNECTIONS = [1, 16] as const;
const WARM_UP = 400;
const BLOCK = 320;
const TOKENS = 64;

const rounds = Number(process.argv[3] ?? 9);
const issuer = await testIssuer();
const packed = await folders(issuer);

async function start(file: string, ...words: string[]) {
  // What is written goes nowhere: the audit lines of a million exchanges are not this terminal's.
  const stdio = ['ignore', 'ignore', 'inherit', 'ipc'] as const;
  const child = fork(join(import.meta.dirname, file), words, { env: environment, stdio: [...stdio] });
  const [port] = (await once(child, 'message')) as [number];
  return { child, port };
}

let environment: NodeJS.ProcessEnv = { ...process.env };
const sts = await start('sts.ts');
const url = `http://127.0.0.1:${sts.port}`;
const keys = { id: 'AKIDEXAMPLE', secret: 'secret', session: 'session' };
environment = {
  PATH: process.env['PATH'],
  KITE_STS_AWS_ENDPOINT: url,
  KITE_STS_SIGNING_KEYS: 'arn:aws:kms:us-east-1:123456789012:key/a,arn:aws:kms:us-east-1:123456789012:key/b',
  KITE_STS_SWITCH_TABLE: 'switches',
  KITE_STS_IDENTITY_TABLE: 'identities',
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: keys.id,
  AWS_SECRET_ACCESS_KEY: keys.secret,
  AWS_SESSION_TOKEN: keys.session,
  AWS_LAMBDA_FUNCTION_NAME: 'kite-sts',
  PEER_SETTING: JSON.stringify({
    jwk: issuer.jwk,
    issuer: BUILDKITE,
    audience: AUDIENCE,
    organization: 'my-organization',
    roles: { deploy: { arn: 'arn:aws:iam::123456789012:role/deploy', branch: 'main' } },
    sts: url,
    keys,
  }),
};

const now = Math.floor(Date.now() / 1000);
const bodies = await Promise.all(
  [...Array(TOKENS).keys()].map(async index => {
    const times = { iat: now, nbf: now, exp: now + 3600 };
    const claims = tokenClaims({ ...times, jti: `token-${index}` });
    return new URLSearchParams({
      grant_type: GRANT_TYPE,
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      subject_token: await issuer.sign(claims, { kid: KEY_ID }),
      audience: 'deploy',
    }).toString();
  }),
);

function ask(port: number, agent: Agent, body: string): Promise<number> {
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': String(Buffer.byteLength(body)),
  };
  return new Promise((resolve, reject) => {
    const call = request(
      { port, host: '127.0.0.1', method: 'POST', path: '/token', agent, headers },
      reply => {
        reply.resume();
        reply.on('end', () => resolve(reply.statusCode ?? 0));
      },
    );
    call.on('error', reject);
    call.end(body);
  });
}

/** Asks so many times over so many connections, and gives each latency in microseconds. */
async function load(port: number, connections: number, count: number): Promise<readonly number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const latencies: number[] = [];
  let asked = 0;
  async function connect(): Promise<void> {
    while (asked < count) {
      const body = bodies[asked++ % bodies.length] ?? '';
      const started = process.hrtime.bigint();
      const status = await ask(port, agent, body);
      if (status !== 200) throw new Error(`${status} from port ${port}`);
      latencies.push(Number(process.hrtime.bigint() - started) / 1000);
    }
  }
  await Promise.all([...Array(connections)].map(connect));
  agent.destroy();
  return latencies;
}

async function readCpu({ child }: { readonly child: ChildProcess }): Promise<number> {
  child.send('cpu');
  const [microseconds] = (await once(child, 'message')) as [number];
  return microseconds;
}

const peers = new Map(
  await Promise.all(
    NAMES.map(async name => [name, await start('server.ts', name, packed.of.exchange)] as const),
  ),
);

type Block = { readonly cpu: number; readonly latencies: readonly number[] };

async function measure(name: Name, connections: number): Promise<Block> {
  const peer = peers.get(name);
  if (!peer) throw new Error(`no peer ${name}`);
  const before = await readCpu(peer);
  const latencies = await load(peer.port, connections, BLOCK);
  return { cpu: ((await readCpu(peer)) - before) / BLOCK, latencies };
}

function at(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** What was measured of each peer, round by round. */
type Rounds = readonly ReadonlyMap<Name, Block>[];

async function measureRounds(connections: number): Promise<Rounds> {
  const found: ReadonlyMap<Name, Block>[] = [];
  for (let round = 0; round < rounds; round++) {
    const blocks = new Map<Name, Block>();
    // Each begins as often as the others, so that none is always the one after the slowest.
    for (const index of NAMES.keys()) {
      const name = NAMES[(index + round) % NAMES.length] ?? 'echo';
      blocks.set(name, await measure(name, connections));
    }
    found.push(blocks);
  }
  return found;
}

function ratios(found: Rounds, name: Name, of: Name): readonly number[] {
  return found.map(blocks => (blocks.get(name)?.cpu ?? Number.NaN) / (blocks.get(of)?.cpu ?? Number.NaN));
}

function tell(found: Rounds, connections: number): void {
  console.log(`\n${connections} connection${connections === 1 ? '' : 's'}, ${rounds} rounds of ${BLOCK}`);
  console.log(
    `${''.padEnd(8)}${['CPU µs', '× floor', 'from', 'to', 'p50 µs', 'p99 µs'].map(each => each.padStart(9)).join('')}`,
  );
  for (const name of NAMES) {
    const all = found.flatMap(blocks => blocks.get(name)?.latencies ?? []);
    const cpu = at(
      found.map(blocks => blocks.get(name)?.cpu ?? Number.NaN),
      0.5,
    );
    const ratio = ratios(found, name, 'floor');
    const cells = [
      cpu.toFixed(0),
      at(ratio, 0.5).toFixed(2),
      Math.min(...ratio).toFixed(2),
      Math.max(...ratio).toFixed(2),
      at(all, 0.5).toFixed(0),
      at(all, 0.99).toFixed(0),
    ];
    console.log(`${name.padEnd(8)}${cells.map(each => each.padStart(9)).join('')}`);
  }
}

/** Connections at once for the plot of latency, and how often each is measured. */
const LOADS = [1, 2, 4, 8, 16, 32] as const;
const DRAWN = ['floor', 'ours', 'sdk'] as const;
const REPEATS = 3;

/** The median latency in milliseconds at each load. */
async function measureLoads(name: Name): Promise<readonly number[]> {
  const medians: number[] = [];
  for (const connections of LOADS) {
    const latencies: number[] = [];
    for (let repeat = 0; repeat < REPEATS; repeat++)
      latencies.push(...(await measure(name, connections)).latencies);
    medians.push(at(latencies, 0.5) / 1000);
  }
  return medians;
}

function listRows(found: Rounds): readonly PeerRow[] {
  return NAMES.map(name => {
    const ratio = ratios(found, name, 'floor');
    const micros = at(
      found.map(blocks => blocks.get(name)?.cpu ?? Number.NaN),
      0.5,
    );
    return { name, micros, byFloor: at(ratio, 0.5), from: Math.min(...ratio), to: Math.max(...ratio) };
  });
}

for (const { port } of peers.values()) await load(port, 4, WARM_UP);
const [one, sixteen] = [await measureRounds(CONNECTIONS[0]), await measureRounds(CONNECTIONS[1])];
tell(one, CONNECTIONS[0]);
tell(sixteen, CONNECTIONS[1]);
let missed = 0;
for (const { of, most } of AIMS) {
  const ratio = at(ratios(sixteen, 'ours', of), 0.5);
  if (ratio > most) missed++;
  console.log(`${ratio > most ? 'MISSED' : 'met   '} ours is ${ratio.toFixed(2)} × ${of}, at most ${most} ×`);
}
if (process.argv.includes('write')) {
  const latencies: { readonly name: string; readonly values: readonly number[] }[] = [];
  for (const name of DRAWN) latencies.push({ name, values: await measureLoads(name) });
  const rows = { one: listRows(one), sixteen: listRows(sixteen) };
  saveResult('peers', { ...describeMeasurement(rounds), ...rows, loads: LOADS, latencies });
}
for (const { child } of [...peers.values(), sts]) child.disconnect();
packed.remove();
process.exitCode = missed === 0 ? 0 : 1;
