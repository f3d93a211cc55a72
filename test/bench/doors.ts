/**
 * `node test/bench/doors.ts`: the dearest requests of each door, as ratios of processor time to the valid request to the same
 * role at the same door, at 10,000 roles and with the longest values that pass. What issues a credential is left out, so
 * that the valid request is as cheap as it can be. Exits with 1 when an aim is missed.
 */
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { type Authorizer, authorize } from '../../lib/authorize.ts';
import { countSearched, MAX_PATTERN, MAX_SEARCHED, MAX_VALUE } from '../../lib/policy/glob.ts';
import type { Role } from '../../lib/policy/role.ts';
import type { HttpRequest } from '../../lib/protocols/protocol.ts';
import type { Credential } from '../../lib/providers/provider.ts';
import { type Broker, serve } from '../../lib/serve.ts';
import { createFixedRoles } from '../../lib/stores/roles.ts';
import { exchangeForm, httpRequest, testBroker } from '../harness/broker.ts';
import { tokenClaims } from '../harness/issuer.ts';
import { BUILDKITE, buildkiteClaims, decideFor, NOW, PROVIDER, roleFrom } from '../harness/policy.ts';
import { CLAIMS, IMAGES, testAuthorizer } from '../harness/registry.ts';

const ARN = 'arn:aws:iam::123456789012:role/deploy';
function arnOf(name: string): string {
  return `arn:aws:iam::123456789012:role/${name}`;
}
/** A name of the longest kind, of which ten thousand are alike. */
function nameOf(n: number): string {
  return `${'deploy-web-to-production-of-the-shop-in-'.padEnd(58, 'x')}${n}`.slice(0, 64);
}
const WANTED = nameOf(54321);
const NEAR = `${WANTED.slice(0, -3)}${WANTED.slice(-2, -1)}${WANTED.slice(-3, -2)}${WANTED.slice(-1)}`;

function statement(at: number, more: string): string {
  return `  - iss: ${BUILDKITE}\n    id: s${at}\n    claims: { organization_slug: my-organization, ${more} }\n`;
}
/** As many as load admits, which a value of that letter nearly has at each of its places. */
function searching(text: string): string[] {
  return Array.from({ length: Math.floor(MAX_SEARCHED / countSearched(`*${text}*`)) }, () => `*${text}*`);
}
function listed(patterns: readonly string[]): string[] {
  return Array.from({ length: Math.ceil(patterns.length / 50) }, (_, at) =>
    statement(at, `build_branch: { matches: ${JSON.stringify(patterns.slice(50 * at, 50 * at + 50))} }`),
  );
}
/** Roles whose last statement is for a push to main, after others that look as hard as load lets them. */
const POLICIES: { readonly [name: string]: readonly string[] } = {
  'ten statements': Array.from({ length: 9 }, (_, at) => statement(at, `pipeline_slug: other-${at}`)),
  'patterns of 254 letters': listed(searching(`${'a'.repeat(MAX_PATTERN - 3)}b`)),
  'patterns of 6 letters': listed(searching('aaaaab')),
  'patterns of 1 letter': listed(searching('b')),
  'patterns with ?': listed(searching('aaa?aab')),
  'one pattern with ?': listed(searching(`${'a'.repeat(20)}?${'a'.repeat(8)}b`)),
};
const LAST = statement(99, 'build_branch: main');
const AWS = `aws: { role_arn: "${ARN}" }`;
const GITHUB =
  'github: { app: Iv23li, owner: acme, repositories: [web], permissions: { push: { contents: write } } }';

const LONG = 'a'.repeat(MAX_VALUE);
const CREDENTIALS: { readonly [kind: string]: Credential } = {
  jwt: { kind: 'jwt', token: 'a.b.c', expiresAt: NOW + 900, session: 's' } as Credential,
  aws: {
    kind: 'aws',
    accessKeyId: 'ASIA',
    secretAccessKey: 's',
    sessionToken: 't'.repeat(400),
    expiresAt: NOW + 900,
    assumedRoleArn: ARN,
    assumedRoleId: 'AROA:x',
    session: 's',
  } as unknown as Credential,
  github: { kind: 'github', token: 'ghs_x', expiresAt: NOW + 900, session: 's' } as Credential,
};

type Row = {
  readonly name: string;
  readonly of?: string;
  readonly run: () => Promise<string>;
  readonly gets: string;
};

const rows: Row[] = [];
function add(name: string, of: string | undefined, gets: string, run: () => Promise<string>): void {
  return void rows.push({ name, ...(of === undefined ? {} : { of }), gets, run });
}

