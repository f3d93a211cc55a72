/**
 * `npm run bench -- fleet [ROUNDS [write]]`: 10,000 roles of the starter's kind. Loading and packaging stand beside the YAML
 * library's own parse of the same files, and the packaged exchange with them beside one with a single role: what it
 * takes to initialize, and for its first denial. CPU time, each in a process of its own, in turn. Exits with 1 when an aim is missed.
 */
import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { KEY_ID, testIssuer, tokenClaims } from '../harness/issuer.ts';
import { AUDIENCE } from '../harness/policy.ts';
import { describeMeasurement, saveResult } from './results.ts';

const ROOT = join(import.meta.dirname, '../..');
const ROLES = 10_000;
const rounds = Number(process.argv[3] ?? 5);

const home = mkdtempSync(join(tmpdir(), 'kite-sts-fleet-'));
process.on('exit', () => rmSync(home, { recursive: true, force: true }));

const issuer = await testIssuer();
const BROKER = {
  url: AUDIENCE,
  issuers: [{ preset: 'buildkite', jwks: { keys: [issuer.jwk] }, max_token_lifetime: 3600 }],
};
const now = Math.floor(Date.now() / 1000);
/** Of another organization than the roles are for: the role is found, read and tried. */
const BODY = new URLSearchParams({
  grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
  subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
  audience: 'deploy-0',
  subject_token: await issuer.sign(tokenClaims({ iat: now, nbf: now, exp: now + 3600 }), { kid: KEY_ID }),
}).toString();

function writeFleet(name: string, count: number): string {
  const folder = join(home, name);
  mkdirSync(join(folder, 'roles'), { recursive: true });
  // JSON is YAML.
  writeFileSync(join(folder, 'broker.yml'), JSON.stringify(BROKER));
  const role = readFileSync(join(ROOT, 'config/roles/deploy-web.yml'), 'utf8');
  for (let at = 0; at < count; at++)
    writeFileSync(join(folder, `roles/deploy-${at}.yml`), role.replaceAll('deploy-web', `deploy-${at}`));
  return folder;
}
const [fleet, single] = [writeFleet('fleet', ROLES), writeFleet('single', 1)];

const LOAD = `
const { loadConfig } = await import('${ROOT}/lib/config/load.ts');
const load = folder => { const { config, complaints } = loadConfig(folder); if (!config) throw new Error(JSON.stringify(complaints[0])); return config; };`;
const PACK = `
const { writeArtifact } = await import('${ROOT}/infra/artifact.ts');
const { optionsFrom, STACK } = await import('${ROOT}/test/harness/deploy.ts');
const pack = (folder, to) => writeArtifact('exchange', { config: load(folder), options: optionsFrom(), stack: STACK }, to);`;
const PARSE = `
const { readdirSync, readFileSync } = await import('node:fs');
const { parseDocument } = await import('${ROOT}/node_modules/yaml/dist/index.js');
const parse = folder => { for (const file of readdirSync(folder + '/roles')) parseDocument(readFileSync(folder + '/roles/' + file, 'utf8')); };`;
const ASK = `
const started = process.cpuUsage();
const { handler } = await import(process.argv[1] + '/index.mjs');
const init = process.cpuUsage(started);
const headers = { 'content-type': 'application/x-www-form-urlencoded' };
const event = { rawPath: '/token', rawQueryString: '', headers, requestContext: { http: { method: 'POST', sourceIp: '192.0.2.1' } }, body: process.env.BODY, isBase64Encoded: false };
const { statusCode } = await handler(event, { getRemainingTimeInMillis: () => 9000 });
if (statusCode !== 400) throw new Error(String(statusCode));
const { user, system } = process.cpuUsage(started);
console.error((init.user + init.system) / 1e6, (user + system) / 1e6);`;

