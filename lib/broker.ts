import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { Sink } from './audit/event.ts';
import type { Authorizer } from './authorize.ts';
import { dynamoTable } from './aws/dynamo.ts';
import type { AuthorizerConfig, BrokerConfig } from './config/compiled.ts';
import type { BrokerError } from './errors.ts';
import type { Parts } from './exchange.ts';
import type { AppSigners } from './keys/apps.ts';
import type { Signer } from './keys/signer.ts';
import type { Grant } from './policy/decide.ts';
import type { Target } from './policy/kinds.ts';
import { type AwsSetting, awsProvider } from './providers/aws.ts';
import { azureProvider } from './providers/azure.ts';
import { buildkiteProvider } from './providers/buildkite.ts';
import { gcpProvider } from './providers/gcp.ts';
import { githubProvider } from './providers/github.ts';
import { jwtProvider } from './providers/jwt.ts';
import type { Credential, GrantOf } from './providers/provider.ts';
import type { UpstreamSetting } from './providers/upstream.ts';
import type { Broker } from './serve.ts';
import { memoryIdentities, tableIdentities } from './stores/identities.ts';
import { memoryLimit } from './stores/limits.ts';
import { memorySpent } from './stores/spent.ts';
import { download, network } from './token/download.ts';
import type { IssuerRow } from './token/issuer.ts';
import { cachedKeys, fixedKeys, type KeySource } from './token/keys.ts';
import { readKeySet } from './token/keyset.ts';
import { verifier } from './token/verify.ts';

/** What differs between the laptop, Lambda and a test. */
export type Surroundings = {
  readonly signer: Signer;
  readonly aws: AwsSetting;
  /** How other clouds are reached. Left out, it is as their own names say. */
  readonly clouds?: UpstreamSetting;
  /** What signs as the apps of roles, each by a key of its own. Left out: none does. */
  readonly apps?: AppSigners;
  /** The DynamoDB table that remembers whose sessions were given; without it they are kept in memory. */
  readonly identityTable?: string | undefined;
  readonly sink: Sink;
  /** Whether metrics follow each audit event to the sink, for CloudWatch. */
  readonly metrics?: boolean;
  readonly onFault: (error: BrokerError, decisionId: string) => void;
  /** Told when an issuer's key set, or a key of it, was not taken. */
  readonly onKeys?: (issuer: string, what: string) => void;
  /** Keys that stand in for an issuer's own: the throwaway issuer of the laptop. Never loosens what is fetched. */
  readonly keysFor?: (row: IssuerRow) => KeySource | undefined;
  /** Seconds since the epoch. */
  readonly now?: () => number;
  readonly randomId?: () => string;
};

const keySource = (row: IssuerRow, report: (what: string) => void): KeySource => {
  const { origin, algorithms, allowPrivateNetwork } = row;
  if ('keys' in origin) return fixedKeys(origin.keys, algorithms);
  const reach = network(allowPrivateNetwork);
  return cachedKeys(async () => readKeySet(await download(origin.uri, reach), algorithms, report), report);
};

const issuer = (
  config: BrokerConfig,
  { aws, clouds = {}, signer, apps = () => undefined }: Surroundings,
  randomId: () => string,
): Parts['issue'] => {
  const signing = { issuer: config.url, signer, randomId };
  const makers = {
    aws: awsProvider(aws, signing, memoryLimit('calls of AWS STS', config.limits.stsCalls)),
    gcp: gcpProvider(clouds, signing),
    azure: azureProvider(clouds, signing),
    github: githubProvider(clouds, apps),
    buildkite: buildkiteProvider(clouds, apps, randomId),
    jwt: jwtProvider(signing),
  };
  // The target's own kind chooses the maker, so each gets the target that it knows.
  const maker = (kind: Target['kind']) =>
    makers[kind] as (grant: GrantOf<Target>, now: number) => Promise<Credential>;
  return (grant: Grant, now) => maker(grant.target.kind)(grant, now);
};

/** What authenticates: the keys of each issuer, and the check of tokens by them. */
const authentication = (
  { rows, audiences }: Pick<BrokerConfig, 'rows' | 'audiences'>,
  { keysFor, onKeys = () => undefined }: Pick<Surroundings, 'keysFor' | 'onKeys'>,
): Pick<Parts, 'verify' | 'rows' | 'elapsed'> => {
  const keys = new Map(
    [...rows.values()].map(row => [
      row.issuer,
      keysFor?.(row) ?? keySource(row, what => onKeys(row.issuer, what)),
    ]),
  );
  return { verify: verifier({ rows, keys, audiences }), rows, elapsed: () => performance.now() };
};

const byClock = (): number => Date.now() / 1000;

/** Puts a broker together. The only file that picks implementations. */
export const createBroker = (config: BrokerConfig, surroundings: Surroundings): Broker => {
  const {
    signer,
    aws,
    identityTable,
    sink,
    metrics = false,
    onFault,
    now = byClock,
    randomId = randomUUID,
  } = surroundings;
  const { roles, url, audience, limits } = config;
  return {
    url,
    audience,
    parts: {
      ...authentication(config, surroundings),
      roles,
      admit: memoryLimit('exchanges of this organization for this role', limits.exchanges).admit,
      spent: memorySpent(),
      issue: issuer(config, surroundings, randomId),
    },
    identities:
      identityTable === undefined ? memoryIdentities() : tableIdentities(dynamoTable(identityTable, aws)),
    discovery: { url, publicKeys: () => signer.publicKeys() },
    sink,
    metrics: metrics ? { roles: roles.size } : undefined,
    onFault,
    now,
    randomId,
  };
};

/** Puts together what stands in front of registries: it authenticates as the broker does, and makes nothing. */
export const createAuthorizer = (
  config: AuthorizerConfig,
  surroundings: Pick<Surroundings, 'sink' | 'onFault' | 'onKeys' | 'keysFor' | 'now' | 'randomId'>,
): Authorizer => {
  const { sink, onFault, now = byClock, randomId = randomUUID } = surroundings;
  return {
    url: config.url,
    parts: authentication(config, surroundings),
    registries: config.registries,
    sink,
    metrics: undefined,
    onFault,
    now,
    randomId,
  };
};
