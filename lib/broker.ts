import { randomUUID } from 'node:crypto';
import type { TokenDoor } from './access.ts';
import type { Sink } from './audit/event.ts';
import type { Authorizer } from './authorize.ts';
import { createDelivery, type Deliver } from './aws/delivery.ts';
import { createDynamoTable } from './aws/dynamo.ts';
import type { AuditSetting } from './config/audit.ts';
import type { AuthorizerConfig, BrokerConfig } from './config/compiled.ts';
import { BrokerError } from './errors.ts';
import type { Parts } from './exchange.ts';
import { type ClockReading, readDate } from './http/date.ts';
import type { EventRecorder } from './job-events.ts';
import type { AppSigners } from './keys/apps.ts';
import { createKmsSigner } from './keys/kms.ts';
import type { Signer } from './keys/signer.ts';
import type { Grant } from './policy/decide.ts';
import type { Target } from './policy/targets.ts';
import { TOKEN_PATH } from './protocols/registry.ts';
import { type AwsSetting, createAwsProvider } from './providers/aws.ts';
import { createAzureProvider } from './providers/azure.ts';
import { createBuildkiteProvider } from './providers/buildkite.ts';
import { createGcpProvider } from './providers/gcp.ts';
import { createGithubProvider } from './providers/github.ts';
import { createJwtProvider } from './providers/jwt.ts';
import { createOauthProvider } from './providers/oauth.ts';
import type { Credential, GrantOf } from './providers/provider.ts';
import { createRegistrySigner, REGISTRY_SECONDS, REGISTRY_TYPE } from './providers/registry.ts';
import type { UpstreamSetting } from './providers/upstream.ts';
import type { Broker } from './serve.ts';
import {
  createMemoryIdentities,
  createTableIdentities,
  type IdentityStore,
  noIdentities,
} from './stores/identities.ts';
import { createTableIssuerKeys } from './stores/issuers.ts';
import { createMemoryJobs, createTableJobs, type JobStore } from './stores/jobs.ts';
import { createMemoryLimiter, createNetworkLimiter, type Limiter, type Limits } from './stores/limits.ts';
import { createMemorySpent, createTableSpent, type SpentStore } from './stores/spent.ts';
import { createCachedSwitches, createTableSwitches } from './stores/switches.ts';
import { NO_SWITCHES, type Switches } from './switch.ts';
import type { ClockReadings } from './token/clock.ts';
import type { SharedKeys } from './token/copy.ts';
import { createSharedFetch } from './token/copy.ts';
import { createNetwork, downloadKeySet, type Network } from './token/download.ts';
import type { IssuerRow } from './token/issuer.ts';
import {
  createCachedKeys,
  createFixedKeys,
  createIssuerKeys,
  type KeySource,
  type ReportKeyTrouble,
} from './token/keys.ts';
import { type KeySet, readKeySet } from './token/keyset.ts';
import type { Refresher } from './token/refresh.ts';
import { createRegistryReader } from './token/registry.ts';
import { createVerifier } from './token/verify.ts';

/** What differs between the laptop, Lambda and a test. */
export type Surroundings = {
  readonly signer: Signer;
  readonly aws: AwsSetting;
  /** How other clouds are reached. Left out, it is as their own names say. */
  readonly clouds?: UpstreamSetting;
  /** What signs as the apps of roles, each by a key of its own. Left out: none does. */
  readonly apps?: AppSigners;
  /** The DynamoDB table that remembers whose sessions were given. Left out they are kept in memory; `null` when they cannot be kept. */
  readonly identityTable?: string | null;
  /** That of used tokens. Left out they are kept in memory, for one process alone; `null` when they cannot be kept. */
  readonly spentTable?: string | null;
  /** That of what events have told of jobs. Left out it is kept in memory; `null` when it cannot be kept. */
  readonly jobTable?: string | null;
  /** What stands for that table: the laptop's own, which outlives a change of its configuration. */
  readonly jobs?: JobStore;
  /** That of what is switched off; without it nothing can be. */
  readonly switchTable?: string | undefined;
  /** That of what is known of issuers' keys, read alone; without it each process asks the issuers itself. */
  readonly issuerKeyTable?: string | undefined;
  /** The key of KMS that proves the rows of that table: it must be there where the table is. */
  readonly issuerKeyProof?: string | undefined;
  readonly sink: Sink;
  /** Where audit events go beside the sink, and whether a credential waits for it. */
  readonly audit?: AuditSetting | undefined;
  /** Whether metrics follow each audit event to the sink, for CloudWatch. */
  readonly metrics?: boolean;
  readonly onFault: (error: BrokerError, decisionId: string) => void;
  /** Told when an issuer's key set, or a key of it, was not taken. */
  readonly onKeys?: (issuer: string, what: string) => void;
  /** Keys that stand in for an issuer's own: the throwaway issuer of the laptop. Never loosens what is fetched. */
  readonly keysFor?: (row: IssuerRow) => KeySource | undefined;
  /** Seconds since the epoch. */
  readonly now?: () => number;
  /** Waits for so many milliseconds. */
  readonly pause?: (milliseconds: number) => Promise<void>;
  readonly randomId?: () => string;
};