/** Seconds on a CPU that a script tells on standard error, in a process of its own. */
function run(script: string, ...words: readonly string[]): readonly number[] {
  const told = `process.on('exit', () => { const { user, system } = process.cpuUsage(); if (!process.exitCode && !${script.includes('console.error')}) console.error((user + system) / 1e6); });`;
  const options = { encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'], env: ENVIRONMENT } as const;
  const file = join(home, 'script.mjs');
  writeFileSync(file, `${told}${script.replaceAll('process.argv[1]', 'process.argv[2]')}`);
  const out = execFileSync('bash', ['-c', '"$0" "$@" 2>&1 >/dev/null', process.execPath, file, ...words], {
    ...options,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return out.trim().split('\n').at(-1)?.split(' ').map(Number) ?? [];
}

const aws = fork(join(import.meta.dirname, 'peers/sts.ts'), [], {
  stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
});
const [port] = (await once(aws, 'message')) as [number];

const ENVIRONMENT = {
  BODY,
  PATH: process.env['PATH'],
  KITE_STS_AWS_ENDPOINT: `http://127.0.0.1:${port}`,
  KITE_STS_SIGNING_KEYS: 'arn:aws:kms:us-east-1:123456789012:key/a,arn:aws:kms:us-east-1:123456789012:key/b',
  KITE_STS_SWITCH_TABLE: 'switches',
  KITE_STS_IDENTITY_TABLE: 'identities',
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_SESSION_TOKEN: 'session',
};

function unpack(folder: string): string {
  const [archive, unpacked] = [`${folder}.zip`, `${folder}-unpacked`];
  run(`${LOAD}${PACK} await pack('${folder}', '${archive}');`);
  execFileSync('unzip', ['-q', archive, '-d', unpacked]);
  return unpacked;
}
const [many, one] = [unpack(fleet), unpack(single)];

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

const found = Array.from({ length: rounds }, () => {
  const [parse = 0] = run(`${PARSE} parse('${fleet}');`);
  const [load = 0] = run(`${LOAD} load('${fleet}');`);
  const [pack = 0] = run(`${LOAD}${PACK} await pack('${fleet}', '${fleet}.zip');`);
  const [initOfMany = 0, firstOfMany = 0] = run(ASK, many);
  const [initOfOne = 0, firstOfOne = 0] = run(ASK, one);
  return { parse, load, pack, initOfMany, firstOfMany, initOfOne, firstOfOne };
});
type Found = (typeof found)[number];
function take(name: keyof Found): number {
  return median(found.map(each => each[name]));
}

const ROWS: readonly {
  readonly name: string;
  readonly value: number;
  readonly beside: number;
  readonly most: number;
}[] = [
  { name: 'loading, s, beside the library’s parse', value: take('load'), beside: take('parse'), most: 1.5 },
  {
    name: 'loading and packaging, s, beside the same',
    value: take('pack'),
    beside: take('parse'),
    most: 1.5,
  },
  {
    name: 'initialization, ms, beside one role',
    value: 1000 * take('initOfMany'),
    beside: 1000 * take('initOfOne'),
    most: 1.1,
  },
  {
    name: 'and a first denial, ms, beside one role',
    value: 1000 * take('firstOfMany'),
    beside: 1000 * take('firstOfOne'),
    most: 1.1,
  },
  { name: 'the package, MB, beside 6', value: statSync(`${fleet}.zip`).size / 1e6, beside: 6, most: 1 },
];
let missed = 0;
for (const { name, value, beside, most } of ROWS) {
  const ratio = value / beside;
  if (ratio > most) missed++;
  console.log(
    `${name.padEnd(44)}${value.toFixed(2).padStart(9)}${beside.toFixed(2).padStart(9)}${ratio.toFixed(2).padStart(7)}  ${ratio <= most ? 'met' : 'MISSED'}: at most ${most} ×`,
  );
}
saveResult('fleet', { ...describeMeasurement(rounds), rows: ROWS.map(({ most: _, ...row }) => row) });
aws.disconnect();
process.exitCode = missed === 0 ? 0 : 1;
