import type { Config } from '../../lib/config/load.ts';
import type { EventSource } from '../../lib/policy/issuer.ts';
import { JOB_TABLE } from '../../lib/stores/jobs.ts';
import { getAttribute, type IamStatement, type Resources, refer } from '../cloudformation.ts';
import { allowOnTable, createTable } from './table.ts';

const ID = 'JobTable';

type EventConfig = Pick<Config, 'rows'>;

/** Lists those whose events are believed. */
export function listEventSources(config: EventConfig): readonly EventSource[] {
  return [...config.rows.values()].flatMap(each => each.events ?? []);
}

/** Are there events that tell of jobs? */
export function needsEvents(config: EventConfig): boolean {
  return listEventSources(config).length > 0;
}

/** Creates the table of what events have told of jobs. Whoever else could write there could have a dead job run, and a build approved. */
export function createJobTable(): Resources {
  return { [ID]: createTable(JOB_TABLE, { writers: [getAttribute('EventsRole', 'Arn')], removers: [] }) };
}

/** Lists the rights of the exchange: to look one job up, and never to write or to list. */
export function listJobRights(config: EventConfig): readonly IamStatement[] {
  return needsEvents(config) ? [allowOnTable(ID, 'ReadJobs', ['GetItem'])] : [];
}

/** For the function of events: to write on a condition, and never to look. */
export const noteJobs: IamStatement = allowOnTable(ID, 'NoteJobs', ['PutItem']);

export const jobSetting = { KITE_STS_JOB_TABLE: refer(ID) };
