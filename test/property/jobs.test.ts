import fc, { type Arbitrary } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createDynamoTable } from '../../lib/aws/dynamo.ts';
import { recordEvent } from '../../lib/job-events.ts';
import type { JobFacts } from '../../lib/policy/demand.ts';
import { createMemoryJobs, createTableJobs, JOB_TABLE, type JobStore } from '../../lib/stores/jobs.ts';
import { factsOf } from '../contract/jobs.ts';
import { testDynamo } from '../harness/dynamo.ts';
import { agentLost, jobActivated, jobFinished, jobStarted, SOURCE, STEP } from '../harness/job-events.ts';
import { NOW } from '../harness/policy.ts';

/** A small world, so that what happens meets: two jobs of two builds, two agents, two people. */
const BUILD_OF: { readonly [job: string]: string } = { 'job-a': 'build-1', 'job-b': 'build-2' };
const JOBS = ['job-a', 'job-b'];
const AGENTS = ['agent-x', 'agent-y'];
const PEOPLE = ['alice', 'bob'];

type Happening =
  | { readonly is: 'started' | 'finished'; readonly job: string; readonly at: number }
  | { readonly is: 'lost'; readonly agent: string; readonly at: number }
  | { readonly is: 'unblocked'; readonly build: string; readonly by: string; readonly at: number };

// Whole minutes from each other, and never two at once: Buildkite's own clock is one.
const at = fc.integer({ min: -90, max: 0 }).map(minutes => NOW + minutes * 60);
const happening: Arbitrary<Happening> = fc.oneof(
  fc.record({
    is: fc.constantFrom('started' as const, 'finished' as const),
    job: fc.constantFrom(...JOBS),
    at,
  }),
  fc.record({ is: fc.constant('lost' as const), agent: fc.constantFrom(...AGENTS), at }),
  fc.record({
    is: fc.constant('unblocked' as const),
    build: fc.constantFrom(...Object.values(BUILD_OF)),
    by: fc.constantFrom(...PEOPLE),
    at,
  }),
);
const happenings = fc.uniqueArray(happening, {
  maxLength: 12,
  selector: ({ at: when, is }) => `${is} ${when}`,
});

function eventOf(each: Happening, envelope: object = {}): unknown {
  const more = { at: each.at, envelope: { ...envelope } };
  if (each.is === 'lost') return agentLost({ ...more, agent: { uuid: each.agent } });
  if (each.is === 'unblocked') return jobActivated(each.by, { ...more, build: { uuid: each.build } });
  const of = { ...more, job: { uuid: each.job }, build: { uuid: BUILD_OF[each.job] ?? '' } };
  return each.is === 'started' ? jobStarted(of) : jobFinished(of);
}

/** As events come: each some times, in any order, some of them never. */
const delivery = happenings.chain(all =>
  fc
    .array(fc.constantFrom(...(all.length > 0 ? all : [{ is: 'lost', agent: 'nobody', at: NOW } as const])), {
      maxLength: 24,
    })
    .map(delivered => ({ delivered })),
);

const FORGERIES = [
  { account: '999999999999' },
  { source: 'aws.partner/buildkite.com/another/1' },
  { 'replay-name': 'again' },
  { time: 'tomorrow' },
  { detail: { version: 1 } },
];

async function deliver(jobs: JobStore, events: readonly unknown[]): Promise<void> {
  for (const event of events) await recordEvent({ sources: [SOURCE], jobs, now: () => NOW }, event);
}

function askOf(store: JobStore, job: string, claims: object = {}): Promise<JobFacts> {
  return factsOf(store, { claims: { job_id: job, agent_id: 'agent-x', ...claims }, step: STEP });
}

/** What a reader of all that was delivered would say, who knows nothing of the store. */
function expectFacts(delivered: readonly Happening[], job: string): JobFacts {
  const own = delivered.filter(each => 'job' in each && each.job === job);
  if (own.length === 0) return { state: 'unknown' };
  const finished = own.some(({ is }) => is === 'finished');
  // The first start that was told is the one that counts.
  const started = own.find(({ is }) => is === 'started')?.at ?? Number.POSITIVE_INFINITY;
  const lost = delivered.some(each => each.is === 'lost' && each.agent === 'agent-x' && each.at >= started);
  const build = BUILD_OF[job] ?? '';
  const unblocked = delivered
    .filter(each => each.is === 'unblocked')
    .filter(each => each.build === build)
    .reduce<{ by: string; at: number } | undefined>(
      (last, each) => (last && last.at >= each.at ? last : each),
      undefined,
    );
  return {
    state: finished || lost ? 'finished' : 'running',
    build,
    unblocked: unblocked && { step: STEP, by: unblocked.by, at: unblocked.at },
  };
}

