import { randomUUID } from 'node:crypto';
import { createAuthorizer, createBroker } from '../broker.ts';
import { createAuthorizerConfig, createBrokerConfig } from '../config/compiled.ts';
import type { Config } from '../config/load.ts';
import type { Settings } from '../config/settings.ts';
import type { BrokerError } from '../errors.ts';
import { createLocalSigner } from '../keys/local.ts';
import type { HttpRequest } from '../protocols/protocol.ts';
import { TOKEN_PATH } from '../protocols/registry.ts';
import type { AwsSetting } from '../providers/aws.ts';
import type { Broker } from '../serve.ts';
import { createMemoryJobs } from '../stores/jobs.ts';
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
function createAuditTrail({ out, json = false }: Streams, note: (line: string) => void) {
  const write = (line: string): void => out(`${json ? line : describeEvent(line)}\n`);
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

/** What answers for one state of the configuration. */
type Served = {
  readonly issuer: ThrowawayIssuer;
  readonly registries: LocalRegistries;
  readonly broker: Broker;
};

/** A token that was used stays used, and a session stays known, when the configuration changes. */
function keepMemory(broker: Broker, { parts: { spent }, identities }: Broker): Broker {
  return {
    ...broker,
    identities,
    parts: { ...broker.parts, spent },
  };
}

async function listenBeside(
  config: Config,
  settings: Settings,
  streams: Streams,
  trail: Trail,
  decisions: Decisions,
): Promise<ListeningServer> {
  const now = (): number => Date.now() / 1000;
  // As every app of every role: no real key may be used by who trusts a throwaway issuer.
  const apps = createLocalSigner();
  const fixed = settings.awsEndpoint === undefined ? undefined : createLocalAwsSetting(settings.awsEndpoint);
  const onFault = (error: BrokerError, decisionId: string): void => {
    streams.error(`${decisionId} ${error.code}${error.detail === undefined ? '' : `: ${error.detail}`}\n`);
    if (settings.logLevel === 'debug')
      streams.error(`${String((error.cause as Error)?.stack ?? error.stack)}\n`);
  };
  const signer = createLocalSigner();
  const { publicKeys } = signer;
  const jobs = createMemoryJobs();
  const serveConfig = (config: Config, base: string, before?: Served): Served => {
    const policies = [...config.roles, ...config.registries];
    const issuer =
      before?.issuer.renew(config.rows, policies) ?? createThrowawayIssuer(config.rows, policies, now);
    const keysFor = (row: IssuerRow) => issuer.keysFor(row);
    const around = { sink: trail.sink, onFault, keysFor, now };
    const protectedBy = createAuthorizerConfig(config);
    const authorizer = createAuthorizer(protectedBy, {
      ...around,
      publicKeys,
      realm: `${base}${TOKEN_PATH}`,
    });
    const surroundings = {
      ...around,
      signer,
      aws: fixed ?? createLocalAwsSetting(`${base}/local/sts`),
      clouds: { base: `${base}/local/clouds` },
      apps: () => apps,
      jobs,
      // What happens on this machine has been told: there is no event to wait for.
      pause: async () => undefined,
    };
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
  };
  let served: Served;
  let current = config;
  const readChange = watchFolder(config.folder, streams.error);
  const make = (base: string) => {
    served = serveConfig(config, base);
    return (): Broker => {
      const changed = readChange();
      if (changed) {
        served = serveConfig(changed, base, served);
        current = changed;
      }
      return served.broker;
    };
  };
  const beside = {
    get issuer() {
      return served.issuer;
    },
    clouds: createLocalClouds(apps, {
      endpoints: () => current.endpoints?.values() ?? [],
      githubs: () => [...(current.apps?.values() ?? [])].map(({ url }) => url),
    }),
    lives: createJobLives({ jobs, issuer: () => served.issuer, now }),
    registries: (request: HttpRequest) => served.registries(request),
    console: async (request: HttpRequest) =>
      decisions.answer(request) ?? (await answerConsole(request, config.folder)),
    now,
  };
  try {
    return await listenLocally(make, beside, settings.port);
  } catch (error) {
    throw explainPortInUse(error as NodeJS.ErrnoException, settings.port);
  }
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
  const server = await listenBeside(config, settings, streams, trail, decisions);
  try {
    const tell = settings.logLevel !== 'error';
    if (tell)
      streams.out(
        `${await writeTranscript(server.url, randomUUID(), config, { find: trail.take, json: streams.json ?? false })}\nconsole at ${server.url}/console\n`,
      );
  } catch (error) {
    await server.close();
    throw error;
  }
  trail.stopKeeping();
  streams.out(`listening on ${server.url}\n`);
  return server;
}
