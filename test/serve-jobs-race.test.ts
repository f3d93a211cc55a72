import { expect, test } from 'vitest';
import { createDynamoTable } from '../lib/aws/dynamo.ts';
import { recordEvent } from '../lib/job-events.ts';
import { serve } from '../lib/serve.ts';
import { createTableJobs, JOB_TABLE, type JobStore } from '../lib/stores/jobs.ts';
import { exchangeForm, httpRequest, testBroker } from './harness/broker.ts';
import { testDynamo } from './harness/dynamo.ts';
import { TRUST } from './harness/grant.ts';
import { tokenClaims } from './harness/issuer.ts';
import { issuersWithEvents, jobFinished, jobStarted, SOURCE } from './harness/job-events.ts';
import { NOW, PROVIDER } from './harness/policy.ts';

const dynamo = await testDynamo();

const roles = { live: `running: true\n${TRUST}${PROVIDER}\n` };

/** One process of a deployment: its own way to the table. Tells each look at the job, and each credential. */
async function startProcess(table: string, note: (what: string, token: string) => void) {
  const jobs = createTableJobs(createDynamoTable(table, dynamo.setting));
  const looking: JobStore = {
    ...jobs,
    read(question) {
      note('look', question.token.digest);
      return jobs.read(question);
    },
  };
  const { broker, issuer } = await testBroker({ roles, issuers: issuersWithEvents(), jobs: looking });
  return async (jti: string): Promise<string> => {
    const subject_token = await issuer.sign(tokenClaims({ jti }));
    const body = new TextEncoder().encode(exchangeForm({ audience: 'live', subject_token }));
    const answer = await serve(broker, httpRequest({ body }));
    return String((JSON.parse(answer.body) as { readonly code?: string }).code ?? 'issued');
  };
}

test('T87: of many exchanges that race with the end of their job, none is issued whose last look began after it', async () => {
  const ends = new Set<string>();
  for (let round = 0; round < 10; round++) {
    const table = await dynamo.makeTable(JOB_TABLE.key);
    const recorder = {
      sources: [SOURCE],
      jobs: createTableJobs(createDynamoTable(table, dynamo.setting)),
      now: () => NOW,
    };
    await recordEvent(recorder, jobStarted());
    let ended = false;
    const after = new Map<string, boolean>();
    const note = (_: string, token: string): void => void after.set(token, ended);
    const processes = await Promise.all([startProcess(table, note), startProcess(table, note)]);
    const end = async (): Promise<void> => {
      await new Promise(resolve => setTimeout(resolve, round));
      await recordEvent(recorder, jobFinished());
      ended = true;
    };
    const ending = end();
    const asked = Array.from({ length: 8 }, (_, index) => processes[index % 2]?.(`token-${round}-${index}`));
    const told = await Promise.all(asked);
    await ending;
    for (const each of told) ends.add(String(each));
    // As many credentials as tokens whose last look was before the end was noted, or fewer.
    const early = [...after.values()].filter(late => !late).length;
    expect(told.filter(each => each === 'issued').length).toBeLessThanOrEqual(early);
    expect(await processes[0]?.(`late-${round}`)).toBe('job_finished');
    expect(await processes[1]?.(`late-too-${round}`)).toBe('job_finished');
  }
  expect([...ends].every(each => each === 'issued' || each === 'job_finished')).toBe(true);
});