const RUNS = 2_000;

describe('T87: however events come, what is known is what was told', () => {
  test('by a reader of all of them, of any order, loss and repetition', async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(delivery, async ({ delivered }) => {
        const store = createMemoryJobs();
        await deliver(
          store,
          delivered.map(each => eventOf(each)),
        );
        for (const job of JOBS) {
          const facts = await askOf(store, job);
          seen.add(`${facts.state} ${facts.unblocked ? 'approved' : ''}`);
          expect(facts).toEqual(expectFacts(delivered, job));
        }
      }),
      { numRuns: RUNS },
    );
    // The world is small enough that everything happened.
    expect(seen.size).toBe(5);
  });

  test('an end holds, whatever comes before and after it', async () => {
    await fc.assert(
      fc.asyncProperty(delivery, delivery, async (before, after) => {
        const store = createMemoryJobs();
        const end: Happening = { is: 'finished', job: 'job-a', at: NOW };
        await deliver(
          store,
          [...before.delivered, end, ...after.delivered].map(each => eventOf(each)),
        );
        expect((await askOf(store, 'job-a')).state).toBe('finished');
      }),
      { numRuns: RUNS },
    );
  });

  test('what is forged changes nothing, wherever it comes', async () => {
    await fc.assert(
      fc.asyncProperty(delivery, delivery, fc.constantFrom(...FORGERIES), async (told, lies, how) => {
        const [honest, lied] = [createMemoryJobs(), createMemoryJobs()];
        await deliver(
          honest,
          told.delivered.map(each => eventOf(each)),
        );
        const forged = lies.delivered.map(each => eventOf(each, how));
        const mixed = told.delivered.flatMap((each, index) => [forged[index], eventOf(each)]);
        await deliver(lied, [...mixed, ...forged.slice(told.delivered.length)]);
        for (const job of JOBS) expect(await askOf(lied, job)).toEqual(await askOf(honest, job));
      }),
      { numRuns: RUNS },
    );
  });

  test('twice the same is once, but for the first start', async () => {
    await fc.assert(
      fc.asyncProperty(delivery, async ({ delivered }) => {
        const [once, twice] = [createMemoryJobs(), createMemoryJobs()];
        const events = delivered.map(each => eventOf(each));
        await deliver(once, events);
        await deliver(twice, [...events, ...events]);
        for (const job of JOBS) expect(await askOf(twice, job)).toEqual(await askOf(once, job));
      }),
      { numRuns: RUNS },
    );
  });
});

describe('T88: which build a job is of', () => {
  test('no slug, number, branch or commit has any part in it', async () => {
    const text = fc.constantFrom('HEAD', 'renamed', 'my-pipeline', 'main', '');
    const claims = fc.record({
      pipeline_slug: text,
      build_commit: text,
      build_branch: text,
      build_number: fc.nat(9),
    });
    await fc.assert(
      fc.asyncProperty(delivery, claims, async ({ delivered }, said) => {
        const store = createMemoryJobs();
        await deliver(
          store,
          delivered.map(each => eventOf(each)),
        );
        expect(await askOf(store, 'job-a', said)).toEqual(await askOf(store, 'job-a'));
      }),
      { numRuns: RUNS },
    );
  });

  test('an approval is told of no other build', async () => {
    await fc.assert(
      fc.asyncProperty(delivery, async ({ delivered }) => {
        const store = createMemoryJobs();
        const foreign = delivered.filter(each => each.is !== 'unblocked' || each.build !== BUILD_OF['job-a']);
        await deliver(
          store,
          foreign.map(each => eventOf(each)),
        );
        expect((await askOf(store, 'job-a')).unblocked).toBeUndefined();
      }),
      { numRuns: RUNS },
    );
  });
});

const dynamo = await testDynamo();
describe('in DynamoDB, by many functions at once', () => {
  test('T87: an end holds whoever is first', async () => {
    const name = await dynamo.makeTable(JOB_TABLE.key);
    const open = (): JobStore => createTableJobs(createDynamoTable(name, dynamo.setting));
    await fc.assert(
      fc.asyncProperty(
        fc.uuid(),
        fc.array(fc.boolean(), { minLength: 2, maxLength: 8 }),
        async (job, ends) => {
          const events = [true, ...ends].map(end =>
            end ? jobFinished({ job: { uuid: job } }) : jobStarted({ job: { uuid: job } }),
          );
          await Promise.all(events.map(event => deliver(open(), [event])));
          expect((await askOf(open(), job)).state).toBe('finished');
        },
      ),
      { numRuns: 30 },
    );
  });
});
