import type { Config } from '../../lib/config/load.ts';
import type { EventSource } from '../../lib/policy/issuer.ts';
import { JOB_TABLE } from '../../lib/stores/jobs.ts';
import { attribute, type Resources, ref, type Statement } from '../cloudformation.ts';
import { table } from './table.ts';

const ID = 'JobTable';

type Heard = Pick<Config, 'rows'>;

/** Whose events are believed. */
export function listEventSources({ rows }: Heard): readonly EventSource[] {
  return [...rows.values()].flatMap(({ events }) => events ?? []);
}

/** Whether there are events that tell of jobs. */
export function hearsEvents(config: Heard): boolean {
  return listEventSources(config).length > 0;
}

/** What events have told of jobs. Whoever else could write there could have a dead job run, and a build approved. */
export function jobTable(): Resources {
  return { [ID]: table(JOB_TABLE, { writers: [attribute('EventsRole', 'Arn')], removers: [] }) };
}

function may(Sid: string, action: string): Statement {
  return { Sid, Effect: 'Allow', Action: [`dynamodb:${action}`], Resource: [attribute(ID, 'Arn')] };
}

/** For the exchange: to look one job up, and never to write or to list. */
export function readJobs(config: Heard): readonly Statement[] {
  return hearsEvents(config) ? [may('ReadJobs', 'GetItem')] : [];
}

/** For the function of events: to write on a condition, and never to look. */
export const noteJobs: Statement = may('NoteJobs', 'PutItem');

export const jobSetting = { KITE_STS_JOB_TABLE: ref(ID) };
