import { findTextAttribute, readNumberAttribute, type Table, type TableItem } from '../aws/dynamo.ts';
import { BrokerError } from '../errors.ts';
import type { JobChange } from '../events/event.ts';
import { findPlainClaim } from '../policy/claims.ts';
import type { JobFacts, Unblocked } from '../policy/demand.ts';
import type { VerifiedToken } from '../policy/verified-token.ts';
import type { IssuerRow } from '../token/issuer.ts';
import { createStoreFailure } from './failure.ts';

/** Whose job is looked up, and the block step that the role waits for, if it does. */
export type JobQuestion = {
  readonly token: VerifiedToken;
  readonly row: IssuerRow | undefined;
  readonly step: string | undefined;
};

/**
 * Jobs and their builds, as events have told of them. `read` throws `jobs_unavailable` when it cannot tell: then nothing is
 * issued. `note` throws whatever kept it from noting. `now` is in seconds since the epoch.
 */
export type JobStore = {
  read(question: JobQuestion): Promise<JobFacts>;
  note(change: JobChange, now: number): Promise<void>;
};

/** The table's key, and the attribute by which DynamoDB deletes. */
export const JOB_TABLE = { key: 'about', expiry: 'expires_at' } as const;

const DAY = 24 * 60 * 60;

/**
 * Seconds for which each is kept after its event came. A job that runs for longer than a start is kept is not issued to.
 * The end of a job is kept for longer than any of its tokens lives, and than a start that comes late is believed; an
 * approval for longer than any role takes one.
 */
export const KEPT = { started: 30 * DAY, finished: 30 * DAY, unblocked: 30 * DAY, lost: 30 * DAY } as const;

/** One thing that is known: of a job, of a step of a build, or of an agent. */
type JobRow = {
  readonly state: 'started' | 'finished' | 'unblocked' | 'lost';
  readonly organization: string;
  readonly at: number;
  readonly build?: string | undefined;
  readonly pipeline?: string | undefined;
  readonly by?: string | undefined;
};

/**
 * Where rows are. A start is written where nothing is yet, an end over anything but an end, and the rest over what is
 * older: so whatever comes twice, late or in another order leads to the same.
 */
type JobRows = {
  get(about: string): Promise<JobRow | undefined>;
  put(about: string, row: JobRow, expiresAt: number): Promise<void>;
};

function writeJobKey(job: string): string {
  return JSON.stringify(['job', job]);
}
function writeStepKey(build: string, step: string): string {
  return JSON.stringify(['step', build, step]);
}
function writeAgentKey(agent: string): string {
  return JSON.stringify(['agent', agent]);
}

function writeChangeKey(change: JobChange): string {
  if (change.is === 'unblocked') return writeStepKey(change.build, change.step);
  return change.is === 'lost' ? writeAgentKey(change.agent) : writeJobKey(change.job);
}

function createJobRow(jobChange: JobChange): JobRow {
  const { is, organization, at, ...change } = jobChange;
  if ('by' in change) return { state: is, organization, at, by: change.by };
  if ('job' in change) return { state: is, organization, at, build: change.build, pipeline: change.pipeline };
  return { state: is, organization, at };
}

/** Claims that are in a token only when it was asked for with them: what they say must then be so. */
function isOfToken(row: JobRow, token: VerifiedToken): boolean {
  const told = {
    organization_id: row.organization,
    build_id: row.build,
    pipeline_id: row.pipeline,
  };
  return Object.entries(told).every(([name, value]) => {
    const said = findPlainClaim(token.claims, name);
    return said === undefined || said === value;
  });
}

function findUnblocked(row: JobRow | undefined, step: string): Unblocked | undefined {
  if (!row) return undefined;
  if (row.state !== 'unblocked' || row.by === undefined)
    throw new Error('a row about a step says not who unblocked it');
  return { step, by: row.by, at: row.at };
}

function readTokenText(token: VerifiedToken, claim: string): string | undefined {
  const value = findPlainClaim(token.claims, claim);
  return typeof value === 'string' ? value : undefined;
}

const UNKNOWN: JobFacts = { state: 'unknown' };

