import { randomUUID } from 'node:crypto';
import type { TokenDoor } from './access.ts';
import type { Sink } from './audit/event.ts';
import {
  type AuthenticationTables,
  createAuthentication,
  createKeySources,
  createSwitches,
  type KeySources,
  type KeyWatch,
  readClock,
} from './authenticator.ts';
import type { Authorizer } from './authorize.ts';
import { createDelivery, type Deliver } from './aws/delivery.ts';
import { createDynamoTable, type Table } from './aws/dynamo.ts';
import type { AuditSetting } from './config/audit.ts';
import type { AuthorizerConfig, BrokerConfig } from './config/compiled.ts';
import { BrokerError } from './errors.ts';
import type { Parts } from './exchange.ts';
import type { EventRecorder } from './job-events.ts';
import type { AppSigners } from './keys/apps.ts';
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
import { createMemoryJobs, createTableJobs, type JobStore } from './stores/jobs.ts';
import { createMemoryLimiter, createNetworkLimiter, type Limiter, type Limits } from './stores/limits.ts';
import { createMemorySpent, createTableSpent } from './stores/spent.ts';
import { createRegistryReader } from './token/registry.ts';

/** The parts that differ between the laptop, Lambda and a test. */
export type Surroundings = KeyWatch & {
  readonly signer: Signer;
  readonly aws: AwsSetting;
  /** How other clouds are reached. Left out, it is as their own names say. */
  readonly clouds?: UpstreamSetting;
  /** The signers of the apps of roles, each by a key of its own. Left out: there are none. */
  readonly apps?: AppSigners;
  /** The DynamoDB table that remembers whose sessions were given. Left out they are kept in memory; `null` when they cannot be kept. */
  readonly identityTable?: string | null;
  /** That of used tokens. Left out they are kept in memory, for one process alone; `null` when they cannot be kept. */
  readonly spentTable?: string | null;
  /** That of what events have told of jobs. Left out it is kept in memory; `null` when it cannot be kept. */
  readonly jobTable?: string | null;
  /** A store in place of that table: the laptop's own, which outlives a change of its configuration. */
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
  /** Seconds since the epoch. */
  readonly now?: () => number;
  /** Waits for so many milliseconds. */
  readonly pause?: (milliseconds: number) => Promise<void>;
  readonly randomId?: () => string;
};

function createIssuing(
  config: BrokerConfig,
  surroundings: Surroundings,
  randomId: () => string,
): Parts['issue'] {
  const { aws, clouds = {}, signer, apps = () => undefined } = surroundings;
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

function findTable(name: string | null, aws: AwsSetting): Table | undefined {
  return name === null ? undefined : createDynamoTable(name, aws);
}

function waitByTimer(milliseconds: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, milliseconds));
}

function createIdentityStore(name: string | null, aws: AwsSetting): IdentityStore {
  return name === null ? noIdentities : createTableIdentities(createDynamoTable(name, aws));
}

/** Where events must arrive. What need not is told to the operator when it does not. */
function createDemandedSink(surroundings: Surroundings): Deliver | undefined {
  const { audit, aws, onFault } = surroundings;
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
  config: AuthorizerConfig,
  broker: Broker,
  signer: Signer,
  keys: KeySources,
): TokenDoor | undefined {
  const { registries } = config;
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

/** Puts a broker together: who is asked for keys and switches `authenticator.ts` picks, and all else this file. */
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
    now = readClock,
    pause = waitByTimer,
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
      jobs:
        surroundings.jobs ??
        (jobTable === undefined ? createMemoryJobs() : createTableJobs(findTable(jobTable, aws))),
      pause,
      spent:
        spentTable === undefined
          ? createMemorySpent()
          : createTableSpent(findTable(spentTable, aws), randomId),
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

/** The surroundings of an authorizer; of our signature it has the public keys alone. */
type AuthorizerSurroundings = Pick<Surroundings, 'sink' | 'onFault' | 'now' | 'randomId'> &
  KeyWatch &
  AuthenticationTables &
  Pick<Signer, 'publicKeys'> & {
    /** Where the token door is reached, if it is not below the URL of broker.yml: on a laptop. */
    readonly realm?: string;
  };

/** Puts together what stands in front of registries: it authenticates as the broker does, and makes nothing. */
export function createAuthorizer(config: AuthorizerConfig, surroundings: AuthorizerSurroundings): Authorizer {
  const { sink, onFault, publicKeys, now = readClock, randomId = randomUUID } = surroundings;
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
  config: Pick<BrokerConfig, 'rows'>,
  surroundings: Pick<AuthenticationTables, 'aws' | 'now'> & { readonly jobTable: string | undefined },
): EventRecorder {
  const { aws, jobTable, now = readClock } = surroundings;
  if (jobTable === undefined || !aws) throw new Error('KITE_STS_JOB_TABLE must be set.');
  const sources = [...config.rows.values()].flatMap(({ events = [] }) => events);
  return { sources, jobs: createTableJobs(findTable(jobTable, aws)), now };
}
