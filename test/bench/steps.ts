/**
 * How long each step takes, as a ratio to a bare RS256 verification by node:crypto and to
 * `jose.jwtVerify` with a cached key, all measured in turn within one run. A machine's noise moves all of
 * them alike, so the ratios hold where microseconds do not. Exits with 1 when an aim is missed.
 */
import { createPublicKey, verify as cryptoVerify } from 'node:crypto';
import { importJWK, type JWK, jwtVerify } from 'jose';
import { BrokerError } from '../../lib/errors.ts';
import { recordEvent } from '../../lib/job-events.ts';
import { createLocalSigner } from '../../lib/keys/local.ts';
import { decide } from '../../lib/policy/decide.ts';
import type { Role } from '../../lib/policy/role.ts';
import { GRANT_TYPE } from '../../lib/protocols/oauth.ts';
import { type Broker, serve } from '../../lib/serve.ts';
import { createMemoryJobs } from '../../lib/stores/jobs.ts';
import { createFixedRoles } from '../../lib/stores/roles.ts';
import { readKeySet } from '../../lib/token/keyset.ts';
import { httpRequest, testBroker } from '../harness/broker.ts';
import { endAll } from '../harness/endings.ts';
import { tokenClaims } from '../harness/issuer.ts';
import { BUILD, issuersWithEvents, JOB, jobStarted, SOURCE } from '../harness/job-events.ts';
import { AUDIENCE, BUILDKITE, NOW } from '../harness/policy.ts';
import { testServer } from '../harness/server.ts';
import { compareDoors } from './doors.ts';
import { comparePolicies } from './policies.ts';
import { describeMeasurement, saveResult } from './results.ts';

type Step = {
  readonly name: string;
  readonly run: () => unknown;
  readonly aim?: { readonly most: number; readonly of: string };
};

const ROUNDS = 60;
/** Milliseconds of one turn of one step. */
const TURN = 6;

function statement(pipeline: string) {
  return `  - iss: ${BUILDKITE}\n    claims: { organization_slug: my-organization, pipeline_slug: ${pipeline}, build_branch: main }`;
}
const TEN = `trust:\n${[...Array(9).keys()].map(n => statement(`other-${n}`)).join('\n')}\n${statement('my-pipeline')}`;

async function refused(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (error instanceof BrokerError) return;
    throw error;
  }
  throw new Error('that should have been refused');
}

const { broker, issuer } = await testBroker({ roles: { one: TEN } });
const good = await issuer.sign(tokenClaims());
const [header = '', payload = '', signature = ''] = good.split('.');
const forged = `${header}.${payload}.${signature.slice(0, -8)}AAAAAAAA`;
const expired = await issuer.sign(tokenClaims({ iat: NOW - 900, nbf: NOW - 900, exp: NOW - 600 }));
const elsewhere = await issuer.sign(tokenClaims({ aud: 'https://elsewhere.example' }));
const stranger = await issuer.sign(tokenClaims({ iss: 'https://stranger.example' }));
const otherKey = await issuer.sign(tokenClaims(), { kid: 'unknown' });

const signer = createLocalSigner();
const key = createPublicKey({ key: issuer.jwk as Record<string, string>, format: 'jwk' });
const cached = await importJWK(issuer.jwk as JWK, 'RS256');
const { verify } = broker.parts;
const token = await verify(good, NOW);

const found = broker.parts.roles.find('one');
if (!found) throw new Error('no role');
const only = found.role;
function named(name: string): Role {
  return { ...only, name };
}
const single = createFixedRoles([named('role-0')], broker.parts.rows);
const fleet = createFixedRoles(
  [...Array(10_000).keys()].map(n => named(`role-${n}`)),
  broker.parts.rows,
);
const access = { role: 'role-0', scopes: undefined, seconds: undefined, kinds: undefined };
const context = { now: NOW, sourceAddress: '203.0.113.7' };
function decideFrom(roles: typeof single, name: string) {
  const snapshot = roles.find(name);
  if (!snapshot || !decide(snapshot.role, token, access, context).allowed)
    throw new Error('that should be allowed');
}

function form(subject_token: string): Uint8Array {
  return new TextEncoder().encode(
    new URLSearchParams({
      grant_type: GRANT_TYPE,
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      audience: 'one',
      subject_token,
    }).toString(),
  );
}
const request = httpRequest({ body: form(good) });
const keySetText = Buffer.from(
  JSON.stringify({
    keys: [
      issuer.jwk,
      { ...issuer.jwk, kid: 'second' },
      { ...issuer.jwk, kid: 'third' },
      { ...issuer.jwk, kid: 'fourth' },
    ],
  }),
);

/** A role that asks whether its job runs: by what is in memory, and by a table that answers at once over loopback. */
const LIVE = TEN.replace('trust:', 'running: true\ntrust:');
const jobs = createMemoryJobs();
await recordEvent({ sources: [SOURCE], jobs, now: () => NOW }, jobStarted());
const row = {
  about: { S: JSON.stringify(['job', JOB]) },
  state: { S: 'started' },
  organization: { S: SOURCE.organizationId },
  build: { S: BUILD },
  at: { N: String(NOW) },
};
const table = await testServer(({ body }) => ({
  status: 200,
  body: String(body).includes(JOB) ? { Item: row } : {},
}));
const aws = {
  region: 'us-east-1',
  endpoint: table.url,
  credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'test' },
};
const issuers = issuersWithEvents();
const inMemory = await testBroker({ roles: { one: LIVE }, issuers, jobs });
const inTable = await testBroker({ roles: { one: LIVE }, issuers, aws, tables: { jobTable: 'jobs' } });