const { broker: small, issuer } = await testBroker({ roles: {} });

/** By its name, or by a target of its own. */
function roleOf(role: Role, name: string): Role {
  const { template } = role;
  return {
    ...role,
    name,
    template: template.kind === 'aws' ? { ...template, role_arn: arnOf(name) } : template,
  };
}

function brokerOf(role: Role, kind: string): Broker {
  const roles = Array.from({ length: 10_000 }, (_, n) => roleOf(role, nameOf(50_000 + n)));
  const credential = CREDENTIALS[kind];
  if (!credential) throw new Error(kind);
  const parts = {
    ...small.parts,
    roles: createFixedRoles(roles, small.parts.rows),
    issue: async () => credential,
  };
  return { ...small, parts };
}

function sign(changes: object): Promise<string> {
  return issuer.sign(tokenClaims({ ...changes }));
}
const MEMBERS = Object.fromEntries(Array.from({ length: 225 }, (_, n) => [`claim-${n}`, n]));
/** What is asked with, by what it costs: a token, and the name of the role. */
async function DEAR(): Promise<readonly (readonly [what: string, role: string, token: string])[]> {
  return [
    ['a near name that there is not', NEAR, await sign({})],
    ['the longest branch', WANTED, await sign({ build_branch: LONG })],
    ['a branch that is too long', WANTED, await sign({ build_branch: 'a'.repeat(9000) })],
    ['225 claims more', WANTED, await sign(MEMBERS)],
    ['another organization', WANTED, await sign({ organization_slug: 'o'.repeat(MAX_VALUE) })],
    ['16 KiB that are no token', WANTED, 'x'.repeat(16_384)],
  ];
}

type Door = { readonly kind: string; readonly request: (role: string, token: string) => HttpRequest };
function encode(form: object): Uint8Array {
  return new TextEncoder().encode(new URLSearchParams(form as Record<string, string>).toString());
}
const DOORS: { readonly [door: string]: Door } = {
  '/token': {
    kind: 'jwt',
    request: (audience, subject_token) =>
      httpRequest({ body: new TextEncoder().encode(exchangeForm({ audience, subject_token })) }),
  },
  STS: {
    kind: 'aws',
    request: (role, token) =>
      httpRequest({
        path: '/',
        body: encode({
          Action: 'AssumeRoleWithWebIdentity',
          Version: '2011-06-15',
          RoleArn: arnOf(role),
          RoleSessionName: 'botocore-session-1',
          WebIdentityToken: token,
        }),
      }),
  },
  '/credentials': {
    kind: 'aws',
    request: (role, token) =>
      httpRequest({ method: 'GET', path: `/credentials/${role}`, headers: { authorization: token } }),
  },
  '/git': {
    kind: 'github',
    request: (role, token) =>
      httpRequest({ path: `/git/${role}`, headers: { authorization: `Bearer ${token}` } }),
  },
};
const PROVIDERS: { readonly [kind: string]: string } = { jwt: PROVIDER, aws: AWS, github: GITHUB };

for (const [policy, statements] of Object.entries(POLICIES)) {
  for (const [door, { kind, request }] of Object.entries(DOORS)) {
    if (policy !== 'ten statements' && door !== '/token') continue;
    const scopes = kind === 'github' ? '\n    scopes: [push]' : '';
    const text = `trust:\n${[...statements, LAST].join('').replaceAll('\n    claims', `${scopes}\n    claims`)}${PROVIDERS[kind]}\n`;
    const broker = brokerOf(roleFrom(text), kind);
    const ask = (role: string, token: string) => async () =>
      String((await serve(broker, request(role, token))).status);
    const valid = `${door}, ${policy}`;
    const good = await sign({});
    add(valid, undefined, '200', ask(WANTED, good));
    for (const [what, role, token] of await DEAR()) add(`  ${what}`, valid, 'x', ask(role, token));
  }
}

