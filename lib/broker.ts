import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { Sink } from './audit/event.ts';
import type { BrokerConfig } from './config/compiled.ts';
import type { BrokerError } from './errors.ts';
import type { Parts } from './exchange.ts';
import type { Signer } from './keys/signer.ts';
import type { Grant } from './policy/decide.ts';
import type { Target } from './policy/kinds.ts';
import { type AwsSetting, awsProvider } from './providers/aws.ts';
import { jwtProvider } from './providers/jwt.ts';
import type { Credential, GrantOf } from './providers/provider.ts';
import type { Broker } from './serve.ts';
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
  { aws, signer }: Surroundings,
  randomId: () => string,
): Parts['issue'] => {
  const makers = { aws: awsProvider(aws), jwt: jwtProvider({ issuer: config.url, signer, randomId }) };
  // The target's own kind chooses the maker, so each gets the target that it knows.
  const maker = (kind: Target['kind']) =>
    makers[kind] as (grant: GrantOf<Target>, now: number) => Promise<Credential>;
  return (grant: Grant, now) => maker(grant.target.kind)(grant, now);
};

/** Puts a broker together. The only file that picks implementations. */
export const createBroker = (config: BrokerConfig, surroundings: Surroundings): Broker => {
  const {
    signer,
    sink,
    metrics = false,
    onFault,
    onKeys = () => undefined,
    keysFor,
    now = () => Date.now() / 1000,
    randomId = randomUUID,
  } = surroundings;
  const { rows, roles, url, audience, audiences } = config;
  const keys = new Map(
    [...rows.values()].map(row => [
      row.issuer,
      keysFor?.(row) ?? keySource(row, what => onKeys(row.issuer, what)),
    ]),
  );
  return {
    url,
    audience,
    parts: {
      verify: verifier({ rows, keys, audiences }),
      rows,
      roles,
      spent: memorySpent(),
      issue: issuer(config, surroundings, randomId),
      elapsed: () => performance.now(),
    },
    discovery: { url, publicKeys: () => signer.publicKeys() },
    sink,
    metrics: metrics ? { roles: roles.size } : undefined,
    onFault,
    now,
    randomId,
  };
};