function createFetcher(
  uri: string,
  { algorithms, allowPrivateNetwork }: IssuerRow,
  report: ReportKeyTrouble,
  noteTime?: Network['noteTime'],
): () => Promise<KeySet> {
  const reach: Network = { ...createNetwork(allowPrivateNetwork), noteTime };
  return async () => readKeySet(await downloadKeySet(uri, reach), algorithms, report);
}

function createKeySource(
  row: IssuerRow,
  shared: SharedKeys | undefined,
  report: ReportKeyTrouble,
): KeySource {
  const { origin, algorithms } = row;
  if ('keys' in origin) return createFixedKeys(origin.keys, algorithms);
  const fetchSet = createFetcher(origin.uri, row, report);
  const where = { ...row, uri: origin.uri };
  return shared
    ? createIssuerKeys(createSharedFetch(shared, where, fetchSet, report), report)
    : createCachedKeys(fetchSet, report);
}

function createIssuing(
  config: BrokerConfig,
  { aws, clouds = {}, signer, apps = () => undefined }: Surroundings,
  randomId: () => string,
): Parts['issue'] {
  const signing = { issuer: config.url, signer, randomId };
  const atSts = { ...aws, secondRegion: config.secondRegion };
  const makers = {
    aws: createAwsProvider(atSts, signing, createMemoryLimiter('calls of AWS STS', config.limits.stsCalls)),
    gcp: createGcpProvider(clouds, signing),
    azure: createAzureProvider(clouds, signing),
    github: createGithubProvider(clouds, apps),
    buildkite: createBuildkiteProvider(clouds, apps, signing),
    oauth: createOauthProvider(clouds, signing),
    jwt: createJwtProvider(signing),
  };
  // The target's own kind chooses the maker, so each gets the target that it knows.
  const maker = (kind: Target['kind']) =>
    makers[kind] as (grant: GrantOf<Target>, now: number) => Promise<Credential>;
  return (grant: Grant, now) => maker(grant.target.kind)(grant, now);
}

function watchClock(): number {
  return Date.now() / 1000;
}

function createSpentStore(name: string | null, aws: AwsSetting, randomId: () => string): SpentStore {
  return createTableSpent(name === null ? undefined : createDynamoTable(name, aws), randomId);
}

function jobsIn(name: string | null, aws: AwsSetting): JobStore {
  return createTableJobs(name === null ? undefined : createDynamoTable(name, aws));
}

function byTimer(milliseconds: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, milliseconds));
}

function createIdentityStore(name: string | null, aws: AwsSetting): IdentityStore {
  return name === null ? noIdentities : createTableIdentities(createDynamoTable(name, aws));
}

/** What is asked of tables on the way to a verified token. */
type Tables = {
  readonly switchTable?: string | undefined;
  readonly issuerKeyTable?: string | undefined;
  readonly issuerKeyProof?: string | undefined;
  readonly aws?: AwsSetting | undefined;
  readonly now?: () => number;
};

function createSwitches({ switchTable, aws, now = watchClock }: Tables): Switches {
  if (switchTable === undefined) return NO_SWITCHES;
  // Not to be passed over: what is off would be on.
  if (!aws) throw new Error('There is a table of switches, and no AWS to ask for it.');
  return createCachedSwitches(createTableSwitches(createDynamoTable(switchTable, aws)), now);
}

/** Milliseconds for the key that proves rows: it is asked for at the same time as the row, which has as many. */
const PROOF_MS = 2000;

