import { describe, expect, test } from 'vitest';
import { createDynamoTable } from '../../lib/aws/dynamo.ts';
import { JOB_TABLE } from '../../lib/stores/jobs.ts';
import { deploy } from '../harness/deployed.ts';
import { askToken, down, FLEET, issuerServer, linesWith, mintToken, whileBroken } from '../harness/fleet.ts';
import { agentLost, jobFinished, jobStarted } from '../harness/job-events.ts';

const issuer = await issuerServer();
const deployed = await deploy(FLEET, { issuer: issuer.url });
const events = await deployed.start('events');

const at = (): number => Math.floor(Date.now() / 1000);
const ask = async (job: string): Promise<unknown> => {
  const { code } = await askToken(await deployed.start('exchange'), 'live', await mintToken({ job_id: job }));
  return code ?? 'issued';
};

describe('the packaged events', () => {
  test('tell the packaged exchange that a job runs, and that it has ended', async () => {
    const job = { uuid: 'one' };
    expect(await events.invoke(jobStarted({ at: at(), job }))).toEqual({ result: { kind: 'change' } });
    expect(await ask('one')).toBe('issued');
    await events.invoke(jobFinished({ at: at(), job }));
    expect(await ask('one')).toBe('job_finished');
    await events.invoke(jobStarted({ at: at() + 60, job }));
    expect(await ask('one')).toBe('job_finished');
  });

  test('and that its agent was lost', async () => {
    await events.invoke(jobStarted({ at: at(), job: { uuid: 'two' } }));
    await events.invoke(agentLost({ at: at() + 1 }));
    expect(await ask('two')).toBe('job_finished');
  });

  test.each<[string, object, string]>([
    ['another account', jobStarted({ envelope: { account: '999999999999' } }), 'other_account'],
    ['another bus', jobStarted({ envelope: { source: 'aws.partner/buildkite.com/x/1' } }), 'other_source'],
    ['a replay', jobStarted({ envelope: { 'replay-name': 'again' } }), 'replayed'],
    ['whoever calls the function itself', { job: 'three' }, 'not_an_event'],
  ])('T87: believe nothing of %s, and say so without a word of it', async (_name, event, why) => {
    const running = await deployed.start('events');
    expect(await running.invoke(event)).toEqual({ result: { kind: 'refused' } });
    await new Promise(resolve => setTimeout(resolve, 50));
    expect(linesWith(running.err, 'event_refused')).toEqual([{ event_refused: why }]);
    expect(running.out).toEqual([]);
  });

  test('throw what could not be noted, so that it comes again and is an alarm', async () => {
    const event = jobStarted({ at: at(), job: { uuid: 'four' } });
    const { error } = await whileBroken(deployed, down('dynamodb'), () => events.invoke(event));
    expect(error).toBeDefined();
  });

  test('write into the table that the exchange reads', async () => {
    const table = deployed.environmentOf('events')['KITE_STS_JOB_TABLE'] ?? '';
    expect(deployed.environmentOf('exchange')['KITE_STS_JOB_TABLE']).toBe(table);
    const kept = await createDynamoTable(table, deployed.account.dynamo.setting).scan([JOB_TABLE.key]);
    expect(kept.length).toBeGreaterThan(0);
  });

  test.each(['events', 'exchange'] as const)(
    'T-1: the packaged %s does not start without the table',
    async name => {
      await expect(deployed.start(name, { KITE_STS_JOB_TABLE: undefined })).rejects.toThrow(
        'KITE_STS_JOB_TABLE',
      );
    },
  );
});
