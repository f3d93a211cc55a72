import { describe, expect, test } from 'vitest';
import { createDynamoTable, type Table } from '../../lib/aws/dynamo.ts';
import { LATEST_START, readEvent } from '../../lib/events/event.ts';
import { LONGEST_WITHIN } from '../../lib/language/demand.ts';
import { createMemoryJobs, createTableJobs, JOB_TABLE, KEPT } from '../../lib/stores/jobs.ts';
import { factsOf, jobContract } from '../contract/jobs.ts';
import { codeOf } from '../harness/code.ts';
import { testDynamo } from '../harness/dynamo.ts';
import {
  AGENT,
  ALICE,
  agentLost,
  BUILD,
  JOB,
  jobActivated,
  jobFinished,
  jobStarted,
  PIPELINE,
  SOURCE,
  STEP,
} from '../harness/job-events.ts';
import { NOW } from '../harness/policy.ts';

describe('in memory', () => {
  jobContract(async () => createMemoryJobs());

  test('the oldest is forgotten when it is full, and then nothing is known of it', async () => {
    const store = createMemoryJobs(1);
    await store.note(
      {
        is: 'started',
        job: JOB,
        build: BUILD,
        pipeline: PIPELINE,
        organization: SOURCE.organizationId,
        at: NOW,
      },
      NOW,
    );
    await store.note({ is: 'lost', agent: 'x', organization: SOURCE.organizationId, at: NOW }, NOW);
    expect((await factsOf(store)).state).toBe('unknown');
  });
});

test('T87: the end of a job is kept for longer than any of its tokens lives and a late start is believed', () => {
  const LONGEST_TOKEN = 86_400;
  expect(KEPT.finished).toBeGreaterThan(LATEST_START + LONGEST_TOKEN);
  expect(KEPT.lost).toBeGreaterThan(LATEST_START + LONGEST_TOKEN);
  expect(KEPT.unblocked).toBeGreaterThan(LONGEST_WITHIN);
});

const dynamo = await testDynamo();
describe('in DynamoDB', () => {
  const fresh = async (): Promise<Table> =>
    createDynamoTable(await dynamo.makeTable(JOB_TABLE.key), dynamo.setting);

  jobContract(async () => createTableJobs(await fresh()));

  const noted = async (...events: readonly unknown[]): Promise<Table> => {
    const table = await fresh();
    for (const event of events) {
      const reading = readEvent(event, [SOURCE], NOW);
      if (reading.kind === 'change') await createTableJobs(table).note(reading.change, NOW);
    }
    return table;
  };

  test('a row holds ids and times, who and when, and nothing of commands, messages or names', async () => {
    const table = await noted(
      jobStarted(),
      jobFinished({ job: { uuid: 'other' } }),
      jobActivated(),
      agentLost(),
    );
    const rows = await table.scan([
      JOB_TABLE.key,
      JOB_TABLE.expiry,
      'state',
      'organization',
      'build',
      'pipeline',
      'by',
      'at',
    ]);
    const expiry = { N: String(NOW + 30 * 86_400) };
    const organization = { S: SOURCE.organizationId };
    const of = { build: { S: BUILD }, pipeline: { S: PIPELINE } };
    const common = { [JOB_TABLE.expiry]: expiry, organization, at: { N: String(NOW) } };
    const byKey = Object.fromEntries(rows.map(row => [(row[JOB_TABLE.key] as { S: string }).S, row]));
    expect(byKey).toEqual(
      Object.fromEntries(
        [
          { about: ['job', JOB], state: 'started', ...of },
          { about: ['job', 'other'], state: 'finished', ...of },
          { about: ['step', BUILD, STEP], state: 'unblocked', by: { S: ALICE } },
          { about: ['agent', AGENT], state: 'lost' },
        ].map(({ about, state, ...more }) => [
          JSON.stringify(about),
          { [JOB_TABLE.key]: { S: JSON.stringify(about) }, state: { S: state }, ...common, ...more },
        ]),
      ),
    );
  });

  const broken = async (about: unknown[], changes: object): Promise<string> => {
    const table = await noted(jobStarted());
    await table.put({
      [JOB_TABLE.key]: { S: JSON.stringify(about) },
      state: { S: 'started' },
      organization: { S: SOURCE.organizationId },
      build: { S: BUILD },
      at: { N: String(NOW) },
      ...changes,
    });
    return codeOf(() => factsOf(createTableJobs(table), { step: STEP }));
  };

  test.each([
    ['a state that is not known', ['job', JOB], { state: { S: 'paused' } }],
    ['a state of something else', ['job', JOB], { state: { S: 'lost' } }],
    ['a state that is no text', ['job', JOB], { state: { N: '1' } }],
    ['no time', ['job', JOB], { at: { S: 'now' } }],
    ['no build', ['job', JOB], { build: { N: '1' } }],
    ['an agent without a state', ['agent', AGENT], { state: { S: '' } }],
    ['a step that nobody unblocked', ['step', BUILD, STEP], { state: { S: 'unblocked' } }],
  ])('T87: a row with %s is ours to mend, and nothing is issued', async (_name, about, changes) => {
    expect(await broken(about, changes)).toBe('jobs_unavailable');
  });

  test('D11: without a table, or with one that is gone, nothing is known and nothing noted', async () => {
    expect(await codeOf(() => factsOf(createTableJobs(undefined)))).toBe('jobs_unavailable');
    const gone = createTableJobs(createDynamoTable('gone', dynamo.setting));
    expect(await codeOf(() => factsOf(gone))).toBe('broker_misconfigured');
    const change = { is: 'lost', agent: 'x', organization: 'o', at: NOW } as const;
    await expect(gone.note(change, NOW)).rejects.toThrow();
  });
});