function createSharedKeys({ issuerKeyTable, issuerKeyProof, aws }: Tables): SharedKeys | undefined {
  if (issuerKeyTable === undefined || !aws) return undefined;
  // Not to be passed over: whoever can write to the table would be any issuer.
  if (issuerKeyProof === undefined)
    throw new Error('KITE_STS_ISSUER_KEY_PROOF must be set beside the table.');
  const prover = createKmsSigner({ ...aws, keys: [issuerKeyProof], patience: PROOF_MS });
  return createTableIssuerKeys(createDynamoTable(issuerKeyTable, aws), prover);
}

/** Milliseconds of a monotonic clock. Not by `performance`, which a start would have to load. */
function readElapsed(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}

type KeySetting = ReadonlyMap<string, KeySource>;

/** The keys of each issuer, kept once for all that is verified by them. */
function createKeySources(
  rows: BrokerConfig['rows'],
  surroundings: Pick<Surroundings, 'keysFor' | 'onKeys'> & Tables,
): KeySetting {
  const { keysFor, onKeys = () => undefined } = surroundings;
  const shared = createSharedKeys(surroundings);
  return new Map(
    [...rows.values()].map(row => [
      row.issuer,
      keysFor?.(row) ?? createKeySource(row, shared, what => onKeys(row.issuer, what)),
    ]),
  );
}

/** What authenticates: the check of tokens by these keys, and what is switched off. */
function createAuthentication(
  { rows, audiences }: Pick<BrokerConfig, 'rows' | 'audiences'>,
  keys: KeySetting,
  switches: Switches,
): Pick<Parts, 'verify' | 'rows' | 'switches' | 'elapsed'> {
  return {
    verify: createVerifier({ rows, keys, audiences }),
    rows,
    switches,
    elapsed: readElapsed,
  };
}

/** Where events must arrive. What need not is told to the operator when it does not. */
function createDemandedSink({ audit, aws, onFault }: Surroundings): Deliver | undefined {
  if (!audit) return undefined;
  const send = createDelivery(audit, aws);
  if (audit.required) return send;
  return async line => {
    try {
      await send(line);
    } catch (cause) {
      const { decision_id: id } = JSON.parse(line) as { readonly decision_id: string };
      onFault(new BrokerError('audit_unavailable', { detail: (cause as Error).message, cause }), id);
    }
  };
}

/** The door where clients of these registries get their tokens; undefined where no registry is of images. */
function createTokenDoor(
  { registries, ...config }: AuthorizerConfig,
  broker: Broker,
  signer: Signer,
  keys: KeySetting,
): TokenDoor | undefined {
  if (registries.images.length === 0) return undefined;
  const { url, parts, sink, demands, metrics, onFault, now, randomId } = broker;
  return {
    url,
    parts: {
      ...createAuthentication(config, keys, parts.switches),
      admit: parts.admit,
      refusals: parts.refusals,
    },
    registries,
    sign: createRegistrySigner({ issuer: url, signer, randomId }),
    seconds: REGISTRY_SECONDS,
    sink,
    demands,
    metrics,
    onFault,
    now,
    randomId,
  };
}

function createRefusalLimits({ refusals }: Limits): Limiter {
  return createMemoryLimiter('what is refused to this pipeline', refusals);
}

/** Puts a broker together. The only file that picks implementations. */
export function createBroker(
  config: BrokerConfig,
  surroundings: Surroundings,
  registries?: AuthorizerConfig,
): Broker {
  const {
    signer,
    aws,
    identityTable,
    spentTable,
    jobTable,
    sink,
    metrics = false,
    onFault,
    now = watchClock,
    pause = byTimer,
    randomId = randomUUID,
  } = surroundings;
  const { roles, url, audience, limits } = config;
  const keys = createKeySources(config.rows, surroundings);
  const broker: Broker = {
    url,
    audience,
    parts: {
      ...createAuthentication(config, keys, createSwitches(surroundings)),
      roles,
      admit: createMemoryLimiter('exchanges of this organization for this role', limits.exchanges).admit,
      refusals: createRefusalLimits(limits),
      now,
      jobs: surroundings.jobs ?? (jobTable === undefined ? createMemoryJobs() : jobsIn(jobTable, aws)),
      pause,
      spent: spentTable === undefined ? createMemorySpent() : createSpentStore(spentTable, aws, randomId),
      issue: createIssuing(config, surroundings, randomId),
    },
    identities:
      identityTable === undefined ? createMemoryIdentities() : createIdentityStore(identityTable, aws),
    questions: createNetworkLimiter('questions of whose a session is', limits.identities),
    discovery: { url, audience, publicKeys: () => signer.publicKeys() },
    sink,
    demands: createDemandedSink(surroundings),
    metrics: metrics ? { roles: roles.size } : undefined,
    onFault,
    now,
    randomId,
  };
  return registries ? { ...broker, tokenDoor: createTokenDoor(registries, broker, signer, keys) } : broker;
}

