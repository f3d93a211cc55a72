import { randomUUID } from 'node:crypto';
import { createAuthorizer, createBroker } from '../broker.ts';
import { createAuthorizerConfig, createBrokerConfig } from '../config/compiled.ts';
import type { Config } from '../config/load.ts';
import type { Settings } from '../config/settings.ts';
import type { BrokerError } from '../errors.ts';
import { createLocalSigner } from '../keys/local.ts';
import type { Signer } from '../keys/signer.ts';
import type { HttpRequest } from '../protocols/protocol.ts';
import { TOKEN_PATH } from '../protocols/registry.ts';
import type { AwsSetting } from '../providers/aws.ts';
import type { Broker } from '../serve.ts';
import { createMemoryJobs, type JobStore } from '../stores/jobs.ts';
import type { IssuerRow } from '../token/issuer.ts';
import { createLocalClouds } from './clouds.ts';
import { createDecisions, type Decisions } from './decisions.ts';
import { createThrowawayIssuer, type ThrowawayIssuer } from './issuer.ts';
import { createJobLives } from './life.ts';
import { describeEvent } from './line.ts';
import { answerConsole } from './page.ts';
import { createLocalRegistries, type LocalRegistries } from './registry.ts';
import { type ListeningServer, listenLocally } from './server.ts';
import { DUMMY_KEYS } from './sts.ts';
import { writeTranscript } from './transcript.ts';
import { watchFolder } from './watch.ts';

/** Where a local broker writes, so that a test can listen. */
export type Streams = {
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
  /** Audit events as they are, for programs; else one line of each, for people. */
  readonly json?: boolean;
};

/** Why the local broker does not start: words for the one who started it. */
export class CannotStart extends Error {}

/** Any region does where no AWS is. */
const REGION = 'us-east-1';
const LOOPBACK = /^(127(\.\d{1,3}){3}|localhost|\[::1\])$/;

/** The throwaway issuer must never buy anything real: loopback alone, and keys that are worth nothing. */
function createLocalAwsSetting(endpoint: string): AwsSetting {
  const { hostname } = new URL(endpoint);
  if (!LOOPBACK.test(hostname)) {
    throw new CannotStart(
      `KITE_STS_AWS_ENDPOINT is ${hostname}. The local broker trusts a throwaway issuer, so it talks to an AWS on 127.0.0.1, localhost or [::1] alone.`,
    );
  }
  return { region: REGION, endpoint, credentials: DUMMY_KEYS };
}

/** Audit events go to standard output, one line each, but for those that the transcript shows. */
function createAuditTrail(streams: Streams, note: (line: string) => void) {
  const write = (line: string): void => streams.out(`${streams.json ? line : describeEvent(line)}\n`);
  let kept: Map<string, string> | undefined = new Map();
  return {
    sink: (line: string): void => {
      note(line);
      if (kept) kept.set(String((JSON.parse(line) as { decision_id: string }).decision_id), line);
      else write(line);
    },
    take(decisionId: string): string | undefined {
      const line = kept?.get(decisionId);
      kept?.delete(decisionId);
      return line;
    },
    stopKeeping(): void {
      for (const line of kept?.values() ?? []) write(line);
      kept = undefined;
    },
  };
}

type Trail = ReturnType<typeof createAuditTrail>;

function explainPortInUse(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code === 'EADDRINUSE')
    return new CannotStart(
      `Port ${port} is in use. Stop what uses it, or choose another with PORT, such as PORT=8788 npm start.`,
    );
  if (error.code === 'EACCES')
    return new CannotStart(`Port ${port} may not be used by this user. Choose another with PORT.`);
  return error;
}

/** The broker and its neighbours for one state of the configuration. */
type Served = {
  readonly issuer: ThrowawayIssuer;
  readonly registries: LocalRegistries;
  readonly broker: Broker;
};

/** A token that was used stays used, and a session stays known, when the configuration changes. */
function keepMemory(broker: Broker, before: Broker): Broker {
  const { identities, parts } = before;
  return { ...broker, identities, parts: { ...broker.parts, spent: parts.spent } };
}

/** All that stays while the configuration changes. */
type LocalParts = {
  readonly trail: Trail;
  readonly onFault: (error: BrokerError, decisionId: string) => void;
  /** Another AWS than the one of this server. */
  readonly aws: AwsSetting | undefined;
  readonly signer: Signer;
  /** Signs as every app of every role: no real key may be used by who trusts a throwaway issuer. */
  readonly apps: Signer;
  readonly jobs: JobStore;
  readonly now: () => number;
};