const door = await testAuthorizer([CLAIMS]);
const ONE = { aud: IMAGES, organization_slug: 'your-org', pipeline_slug: 'one-pipeline' };
const READ = { method: 'GET', path: '/v2/your-org/web/manifests/latest' };
function bearer(token: string) {
  return { authorization: `Bearer ${token}` };
}
function mint(changes: object): Promise<string> {
  return door.issuer.sign(tokenClaims({ ...ONE, ...changes }));
}
function passes(authorizer: Authorizer, request: Partial<HttpRequest>) {
  return async () => (await authorize(authorizer, httpRequest(request))).kind;
}
const QUERY = `${READ.path}?${'n=1&'.repeat(500)}`;
const long = { ...READ, path: `/v2/your-org/${'a/'.repeat(490)}manifests/latest` };
add(
  'registry',
  undefined,
  'authorized',
  passes(door.authorizer, { ...READ, headers: bearer(await mint({})) }),
);
for (const [what, request, changes] of [
  ['the longest branch', READ, { build_branch: LONG }],
  ['225 claims more', READ, MEMBERS],
  ['the longest path', long, {}],
  ['a query of 500 parameters', { ...READ, query: QUERY }, {}],
  ['a scope of the longest kind', READ, { organization_slug: LONG }],
] as const)
  add(
    `  ${what}`,
    'registry',
    'x',
    passes(door.authorizer, { ...request, headers: bearer(await mint(changes)) }),
  );

function gets(query: string, token: string) {
  return async () => {
    const headers = { authorization: `Basic ${Buffer.from(`x:${token}`).toString('base64')}` };
    return String(
      (await serve(door.broker, httpRequest({ method: 'GET', path: '/registry/token', query, headers })))
        .status,
    );
  };
}
function asked(count: number, name: string) {
  return new URLSearchParams({
    service: IMAGES,
    scope: Array.from({ length: count }, () => `repository:your-org/${name}:pull,push`).join(' '),
  }).toString();
}
add('token door', undefined, '200', gets(asked(1, 'web'), await mint({})));
for (const [what, query, changes] of [
  ['20 scopes of the longest name', asked(20, 'a'.repeat(240)), {}],
  ['21 scopes', asked(21, 'web'), {}],
  ['the longest branch', asked(20, 'a'.repeat(240)), { build_branch: LONG }],
  ['225 claims more', asked(1, 'web'), MEMBERS],
] as const)
  add(`  ${what}`, 'token door', 'x', gets(query, await mint(changes)));

/** Milliseconds of one turn of one row. */
const TURN = 5;
const ROUNDS = 15;
const MOST = 3;
const MOST_DECISION = 5;

/** Microseconds of processor time for one run. */
async function turn({ run }: Row): Promise<number> {
  const began = process.cpuUsage();
  let runs = 0;
  let used = 0;
  do {
    await run();
    runs++;
    const { user, system } = process.cpuUsage(began);
    used = user + system;
  } while (used < TURN * 1000);
  return used / runs;
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

/** Times a decision of each policy on the longest values, in milliseconds. */
function measureDecisions(): boolean {
  let met = true;
  for (const [policy, statements] of Object.entries(POLICIES)) {
    const role = roleFrom(`trust:\n${[...statements, LAST].join('')}${PROVIDER}\n`);
    const claims = buildkiteClaims({ build_branch: LONG });
    const times = Array.from({ length: 60 }, () => {
      const began = process.cpuUsage();
      for (let n = 0; n < 5; n++) decideFor(role, claims);
      const { user, system } = process.cpuUsage(began);
      return (user + system) / 5000;
    });
    const ms = median(times);
    if (ms > MOST_DECISION) met = false;
    console.log(
      `${`a decision, ${policy}`.padEnd(44)}${ms.toFixed(3).padStart(8)} ms  ${ms <= MOST_DECISION ? 'met' : 'MISSED'}: at most ${MOST_DECISION} ms`,
    );
  }
  return met;
}

/** Measures the dearest requests of each door; false when an aim is missed. */
export async function compareDoors(): Promise<boolean> {
  for (const { name, run, gets } of rows) {
    const got = await run();
    if (gets !== 'x' && got !== gets) throw new Error(`${name}: ${got}`);
  }
  const times = new Map(rows.map(row => [row, [] as number[]]));
  for (let round = -3; round < ROUNDS; round++)
    for (const row of rows) {
      const micros = await turn(row);
      if (round >= 0) times.get(row)?.push(micros);
    }
  let met = measureDecisions();
  let valid: readonly number[] = [];
  for (const [{ name, of }, taken] of times) {
    if (of === undefined) valid = taken;
    const ratio = median(taken.map((micros, round) => micros / (valid[round] ?? Number.NaN)));
    const good = ratio <= MOST;
    if (!good) met = false;
    const aim = of === undefined ? '' : `${good ? 'met' : 'MISSED'}: at most ${MOST} × the valid request`;
    console.log(
      `${name.padEnd(44)}${median(taken).toFixed(0).padStart(8)} µs${ratio.toFixed(2).padStart(7)}  ${aim}`,
    );
  }
  return met;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = (await compareDoors()) ? 0 : 1;
