import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSettings } from '../../lib/config/settings.ts';
import { startLocal } from '../../lib/local/start.ts';
import { endAll } from '../harness/endings.ts';
import { configFrom } from '../harness/local.ts';
import { AUDIENCE, BUILDKITE, GITHUB } from '../harness/policy.ts';
import { closedUrl, testServer } from '../harness/server.ts';
import { type Destinations, startDestinations } from './destinations.ts';

/** Another branch; a token of an hour ago; a broken signature; a broker where nobody listens. */
export const SITUATIONS = ['allowed', 'denied', 'expired', 'forged', 'away'] as const;
export type Situation = (typeof SITUATIONS)[number];
export type Texts = { readonly [name: string]: string };

const TRUST = `contact: "#team-web"
trust:
  - iss: ${BUILDKITE}
    claims: { organization_slug: acme, pipeline_slug: web, build_branch: main }
  - iss: ${GITHUB}
    claims: { repository: acme/web, ref: refs/heads/main }
`;
const POOL =
  '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci-pool/providers/kite-sts';
export const ROLE_ARN = 'arn:aws:iam::123456789012:role/deploy';
const ROLES = {
  deploy: `${TRUST}aws: { role_arn: "${ROLE_ARN}" }\n`,
  google: `${TRUST}gcp: { audience: ${POOL} }\n`,
  packages: `${TRUST}jwt: { audience: https://packages.test.example }\n`,
  entra: `${TRUST}jwt: { audience: "api://AzureADTokenExchange", federation: true }\n`,
  push: `${TRUST.replaceAll('    claims:', '    scopes: [push]\n    claims:')}github: { app: Iv23li, owner: acme, repositories: [web], permissions: { push: { contents: write } } }\n`,
};

/** The jobs of each CI: one that the roles admit, and one of another branch. */
const JOBS = {
  buildkite: { issuer: BUILDKITE, allowed: { build_branch: 'main' }, denied: { build_branch: 'topic' } },
  github: {
    issuer: GITHUB,
    allowed: { repository: 'acme/web', ref: 'refs/heads/main' },
    denied: { repository: 'acme/web', ref: 'refs/heads/topic' },
  },
};
type Vendor = keyof typeof JOBS;

export type World = {
  /** Where the broker answers; nobody listens where it is away. */
  readonly broker: (situation: Situation) => string;
  readonly token: (situation: Situation) => Promise<string>;
  /** The codes of the requests at the doors since the last time; `issued` for one that got its credential. */
  readonly requests: () => string[];
  readonly destinations: Destinations;
  /** The agent's own API and GitHub's door for tokens: what they give is a token of this situation. */
  readonly agent: (situation: Situation) => string;
  readonly github: (situation: Situation) => string;
  /** The socket of the agent's Job API. */
  readonly jobApi: string;
  /** What every process of a job has beside, such as another clock. */
  readonly surroundings: Texts;
  /** Files that last as long as the run. */
  readonly folder: string;
  close(): Promise<void>;
};

type Mint = (vendor: Vendor, situation: Situation, audience: string) => Promise<string>;

/** Tokens of the local broker's issuer. An expired one was minted an hour ago, by the clock of this process. */
async function startIssuer(url: string): Promise<Mint> {
  const send = async (method: string, path: string, body: object): Promise<{ readonly token: string }> => {
    const headers = { authorization: 'Token local' };
    const answer = await fetch(url + path, { method, headers, body: JSON.stringify(body) });
    return (await answer.json()) as { readonly token: string };
  };
  for (const [vendor, { issuer, ...claims }] of Object.entries(JOBS))
    for (const [name, each] of Object.entries(claims))
      await send('PUT', `/local/jobs/${vendor}-${name}`, { issuer, claims: each });
  return async (vendor, situation, audience) => {
    const job = `${vendor}-${situation === 'denied' ? 'denied' : 'allowed'}`;
    const now = Date.now;
    if (situation === 'expired') Date.now = () => now() - 3_600_000;
    try {
      const { token } = await send('POST', `/local/agent/v3/jobs/${job}/oidc/tokens`, { audience });
      return situation === 'forged' ? `${token.slice(0, -8)}AAAAAAAA` : token;
    } finally {
      Date.now = now;
    }
  };
}

/** GET /github/… and POST /agent/…/oidc/tokens, as the vendors have them; what they refuse is refused. */
async function startVendors(mint: Mint): Promise<string> {
  const { url } = await testServer(async ({ method, path, headers: { authorization }, body }) => {
    const { pathname, searchParams } = new URL(path, 'http://vendor');
    const [, vendor, situation] = pathname.split('/') as [string, string, Situation];
    if (vendor === 'github') {
      if (authorization !== 'Bearer request-token') return { status: 401 };
      const value = await mint('github', situation, searchParams.get('audience') ?? '');
      return { status: 200, body: { count: value.length, value } };
    }
    if (method !== 'POST' || authorization !== 'Token agent-access-token') return { status: 401 };
    const { audience = '' } = JSON.parse(body) as { readonly audience?: string };
    return { status: 200, body: { token: await mint('buildkite', situation, audience) } };
  });
  return url;
}

/** A broker in this process, and everything that a step has around it. */
export async function startWorld(): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'kite-sts-'));
  const lines: string[] = [];
  const { settings } = readSettings({ PORT: '0', KITE_STS_LOG_LEVEL: 'error' });
  const streams = {
    json: true,
    out: (line: string) => void lines.push(line),
    error: (text: string) => void process.stderr.write(text),
  };
  const server = await startLocal(configFrom(ROLES), settings, streams);
  const mint = await startIssuer(server.url);
  const [vendors, nobody, destinations] = [
    await startVendors(mint),
    await closedUrl(),
    await startDestinations(),
  ];
  const jobApi = join(folder, 'job.sock');
  await testServer(() => ({ status: 201, body: {} }), jobApi);
  lines.length = 0;
  return {
    broker: situation => (situation === 'away' ? nobody : server.url),
    token: situation => mint('buildkite', situation, AUDIENCE),
    requests: () =>
      lines.splice(0).map(line => String((JSON.parse(line) as { readonly code?: string }).code ?? 'issued')),
    destinations,
    agent: situation => `${vendors}/agent/${situation}`,
    github: situation => `${vendors}/github/${situation}?api-version=2.0`,
    jobApi,
    surroundings: {},
    folder,
    async close() {
      await Promise.all([server.close(), destinations.close(), endAll()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