async function exchangeAt({ broker: at }: { readonly broker: Broker }): Promise<void> {
  if ((await serve(at, request)).status !== 200) throw new Error('that should be issued');
}

const VALID = 'verify: every check';
/**
 * What refusals are held against: the arithmetic of a signature, which whoever refuses early saves. Not our own verification,
 * beside which a refusal would look dearer the cheaper that becomes. Half of each is the making of an error with its stack.
 */
const ARITHMETIC = 'node:crypto RS256 verify';
const steps: readonly Step[] = [
  {
    name: ARITHMETIC,
    run: () =>
      cryptoVerify('sha256', Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url')),
  },
  {
    name: 'jose.jwtVerify',
    run: () =>
      jwtVerify(good, cached, { currentDate: new Date(NOW * 1000), audience: AUDIENCE, issuer: BUILDKITE }),
  },
  { name: VALID, run: () => verify(good, NOW), aim: { most: 1.2, of: 'jose.jwtVerify' } },
  {
    name: 'refuse: garbage',
    run: () => refused(verify('not a token', NOW)),
    aim: { most: 0.25, of: ARITHMETIC },
  },
  {
    name: 'refuse: 16 KiB of garbage',
    run: () => refused(verify('x'.repeat(16_384), NOW)),
    aim: { most: 0.25, of: ARITHMETIC },
  },
  {
    name: 'refuse: unlisted issuer',
    run: () => refused(verify(stranger, NOW)),
    aim: { most: 0.25, of: ARITHMETIC },
  },
  {
    // Its claims are read first, so that an issuer is asked by tokens of good form alone.
    name: 'refuse: unknown key id',
    run: () => refused(verify(otherKey, NOW)),
    aim: { most: 0.7, of: ARITHMETIC },
  },
  {
    name: 'refuse: wrong audience',
    run: () => refused(verify(elsewhere, NOW)),
    aim: { most: 0.7, of: ARITHMETIC },
  },
  { name: 'refuse: expired', run: () => refused(verify(expired, NOW)), aim: { most: 0.7, of: ARITHMETIC } },
  { name: 'refuse: bad signature', run: () => refused(verify(forged, NOW)) },
  { name: 'decide: ten statements, with trace', run: () => decideFrom(single, 'role-0') },
  {
    name: 'decide: the same among 10,000 roles',
    run: () => decideFrom(fleet, 'role-0'),
    aim: { most: 1.25, of: 'decide: ten statements, with trace' },
  },
  { name: 'sign: a token, by a key in memory', run: () => signer.sign('at+jwt', tokenClaims()) },
  { name: 'exchange: whole, jwt provider', run: () => exchangeAt({ broker }) },
  { name: 'exchange: of a job that must run', run: () => exchangeAt(inMemory) },
  { name: 'exchange: the same, by a table', run: () => exchangeAt(inTable) },
  {
    name: 'key set: four RSA keys, read and vetted',
    run: () => readKeySet(keySetText, ['RS256'], () => undefined),
  },
];

/** Microseconds on a CPU so far: whatever else the machine does is not in it. */
function readCpu(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** Runs one step for a turn; microseconds for one run of it. */
async function turn({ run }: Step): Promise<number> {
  const started = readCpu();
  let runs = 0;
  do {
    for (let i = 0; i < 8; i++) await run();
    runs += 8;
  } while (readCpu() - started < TURN * 1000);
  return (readCpu() - started) / runs;
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

const times = new Map(steps.map(step => [step.name, [] as number[]]));
for (let round = -5; round < ROUNDS; round++) {
  for (const step of steps) {
    const micros = await turn(step);
    if (round >= 0) times.get(step.name)?.push(micros);
  }
}

/** The median over the rounds of a step's time to another's in the same round. */
function ratio(name: string, of: string): number {
  const base = times.get(of) ?? [];
  return median((times.get(name) ?? []).map((micros, round) => micros / (base[round] ?? Number.NaN)));
}

let missed = 0;
console.log(
  `${'step'.padEnd(42)}${'µs'.padStart(8)}${'× crypto'.padStart(10)}${'× jose'.padStart(9)}${'× verify'.padStart(10)}  aim`,
);
for (const { name, aim } of steps) {
  const columns = [
    median(times.get(name) ?? [])
      .toFixed(1)
      .padStart(8),
    ratio(name, ARITHMETIC).toFixed(2).padStart(10),
    ratio(name, 'jose.jwtVerify').toFixed(2).padStart(9),
    ratio(name, VALID).toFixed(3).padStart(10),
  ];
  const met = aim === undefined || ratio(name, aim.of) <= aim.most;
  if (!met) missed++;
  console.log(
    `${name.padEnd(42)}${columns.join('')}  ${aim === undefined ? '' : `${met ? 'met' : 'MISSED'}: at most ${aim.most} × ${aim.of}`}`,
  );
}
saveResult('steps', {
  ...describeMeasurement(ROUNDS),
  rows: steps.map(({ name, aim }) => ({
    name,
    micros: median(times.get(name) ?? []),
    byArithmetic: ratio(name, ARITHMETIC),
    byJose: ratio(name, 'jose.jwtVerify'),
    aim:
      aim === undefined
        ? ''
        : `at most ${aim.most} × ${aim.of}${ratio(name, aim.of) > aim.most ? ': **missed**' : ''}`,
  })),
});
if (!comparePolicies()) missed++;
if (!(await compareDoors())) missed++;
console.log(missed === 0 ? 'every aim is met' : `${missed} aims are missed`);
// Outside of the test runner nobody else closes the table's stand-in, and an open server keeps a process.
await endAll();
process.exitCode = missed === 0 ? 0 : 1;
