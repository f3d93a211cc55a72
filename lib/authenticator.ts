import type { AuthenticationParts } from './authenticate.ts';
import type { AwsSetting } from './aws/call.ts';
import { createDynamoTable } from './aws/dynamo.ts';
import { type ClockReading, readDate } from './http/date.ts';
import { createKmsSigner } from './keys/kms.ts';
import { createTableIssuerKeys } from './stores/issuers.ts';
import { createCachedSwitches, createTableSwitches } from './stores/switches.ts';
import { NO_SWITCHES, type Switches } from './switch.ts';
import type { ClockReadings } from './token/clock.ts';
import { createSharedFetch, type SharedKeys } from './token/copy.ts';
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
import { createVerifier } from './token/verify.ts';

/** Reads the clock, in seconds since the epoch. */
export function readClock(): number {
  return Date.now() / 1000;
}

/** The tables that are asked on the way to a verified token. */
export type AuthenticationTables = {
  readonly switchTable?: string | undefined;
  readonly issuerKeyTable?: string | undefined;
  readonly issuerKeyProof?: string | undefined;
  readonly aws?: AwsSetting | undefined;
  readonly now?: () => number;
};

/** Creates what says what is switched off; nothing is where there is no table. */
export function createSwitches(tables: AuthenticationTables): Switches {
  const { switchTable, aws, now = readClock } = tables;
  if (switchTable === undefined) return NO_SWITCHES;
  // Not to be passed over: what is off would be on.
  if (!aws) throw new Error('There is a table of switches, and no AWS to ask for it.');
  return createCachedSwitches(createTableSwitches(createDynamoTable(switchTable, aws)), now);
}

/** Milliseconds for the key that proves rows: it is asked for at the same time as the row, which has as many. */
const PROOF_MS = 2000;

function createSharedKeys(tables: AuthenticationTables): SharedKeys | undefined {
  const { issuerKeyTable, issuerKeyProof, aws } = tables;
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

/** The keys of each issuer. */
export type KeySources = ReadonlyMap<string, KeySource>;

/** Where keys stand that are not fetched, and who is told when some were not taken. */
export type KeyWatch = {
  /** Keys that stand in for an issuer's own: the throwaway issuer of the laptop. Never loosens what is fetched. */
  readonly keysFor?: (row: IssuerRow) => KeySource | undefined;
  /** Told when an issuer's key set, or a key of it, was not taken. */
  readonly onKeys?: (issuer: string, what: string) => void;
};

/** Creates the keys of each issuer, kept once for all that is verified by them. */
export function createKeySources(
  rows: AuthenticationConfig['rows'],
  surroundings: KeyWatch & AuthenticationTables,
): KeySources {
  const { keysFor, onKeys = () => undefined } = surroundings;
  const shared = createSharedKeys(surroundings);
  return new Map(
    [...rows.values()].map(row => [
      row.issuer,
      keysFor?.(row) ?? createKeySource(row, shared, what => onKeys(row.issuer, what)),
    ]),
  );
}

/** The part of a configuration that says whom we know. */
export type AuthenticationConfig = {
  readonly rows: ReadonlyMap<string, IssuerRow>;
  readonly audiences: ReadonlySet<string>;
};

/** Creates what authenticates: the check of tokens by these keys, and what is switched off. */
export function createAuthentication(
  config: AuthenticationConfig,
  keys: KeySources,
  switches: Switches,
): Omit<AuthenticationParts, 'refusals'> & { readonly elapsed: () => number } {
  const { rows, audiences } = config;
  return { verify: createVerifier({ rows, keys, audiences }), rows, switches, elapsed: readElapsed };
}

function createFetcher(
  uri: string,
  row: IssuerRow,
  report: ReportKeyTrouble,
  noteTime?: Network['noteTime'],
): () => Promise<KeySet> {
  const { algorithms, allowPrivateNetwork } = row;
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

/** The clocks that were seen since they were last taken, for the alarm of a clock that is off. */
function createReadings() {
  const aws: ClockReading[] = [];
  const issuers = new Map<string, ClockReading>();
  return {
    aws,
    issuers,
    take(): ClockReadings {
      const taken = { aws: aws.splice(0), issuers: new Map(issuers) };
      issuers.clear();
      return taken;
    },
  };
}

/** Puts together what asks each issuer for its keys, so that nobody else need to. It alone writes to their table. */
export function createRefresher(
  config: Pick<AuthenticationConfig, 'rows'>,
  surroundings: AuthenticationTables & Pick<KeyWatch, 'onKeys'>,
): Refresher {
  const { aws, now = readClock, onKeys = () => undefined } = surroundings;
  const readings = createReadings();
  const noteTime = (reading: ClockReading): void => void readings.aws.push(reading);
  const shared = createSharedKeys({ ...surroundings, aws: aws && { ...aws, noteTime } });
  if (!shared) throw new Error('KITE_STS_ISSUER_KEY_TABLE must be set.');
  const fetchers = [...config.rows.values()].flatMap(row => {
    if (!('uri' in row.origin)) return [];
    const { uri } = row.origin;
    const noteIssuer: Network['noteTime'] = (headers, sent) => {
      const reading = readDate(headers, sent, now());
      if (reading) readings.issuers.set(row.issuer, reading);
    };
    const report: ReportKeyTrouble = what => onKeys(row.issuer, what);
    return [[row.issuer, { uri, fetchSet: createFetcher(uri, row, report, noteIssuer) }] as const];
  });
  return { shared, fetchers: new Map(fetchers), now, takeReadings: readings.take };
}
