import { describe, expect, test } from 'vitest';
import { type JobChange, readEvent } from '../../lib/events/event.ts';
import type { JobFacts } from '../../lib/policy/demand.ts';
import { assumeVerified } from '../../lib/review/assume.ts';
import type { JobStore } from '../../lib/stores/jobs.ts';
import {
  ALICE,
  agentLost,
  BOB,
  BUILD,
  issuersWithEvents,
  jobActivated,
  jobFinished,
  jobStarted,
  SOURCE,
  STEP,
} from '../harness/job-events.ts';
import { AUDIENCE, BUILDKITE, buildkiteClaims, NOW, rowsFrom } from '../harness/policy.ts';

const ROW = rowsFrom(issuersWithEvents()).get(BUILDKITE);

function changeOf(event: unknown): JobChange {
  const reading = readEvent(event, [SOURCE], NOW);
  if (reading.kind !== 'change') throw new Error(JSON.stringify(reading));
  return reading.change;
}

type Asked = { readonly claims?: object; readonly step?: string | undefined; readonly row?: typeof ROW };

/** What a store says of the harness's token. */
export function factsOf(store: JobStore, { claims = {}, step, row = ROW }: Asked = {}): Promise<JobFacts> {
  return store.read({
    token: assumeVerified(buildkiteClaims({ ...claims }), { trust: [], audience: AUDIENCE }),
    row,
    step,
  });
}

async function noted(store: JobStore, ...events: readonly unknown[]): Promise<JobStore> {
  for (const event of events) await store.note(changeOf(event), NOW);
  return store;
}

/** What every store of what events told keeps to. `open` gives an empty one. */
export function jobContract(open: () => Promise<JobStore>): void {
  describe('what is known of a job', () => {
    test.each<[string, readonly unknown[], JobFacts['state']]>([
      ['nothing', [], 'unknown'],
      ['that it started', [jobStarted()], 'running'],
      ['that it finished', [jobStarted(), jobFinished({ at: NOW + 9 })], 'finished'],
      [
        'T87: that it finished, before it was told that it started',
        [jobFinished(), jobStarted()],
        'finished',
      ],
      [
        'T87: that it finished, whatever start comes later',
        [jobFinished(), jobStarted({ at: NOW + 60 })],
        'finished',
      ],
      ['that it started, told twice', [jobStarted(), jobStarted()], 'running'],
      ['that it finished, told twice', [jobFinished(), jobFinished({ at: NOW + 60 })], 'finished'],
      ['that another started', [jobStarted({ job: { uuid: 'another' } })], 'unknown'],
      ['that its agent was lost', [jobStarted(), agentLost({ at: NOW + 9 })], 'finished'],
      [
        'that its agent was lost, before it was told that it started',
        [agentLost({ at: NOW + 9 }), jobStarted()],
        'finished',
      ],
      [
        'that its agent had been lost before it started',
        [agentLost({ at: NOW - 9 }), jobStarted()],
        'running',
      ],
      [
        'that its agent was lost twice',
        [jobStarted(), agentLost({ at: NOW + 9 }), agentLost({ at: NOW - 9 })],
        'finished',
      ],
      [
        'that another agent was lost',
        [jobStarted(), agentLost({ at: NOW + 9, agent: { uuid: 'other' } })],
        'running',
      ],
      ['that an agent was lost, and no more', [agentLost()], 'unknown'],
    ])('%s', async (_name, events, state) => {
      const store = await noted(await open(), ...events);
      expect((await factsOf(store)).state).toBe(state);
    });

    test('its build is that of its event, and of no claim', async () => {
      const store = await noted(await open(), jobStarted());
      expect(
        await factsOf(store, { claims: { build_number: 9, pipeline_slug: 'renamed', build_commit: 'HEAD' } }),
      ).toEqual({ state: 'running', build: BUILD, unblocked: undefined });
    });

    test.each([
      ['build_id', 'another'],
      ['organization_id', 'another'],
      ['pipeline_id', 'another'],
    ])('T88: a token whose %s is another is of no job that is known', async (claim, value) => {
      const store = await noted(await open(), jobStarted());
      expect(await factsOf(store, { claims: { [claim]: value } })).toEqual({ state: 'unknown' });
      expect(
        (await factsOf(store, { claims: { build_id: BUILD, organization_id: SOURCE.organizationId } })).state,
      ).toBe('running');
    });

    test('T87: an organization that broker.yml no longer lists counts no more', async () => {
      const store = await noted(await open(), jobStarted());
      const row = rowsFrom(
        issuersWithEvents().replaceAll(SOURCE.organizationId, 'b98961b7-adc1-41aa-8726-cfb2c46e42e0'),
      ).get(BUILDKITE);
      expect(await factsOf(store, { row })).toEqual({ state: 'unknown' });
    });

    test('a token without a job is of none that is known', async () => {
      const store = await noted(await open(), jobStarted());
      expect(await factsOf(store, { claims: { job_id: undefined } })).toEqual({ state: 'unknown' });
    });
  });

  describe('what is known of a step', () => {
    const unblockedBy = async (...events: readonly unknown[]) =>
      (await factsOf(await noted(await open(), jobStarted(), ...events), { step: STEP })).unblocked;

    test('who unblocked it, and when by the event', async () => {
      expect(await unblockedBy(jobActivated(ALICE, { at: NOW - 60 }))).toEqual({
        step: STEP,
        by: ALICE,
        at: NOW - 60,
      });
    });

    test.each([
      ['T88: nothing of another build', jobActivated(ALICE, { build: { uuid: 'another' } })],
      ['nothing of another step', jobActivated(ALICE, { job: { step_key: 'other' } })],
    ])('%s', async (_name, event) => {
      expect(await unblockedBy(event)).toBeUndefined();
    });

    test('the later of two, in whatever order they come', async () => {
      const [early, late] = [jobActivated(BOB, { at: NOW - 60 }), jobActivated(ALICE, { at: NOW - 30 })];
      const expected = { step: STEP, by: ALICE, at: NOW - 30 };
      expect([await unblockedBy(early, late), await unblockedBy(late, early)]).toEqual([expected, expected]);
    });

    test('nothing before it is known of which build the job is', async () => {
      expect(await factsOf(await noted(await open(), jobActivated()), { step: STEP })).toEqual({
        state: 'unknown',
      });
    });
  });
}
