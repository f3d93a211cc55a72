import { createDynamoTable } from '../../lib/aws/dynamo.ts';
import { createTableSwitches, type SwitchStore } from '../../lib/stores/switches.ts';
import type { Break } from './account.ts';
import { exchangeForm, issuerOfTests } from './broker.ts';
import type { Deployed, Running } from './deployed.ts';
import { httpEvent } from './gateway.ts';
import { tokenClaims } from './issuer.ts';
import { SOURCE } from './job-events.ts';
import { AUDIENCE, BUILDKITE } from './policy.ts';
import { METHODS, REGISTRY_AUDIENCE } from './registry.ts';
import { type TestServer, testServer } from './server.ts';

/** The account of target roles, and the stream that every audit event must reach. */
export const TARGET_ROLE = 'arn:aws:iam::210987654321:role/deploy';
export const STREAM = 'kite-audit';

const CLAIMS = '{ organization_slug: my-organization, pipeline_slug: my-pipeline, build_branch: main }';
const TRUST = `trust:\n  - { iss: ${BUILDKITE}, claims: ${CLAIMS} }\n`;
const JWT = 'jwt: { audience: https://packages.test.example }\n';

const EVENTS = `{ source: ${SOURCE.source}, organization_id: ${SOURCE.organizationId}, account: "${SOURCE.account}" }`;

/** A configuration with a role of each kind that a table or key is for, and a registry. */
export const FLEET = {
  'broker.yml': `url: ${AUDIENCE}\nissuers:\n  - { preset: buildkite, max_token_lifetime: 3600, events: [${EVENTS}] }\naudit: { sink: firehose, to: ${STREAM} }\n`,
  'roles/deploy.yml': `${TRUST}aws: { role_arn: "${TARGET_ROLE}" }\n`,
  'roles/publish.yml': `${TRUST}${JWT}`,
  'roles/live.yml': `running: true\n${TRUST}${JWT}`,
  'roles/release.yml': `single_use: true\n${TRUST}${JWT}`,
  'registries/npm.yml': `${METHODS}trust:\n  - { iss: ${BUILDKITE}, claims: ${CLAIMS}, scopes: [read_packages, write_packages] }\n`,
};

/** A role that signs as an app of GitHub, whose owner keeps the key. */
export const APP = 'Iv1.0123456789abcdef';
export const APP_ROLE = `${TRUST.replace(CLAIMS, `${CLAIMS}, scopes: [read]`)}github: { app: ${APP}, owner: acme, repositories: [web], permissions: { read: { contents: read } } }\n`;

/** The server of the issuer's keys. `status` can be changed. */
export type IssuerServer = TestServer & { status: number };

export async function issuerServer(): Promise<IssuerServer> {
  const { jwk } = await issuerOfTests();
  const headers = { 'content-type': 'application/json' };
  const server: { status: number } = { status: 200 };
  const listening = await testServer(() => ({ status: server.status, headers, body: { keys: [jwk] } }));
  return Object.assign(server, listening);
}

/** A token of a real job, minted now. */
export async function mintToken(changes: object = {}): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const times = { iat: now, nbf: now, exp: now + 300 };
  return (await issuerOfTests()).sign(tokenClaims({ ...times, ...changes }));
}

export type Answer = {
  readonly statusCode: number;
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
};

/** What the function answers to this event. Throws what it threw. */
export async function answerTo(running: Running, event: object): Promise<Answer> {
  const { result, error } = await running.invoke(event);
  if (error !== undefined) throw new Error(error);
  return result as Answer;
}

/** The status and the JSON of `POST /token` for this role. */
export async function askToken(
  running: Running,
  role: string,
  token?: string,
): Promise<{ readonly [member: string]: unknown }> {
  const form = exchangeForm({ audience: role, subject_token: token ?? (await mintToken()) });
  const { statusCode, headers, body } = await answerTo(running, httpEvent({ body: form }));
  return { status: statusCode, headers, ...(JSON.parse(body) as object) };
}

/** The event of a request to the registry, as the gateway hands it to an authorizer. */
export async function publishEvent(changes: object = {}): Promise<object> {
  const token = await mintToken({ aud: REGISTRY_AUDIENCE, ...changes });
  const headers = { authorization: `Bearer ${token}` };
  return httpEvent({ method: 'PUT', path: '/npm/left-pad', headers });
}

/** What is switched off in a deployment. */
export function switchesOf({ environmentOf, account }: Deployed): SwitchStore {
  const table = environmentOf('exchange')['KITE_STS_SWITCH_TABLE'] ?? '';
  return createTableSwitches(createDynamoTable(table, account.dynamo.setting));
}

/** Does this work while the account is broken so. */
export async function whileBroken<T>(
  { account }: Deployed,
  how: Break | undefined,
  work: () => Promise<T>,
): Promise<T> {
  account.break(how);
  try {
    return await work();
  } finally {
    account.break(undefined);
  }
}

/** A service that answers each call so: by a fault of its own, unless it is said otherwise. */
export function down(service: string, status = 500, code = 'InternalServerError'): Break {
  return call => (call.service === service ? { status, body: JSON.stringify({ __type: code }) } : undefined);
}

/** The lines of a log that are JSON with this member. */
export function linesWith(
  lines: readonly string[],
  member: string,
): readonly { readonly [name: string]: unknown }[] {
  return lines
    .filter(line => line.startsWith('{'))
    .map(line => JSON.parse(line) as { readonly [name: string]: unknown })
    .filter(line => member in line);
}
