import type { JWK } from 'jose';
import { createLocalSigner } from '../keys/local.ts';
import type { Signer } from '../keys/signer.ts';
import type { EventSource } from '../policy/issuer.ts';
import type { TrustPolicy } from '../policy/trust.ts';
import type { IssuerRow } from '../token/issuer.ts';
import { createFixedKeys, type KeySource } from '../token/keys.ts';
import {
  createPayload,
  createPushBuild,
  type LocalJob,
  listJobClaims,
  type TokenRequest,
  Unprocessable,
} from './jobs.ts';
import type { JobClaims } from './samples.ts';

/**
 * The throwaway issuer: it stands in for every configured issuer that has no inline keys, with the same
 * `iss` and keys of its own that live in this process's memory alone. What it signs can buy nothing
 * outside of this process, since its keys reach the verifier by injection here and nowhere else.
 */
export type ThrowawayIssuer = {
  keysFor(row: IssuerRow): KeySource | undefined;
  put(job: string, value: LocalJob): void;
  mint(job: string, request: TokenRequest): Promise<string>;
  /** Who signs for a job, and all that its token can say. */
  describe(job: string): { readonly row: IssuerRow; readonly claims: JobClaims };
  /** Whose events are believed. */
  sources(): readonly EventSource[];
  /** Stands in for the issuers of a changed configuration: tokens that were signed, and jobs that were put, stay good. */
  renew(
    rows: ReadonlyMap<string, IssuerRow>,
    policies: readonly Pick<TrustPolicy, 'trust'>[],
  ): ThrowawayIssuer;
  /** The keys that each stand-in publishes, by its place among the rows. */
  readonly published: ReadonlyMap<string, { readonly issuer: string; keys(): Promise<readonly JWK[]> }>;
};

const MAX_JOBS = 10_000;
const ALGORITHM = 'RS256';

/** All that outlives a change of the configuration: the keys of each issuer, and the jobs that were put. */
type Memory = { readonly signers: Map<string, Signer>; readonly jobs: Map<string, LocalJob> };

type StandIn = { readonly row: IssuerRow; readonly signer: Signer };

function createStandIns(rows: ReadonlyMap<string, IssuerRow>, memory: Memory): Map<string, StandIn> {
  const stands = new Map<string, StandIn>();
  for (const row of rows.values()) {
    // It signs with RS256: a row that does not take that keeps its own keys.
    if ('keys' in row.origin || !row.algorithms.includes(ALGORITHM)) continue;
    const signer = memory.signers.get(row.issuer) ?? createLocalSigner();
    memory.signers.set(row.issuer, signer);
    stands.set(row.issuer, { row, signer });
  }
  return stands;
}

/** The keys of a stand-in, made when they are first asked for. */
function createStandInKeys(signer: Signer): KeySource {
  let source: Promise<KeySource> | undefined;
  return async (keyId, now) => {
    source ??= signer.publicKeys().then(keys => createFixedKeys(keys));
    return (await source)(keyId, now);
  };
}

function publishStandIns(stands: readonly StandIn[]): ThrowawayIssuer['published'] {
  return new Map(
    stands.map(({ row, signer }, at) => [
      String(at),
      { issuer: row.issuer, keys: () => signer.publicKeys() },
    ]),
  );
}

/** A job is Buildkite's push of a build as long as nobody put it. */
function findJob(id: string, jobs: Memory['jobs'], usual: LocalJob | undefined): LocalJob {
  const job = jobs.get(id) ?? usual;
  if (!job)
    throw new Unprocessable(
      'broker.yml lists no Buildkite issuer. Put the job first: PUT /local/jobs/{job}.',
    );
  return job;
}

function findStandIn(stands: ReadonlyMap<string, StandIn>, issuer: string, hint = ''): StandIn {
  const stand = stands.get(issuer);
  if (!stand) throw new Unprocessable(`No stand-in for this issuer.${hint}`);
  return stand;
}

export function createThrowawayIssuer(
  rows: ReadonlyMap<string, IssuerRow>,
  policies: readonly Pick<TrustPolicy, 'trust'>[],
  now: () => number,
  memory: Memory = { signers: new Map(), jobs: new Map() },
): ThrowawayIssuer {
  const stands = createStandIns(rows, memory);
  const { jobs } = memory;
  const buildkite = [...stands.values()].find(({ row }) => row.preset === 'buildkite');
  const usual = buildkite && createPushBuild(policies, buildkite.row.issuer);
  return {
    renew: (newRows, newPolicies) => createThrowawayIssuer(newRows, newPolicies, now, memory),
    keysFor(row) {
      const stand = stands.get(row.issuer);
      return stand && createStandInKeys(stand.signer);
    },
    put(id, job) {
      findStandIn(stands, job.issuer, ` There is one for: ${[...stands.keys()].join(', ')}.`);
      if (jobs.size >= MAX_JOBS && !jobs.has(id))
        throw new Unprocessable('Too many jobs. Restart the local broker.');
      // One changed attribute leaves the rest of the build as it is.
      const before = job.issuer === usual?.issuer ? usual.claims : {};
      jobs.set(id, { ...job, claims: { ...before, ...job.claims } });
    },
    describe(id) {
      const job = findJob(id, jobs, usual);
      const { row } = findStandIn(stands, job.issuer);
      return { row, claims: listJobClaims(row, id, job) };
    },
    sources: () => [...rows.values()].flatMap(({ events = [] }) => events),
    async mint(id, request) {
      const job = findJob(id, jobs, usual);
      const { row, signer } = findStandIn(stands, job.issuer);
      // The type of a vendor's tokens: Buildkite's have none.
      const typ = row.preset === 'buildkite' ? '' : 'JWT';
      return signer.sign(typ, createPayload(row, id, job, request, now()));
    },
    published: publishStandIns([...stands.values()]),
  };
}