/** The token's job leads to its build by the event alone: slugs and numbers come back after a rename. */
async function findJobFacts(rows: JobRows, question: JobQuestion): Promise<JobFacts> {
  const { token, row: issuer, step } = question;
  const [job, agent] = [readTokenText(token, 'job_id'), readTokenText(token, 'agent_id')];
  if (job === undefined || !issuer?.events) return UNKNOWN;
  const [found, lost] = await Promise.all([
    rows.get(writeJobKey(job)),
    agent === undefined ? undefined : rows.get(writeAgentKey(agent)),
  ]);
  const known = found && issuer.events.some(({ organizationId }) => organizationId === found.organization);
  if (!known || !isOfToken(found, token)) return UNKNOWN;
  if (found.build === undefined || !['started', 'finished'].includes(found.state))
    throw new Error('a row about a job says not of which build it is');
  const ended = found.state === 'finished' || (lost !== undefined && lost.at >= found.at);
  const unblocked =
    step === undefined ? undefined : findUnblocked(await rows.get(writeStepKey(found.build, step)), step);
  return { state: ended ? 'finished' : 'running', build: found.build, unblocked };
}

function createJobStore(rows: JobRows): JobStore {
  return {
    async read(question) {
      try {
        return await findJobFacts(rows, question);
      } catch (error) {
        throw createStoreFailure('jobs_unavailable', error);
      }
    },
    note: (change, now) =>
      rows.put(writeChangeKey(change), createJobRow(change), Math.ceil(now) + KEPT[change.is]),
  };
}

/** Whether this is to be written over what is there. */
function isReplacing(row: JobRow, there: JobRow | undefined): boolean {
  if (!there) return true;
  if (row.state === 'started') return false;
  return row.state === 'finished' ? there.state !== 'finished' : there.at < row.at;
}

const CAPACITY = 100_000;

/** For one process: the laptop, and tests. Forgets what is oldest when it is full. */
export function createMemoryJobs(capacity = CAPACITY): JobStore {
  const rows = new Map<string, JobRow>();
  return createJobStore({
    get: async about => rows.get(about),
    async put(about, row) {
      if (!isReplacing(row, rows.get(about))) return;
      const [oldest] = rows.keys();
      if (rows.size >= capacity && oldest !== undefined) rows.delete(oldest);
      rows.set(about, row);
    },
  });
}

const NAMES = ['state', 'organization', 'build', 'pipeline', 'by'] as const;

/** A row that cannot be read might be the end of the job: it is no row that nothing is known of. */
function readJobItem(item: TableItem): JobRow {
  const [state, organization, build, pipeline, by] = NAMES.map(name => findTextAttribute(item, name));
  const at = readNumberAttribute(item, 'at');
  const isState = (word: string | undefined): word is JobRow['state'] =>
    word !== undefined && Object.hasOwn(KEPT, word);
  if (!isState(state) || organization === undefined || !Number.isFinite(at))
    throw new Error('a row of the table of jobs cannot be read');
  return { state, organization, at, build, pipeline, by };
}

function writeJobItem(about: string, row: JobRow, expiresAt: number): TableItem {
  const texts = NAMES.flatMap(name => (row[name] === undefined ? [] : [[name, { S: row[name] }] as const]));
  return {
    [JOB_TABLE.key]: { S: about },
    [JOB_TABLE.expiry]: { N: String(expiresAt) },
    ...Object.fromEntries(texts),
    at: { N: String(row.at) },
  };
}

/** Says `isReplacing` in DynamoDB's words: the write itself compares. */
function writeJobCondition(row: JobRow) {
  const { state, at } = row;
  const absent = 'attribute_not_exists(#key)';
  const key = { '#key': JOB_TABLE.key };
  if (state === 'started') return { says: absent, names: key, values: {} };
  if (state === 'finished')
    return {
      says: `${absent} OR #state <> :state`,
      names: { ...key, '#state': 'state' },
      values: { ':state': { S: state } },
    };
  return {
    says: `${absent} OR #at < :at`,
    names: { ...key, '#at': 'at' },
    values: { ':at': { N: String(at) } },
  };
}

/** For all processes of a deployment. Without a table nothing can be known, and nothing is noted. */
export function createTableJobs(table: Table | undefined): JobStore {
  const requireTable = (): Table => {
    if (!table) throw new BrokerError('jobs_unavailable', { detail: 'KITE_STS_JOB_TABLE is not set' });
    return table;
  };
  return createJobStore({
    async get(about) {
      const item = await requireTable().get({ [JOB_TABLE.key]: { S: about } });
      return item && readJobItem(item);
    },
    async put(about, row, expiresAt) {
      await requireTable().putIf(writeJobItem(about, row, expiresAt), writeJobCondition(row));
    },
  });
}