function createLocalParts(settings: Settings, streams: Streams, trail: Trail): LocalParts {
  const { awsEndpoint, logLevel } = settings;
  return {
    trail,
    onFault(error, decisionId) {
      streams.error(`${decisionId} ${error.code}${error.detail === undefined ? '' : `: ${error.detail}`}\n`);
      if (logLevel === 'debug') streams.error(`${String((error.cause as Error)?.stack ?? error.stack)}\n`);
    },
    aws: awsEndpoint === undefined ? undefined : createLocalAwsSetting(awsEndpoint),
    signer: createLocalSigner(),
    apps: createLocalSigner(),
    jobs: createMemoryJobs(),
    now: () => Date.now() / 1000,
  };
}

/** Composes what answers for this state of the configuration, at this URL. */
function createServed(config: Config, base: string, parts: LocalParts, before?: Served): Served {
  const { now, onFault, signer, apps, jobs } = parts;
  const policies = [...config.roles, ...config.registries];
  const issuer =
    before?.issuer.renew(config.rows, policies) ?? createThrowawayIssuer(config.rows, policies, now);
  const keysFor = (row: IssuerRow) => issuer.keysFor(row);
  const around = { sink: parts.trail.sink, onFault, keysFor, now };
  const protectedBy = createAuthorizerConfig(config);
  const [publicKeys, realm] = [signer.publicKeys, `${base}${TOKEN_PATH}`];
  const authorizer = createAuthorizer(protectedBy, { ...around, publicKeys, realm });
  const aws = parts.aws ?? createLocalAwsSetting(`${base}/local/sts`);
  const clouds = { base: `${base}/local/clouds` };
  // What happens on this machine has been told: there is no event to wait for.
  const pause = async () => undefined;
  const surroundings = { ...around, signer, aws, clouds, apps: () => apps, jobs, pause };
  const broker = createBroker(createBrokerConfig(config), surroundings, protectedBy);
  return {
    issuer,
    registries: createLocalRegistries({ ...authorizer, url: base }, config.registries),
    // Its answers link to the pages that it serves itself: nothing is at the address of its configuration.
    broker: {
      ...(before ? keepMemory(broker, before.broker) : broker),
      discovery: { ...broker.discovery, pages: base },
      tokenDoor: broker.tokenDoor && { ...broker.tokenDoor, url: base },
    },
  };
}

/** Serves the folder of this configuration, which is read again when a file of it has changed. */
async function listenBeside(
  config: Config,
  port: number,
  parts: LocalParts,
  tell: (text: string) => void,
  decisions: Decisions,
): Promise<ListeningServer> {
  let [current, served] = [config, undefined as unknown as Served];
  const readChange = watchFolder(config.folder, tell);
  const make = (base: string) => {
    served = createServed(config, base, parts);
    return (): Broker => {
      const changed = readChange();
      if (changed) [current, served] = [changed, createServed(changed, base, parts, served)];
      return served.broker;
    };
  };
  const clouds = createLocalClouds(parts.apps, {
    endpoints: () => current.endpoints?.values() ?? [],
    githubs: () => [...(current.apps?.values() ?? [])].map(({ url }) => url),
  });
  const beside = {
    get issuer() {
      return served.issuer;
    },
    clouds,
    lives: createJobLives({ jobs: parts.jobs, issuer: () => served.issuer, now: parts.now }),
    registries: (request: HttpRequest) => served.registries(request),
    console: async (request: HttpRequest) =>
      decisions.answer(request) ?? (await answerConsole(request, config.folder)),
    now: parts.now,
  };
  return listenLocally(make, beside, port).catch(error => {
    throw explainPortInUse(error, port);
  });
}

/**
 * Starts a broker on this machine: the configured roles to the letter, a throwaway issuer in place of the
 * real ones, an STS that opens nothing. Makes a first exchange, tells it, then serves. Throws `CannotStart`.
 */
export async function startLocal(
  config: Config,
  settings: Settings,
  streams: Streams,
): Promise<ListeningServer> {
  const decisions = createDecisions();
  const trail = createAuditTrail(streams, decisions.note);
  const parts = createLocalParts(settings, streams, trail);
  const server = await listenBeside(config, settings.port, parts, streams.error, decisions);
  try {
    if (settings.logLevel !== 'error') {
      const shown = { find: trail.take, json: streams.json ?? false };
      const transcript = await writeTranscript(server.url, randomUUID(), config, shown);
      streams.out(`${transcript}\nconsole at ${server.url}/console\n`);
    }
  } catch (error) {
    await server.close();
    throw error;
  }
  trail.stopKeeping();
  streams.out(`listening on ${server.url}\n`);
  return server;
}
