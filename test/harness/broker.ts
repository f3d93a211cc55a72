import type { AuditEvent, Sink } from '../../lib/audit/event.ts';
import { createBroker, type Surroundings } from '../../lib/broker.ts';
import type { AuditSetting } from '../../lib/config/audit.ts';
import { createBrokerConfig } from '../../lib/config/compiled.ts';
import type { BrokerError } from '../../lib/errors.ts';
import type { AppSigners } from '../../lib/keys/apps.ts';
import { createLocalSigner } from '../../lib/keys/local.ts';
import type { Signer } from '../../lib/keys/signer.ts';
import { GRANT_TYPE } from '../../lib/protocols/oauth.ts';
import type { HttpAnswer, HttpRequest } from '../../lib/protocols/protocol.ts';
import type { AwsSetting } from '../../lib/providers/aws.ts';
import type { UpstreamSetting } from '../../lib/providers/upstream.ts';
import { type Broker, serve } from '../../lib/serve.ts';
import type { JobStore } from '../../lib/stores/jobs.ts';
import type { Limits } from '../../lib/stores/limits.ts';
import { type TestIssuer, testIssuer } from './issuer.ts';
import { PEOPLE } from './job-events.ts';
import { PLENTY } from './limits.ts';
import { AUDIENCE, ISSUERS, NOW, roleFrom, rowsFrom, settingOf } from './policy.ts';
import { type Asked, type TestServer, testServer } from './server.ts';

export type TestBroker = {
  readonly broker: Broker;
  readonly issuer: TestIssuer;
  readonly audit: string[];
  readonly faults: BrokerError[];
  /** The last audit event. */
  event(): AuditEvent;
  /** `POST /token` with these parameters over the usual ones; undefined leaves one out. */
  ask(
    form: { readonly [name: string]: string | undefined },
    headers?: { readonly [name: string]: string },
  ): Promise<HttpAnswer>;
};

type Options = {
  /** Role YAML by name. */
  readonly roles: { readonly [name: string]: string };
  readonly issuers?: string;
  readonly limits?: Limits;
  readonly secondRegion?: string;
  readonly delivery?: AuditSetting;
  readonly aws?: AwsSetting;
  readonly clouds?: UpstreamSetting;
  readonly apps?: AppSigners;
  readonly signer?: Signer;
  readonly sink?: Sink;
  readonly metrics?: boolean;
  readonly now?: () => number;
  /** Left out: the test issuer's keys at hand, for every row. */
  readonly keysFor?: Surroundings['keysFor'];
  /** The tables that it shares with other brokers. */
  readonly tables?: Pick<Surroundings, 'spentTable' | 'switchTable' | 'jobTable'>;
  readonly jobs?: JobStore;
  /** Left out: time passes at once. */
  readonly pause?: (milliseconds: number) => Promise<void>;
};

export function httpRequest(changes: Partial<HttpRequest> = {}): HttpRequest {
  return {
    method: 'POST',
    path: '/token',
    query: '',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new Uint8Array(),
    sourceAddress: '203.0.113.7',
    ...changes,
  };
}

/** What a server was asked, as what answers is handed it. */
export function receivedRequest({ method, path, headers, body }: Asked): HttpRequest {
  const received = Object.entries(headers).map(([name, value]) => [name, String(value)]);
  return httpRequest({ method, path, headers: Object.fromEntries(received), body: Buffer.from(body) });
}

/** The parameters of `POST /token`, these over the usual ones; undefined leaves one out. */
export function exchangeForm(form: { readonly [name: string]: string | undefined }): string {
  const whole = {
    grant_type: GRANT_TYPE,
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    ...form,
  };
  const given = Object.entries(whole).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return new URLSearchParams(given).toString();
}

/** The broker over plain HTTP on loopback. */
export function brokerServer(broker: Broker): Promise<TestServer> {
  return testServer(({ method, path, body }) =>
    serve(broker, httpRequest({ method, path, body: Buffer.from(body) })),
  );
}

let made: Promise<TestIssuer> | undefined;

/** The one issuer of a test file. */
export function issuerOfTests(): Promise<TestIssuer> {
  return (made ??= testIssuer());
}

/** A whole broker in this process, with one test issuer standing in for every row. Time stands still at NOW. */
export async function testBroker({
  roles,
  issuers = ISSUERS,
  limits = PLENTY,
  secondRegion,
  delivery,
  aws,
  clouds = { base: 'http://127.0.0.1:9' },
  apps = () => undefined,
  signer = createLocalSigner(),
  sink,
  metrics = false,
  now = () => NOW,
  keysFor,
  tables = {},
  jobs,
  pause = async () => undefined,
}: Options): Promise<TestBroker> {
  const issuer = await issuerOfTests();
  const rows = rowsFrom(issuers);
  const compiled = Object.entries(roles).map(([name, yaml]) => ({
    ...roleFrom(yaml, { ...settingOf(rows), people: PEOPLE }),
    name,
  }));
  const audit: string[] = [];
  const faults: BrokerError[] = [];
  const broker = createBroker(
    createBrokerConfig({
      folder: 'test',
      url: AUDIENCE,
      audience: AUDIENCE,
      rows,
      roles: compiled,
      registries: [],
      limits,
      secondRegion,
    }),
    {
      signer,
      clouds,
      apps,
      aws: aws ?? {
        region: 'us-east-1',
        endpoint: 'http://127.0.0.1:9',
        credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'test' },
      },
      sink: sink ?? (line => void audit.push(line)),
      audit: delivery,
      metrics,
      onFault: error => void faults.push(error),
      keysFor: keysFor ?? (() => issuer.keys),
      now,
      pause,
      ...(jobs ? { jobs } : {}),
      ...tables,
    },
  );
  const ask: TestBroker['ask'] = (form, headers = {}) => {
    const body = new TextEncoder().encode(exchangeForm(form));
    return serve(
      broker,
      httpRequest({ body, headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers } }),
    );
  };
  return { broker, issuer, audit, faults, event: () => JSON.parse(audit.at(-1) ?? '{}') as AuditEvent, ask };
}