/** What an authorizer needs; of our signature it has the public keys alone. */
type AuthorizerSurroundings = Pick<
  Surroundings,
  'sink' | 'onFault' | 'onKeys' | 'keysFor' | 'now' | 'randomId'
> &
  Tables &
  Pick<Signer, 'publicKeys'> & {
    /** Where the token door is reached, if it is not below the URL of broker.yml: on a laptop. */
    readonly realm?: string;
  };

/** Puts together what stands in front of registries: it authenticates as the broker does, and makes nothing. */
export function createAuthorizer(config: AuthorizerConfig, surroundings: AuthorizerSurroundings): Authorizer {
  const { sink, onFault, publicKeys, now = watchClock, randomId = randomUUID } = surroundings;
  const { url, rows, registries, limits } = config;
  return {
    url,
    realm: surroundings.realm ?? `${url}${TOKEN_PATH}`,
    parts: {
      ...createAuthentication(config, createKeySources(rows, surroundings), createSwitches(surroundings)),
      admit: createMemoryLimiter('requests of this organization to this registry', limits.authorizations)
        .admit,
      refusals: createRefusalLimits(limits),
    },
    registries,
    readRegistryToken: createRegistryReader({
      issuer: url,
      type: REGISTRY_TYPE,
      seconds: REGISTRY_SECONDS,
      publicKeys,
    }),
    sink,
    metrics: undefined,
    onFault,
    now,
    randomId,
  };
}

/** Puts together what notes the events of these issuers. It alone writes to their table. */
export function createEventRecorder(
  { rows }: Pick<BrokerConfig, 'rows'>,
  {
    aws,
    jobTable,
    now = watchClock,
  }: Pick<Tables, 'aws' | 'now'> & { readonly jobTable: string | undefined },
): EventRecorder {
  if (jobTable === undefined || !aws) throw new Error('KITE_STS_JOB_TABLE must be set.');
  const sources = [...rows.values()].flatMap(({ events = [] }) => events);
  return { sources, jobs: jobsIn(jobTable, aws), now };
}

/** Puts together what asks each issuer for its keys, so that nobody else need to. It alone writes to their table. */
export function createRefresher(
  { rows }: Pick<BrokerConfig, 'rows'>,
  surroundings: Tables & Pick<Surroundings, 'onKeys'>,
): Refresher {
  const { now = watchClock, onKeys = () => undefined } = surroundings;
  const readings: { aws: ClockReading[]; issuers: Map<string, ClockReading> } = {
    aws: [],
    issuers: new Map(),
  };
  const noteTime = (reading: ClockReading): void => void readings.aws.push(reading);
  const shared = createSharedKeys({
    ...surroundings,
    aws: surroundings.aws && { ...surroundings.aws, noteTime },
  });
  if (!shared) throw new Error('KITE_STS_ISSUER_KEY_TABLE must be set.');
  const fetchers = [...rows.values()].flatMap(row => {
    if (!('uri' in row.origin)) return [];
    const { uri } = row.origin;
    const noteIssuer: Network['noteTime'] = (headers, sent) => {
      const reading = readDate(headers, sent, now());
      if (reading) readings.issuers.set(row.issuer, reading);
    };
    const report: ReportKeyTrouble = what => onKeys(row.issuer, what);
    return [[row.issuer, { uri, fetchSet: createFetcher(uri, row, report, noteIssuer) }] as const];
  });
  const takeReadings = (): ClockReadings => {
    const taken = { aws: readings.aws.splice(0), issuers: new Map(readings.issuers) };
    readings.issuers.clear();
    return taken;
  };
  return { shared, fetchers: new Map(fetchers), now, takeReadings };
}
