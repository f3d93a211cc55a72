import { createHmac } from 'node:crypto';
import { createLocalSigner } from '../../lib/keys/local.ts';
import { createLocalClouds } from '../../lib/local/clouds.ts';
import { createThrowawayIssuer } from '../../lib/local/issuer.ts';
import { listenLocally } from '../../lib/local/server.ts';
import type { Limits } from '../../lib/stores/limits.ts';
import type { Switch } from '../../lib/switch.ts';
import { exchangeForm, testBroker } from '../harness/broker.ts';
import { TRUST } from '../harness/grant.ts';
import { type TestIssuer, tokenClaims } from '../harness/issuer.ts';
import { idleLives } from '../harness/job-events.ts';
import { PLENTY } from '../harness/limits.ts';
import { keysAt } from '../harness/network.ts';
import { BUILDKITE, issuersWith, NOW, PROVIDER } from '../harness/policy.ts';
import { testServer } from '../harness/server.ts';

/** One attempt on a whole local broker over HTTP: what was tried, how, and what it got. A new finding is a new row. */
export type Attack = {
  /** The threat or the entry of an examination that it belongs to. */
  readonly of: string;
  readonly tried: string;
  /** A code, `issued`, or what the case says. */
  readonly got: string;
  /** What the attacker does. Gives what it got. */
  readonly send: Send;
};
export type Send = (world: World) => Promise<string>;

export function attack(of: string, tried: string, got: string, send: Send): Attack {
  return { of, tried, got, send };
}

/** What an attacker stands before. */
export type World = {
  readonly url: string;
  /** The issuer's real signature: what a job of one's own can have. */
  readonly issuer: TestIssuer;
  /** `issued`, or the code of the refusal, at `POST /token` for the role `web`, with these parameters over the usual ones. */
  ask(form: { readonly [name: string]: string | undefined }): Promise<string>;
  /** The same with a token of these claims, over those of a push to main. */
  askAs(claims: { readonly [name: string]: unknown }, role?: string): Promise<string>;
  /** Any request; the body and the status. */
  raw(path: string, request: RequestInit): Promise<{ readonly status: number; readonly body: string }>;
  /** What the issuer publishes from now on, in place of its key. */
  publish(keys: readonly object[]): void;
  switchOff(...switches: readonly Switch[]): void;
  /** Seconds pass. */
  wait(seconds: number): void;
  /** How often the issuer was asked for its keys. */
  asked(): number;
};

const ROLES = {
  web: `contact: "#web"\n${TRUST}${PROVIDER}\n`,
  once: `single_use: true\n${TRUST}${PROVIDER}\n`,
  guarded: `${TRUST}deny:\n  - iss: ${BUILDKITE}\n    claims: { queue_key: untrusted }\n${PROVIDER}\n`,
  strict: `trust:\n  - iss: ${BUILDKITE}\n    claims: { organization_slug: my-organization, build_branch: main, build_tag: null, build_source: { in: [webhook, schedule] } }\n${PROVIDER}\n`,
  hub: `trust:\n  - iss: https://token.actions.githubusercontent.com\n    claims: { repository: acme/web, repository_id: "1", ref: refs/heads/main, event_name: push }\n${PROVIDER}\n`,
};
const LIMITS: Limits = { ...PLENTY, refusals: { perMinute: 6, burst: 20 } };

function codeOf(status: number, body: string): string {
  if (status === 200) return 'issued';
  try {
    return String((JSON.parse(body) as { code?: unknown }).code);
  } catch {
    return `status ${status}`;
  }
}

/** A broker of its own for each case, so that no case helps or hinders another. */
export async function makeWorld(): Promise<World & { readonly close: () => Promise<void> }> {
  let now = NOW;
  let asked = 0;
  let published: readonly object[] = [];
  let switches: readonly Switch[] = [];
  const keyServer = await testServer(() => {
    asked++;
    const headers = { 'content-type': 'application/json' };
    return { status: 200, headers, body: { keys: published } };
  });
  const { broker, issuer } = await testBroker({
    roles: ROLES,
    limits: LIMITS,
    now: () => now,
    keysFor: keysAt(`${keyServer.url}/jwks`),
    issuers: issuersWith('require: { organization_slug: my-organization }'),
  });
  published = [issuer.jwk];
  const whole = { ...broker, parts: { ...broker.parts, switches: async () => switches } };
  const server = await listenLocally(
    () => () => whole,
    {
      issuer: createThrowawayIssuer(broker.parts.rows, [], () => now),
      clouds: createLocalClouds(createLocalSigner()),
      lives: idleLives,
      registries: async () => undefined,
      console: () => undefined as never,
      now: () => now,
    },
    0,
  );
  const raw: World['raw'] = async (path, request) => {
    const response = await fetch(`${server.url}${path}`, { redirect: 'manual', ...request });
    return { status: response.status, body: await response.text() };
  };
  const ask: World['ask'] = async form => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const body = exchangeForm({ audience: 'web', ...form });
    const said = await raw('/token', { method: 'POST', headers, body });
    return codeOf(said.status, said.body);
  };
  return {
    url: server.url,
    issuer,
    ask,
    askAs: async (claims, role = 'web') =>
      ask({ audience: role, subject_token: await issuer.sign(tokenClaims({ ...claims })) }),
    raw,
    publish: each => {
      published = each;
    },
    switchOff: (...each) => {
      switches = each;
    },
    wait: seconds => {
      now += seconds;
    },
    asked: () => asked,
    close: () => server.close(),
  };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
function encode(value: unknown): string {
  return Buffer.from(text(value)).toString('base64url');
}

/** A token that nobody signed, or that was signed with what everybody has. */
export function unsigned(header: unknown, claims: unknown, signature = ''): string {
  return `${encode(header)}.${encode(claims)}.${signature}`;
}

/** As HS256 would have it, with the public key for a secret. */
export function signedByText(header: unknown, claims: unknown, secret: string): string {
  const signed = `${encode(header)}.${encode(claims)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

export const CLAIMS = tokenClaims();
