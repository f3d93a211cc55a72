import { describe, expect, test } from 'vitest';
import type { AuditEvent } from '../lib/audit/event.ts';
import { BrokerError } from '../lib/errors.ts';
import { recordEvent } from '../lib/job-events.ts';
import { EVENT_WAIT } from '../lib/job-facts.ts';
import { serve } from '../lib/serve.ts';
import { createMemoryJobs, type JobStore } from '../lib/stores/jobs.ts';
import type { Switch } from '../lib/switch.ts';
import { exchangeForm, httpRequest, type TestBroker, testBroker } from './harness/broker.ts';
import { TRUST } from './harness/grant.ts';
import { tokenClaims } from './harness/issuer.ts';
import {
  ALICE,
  agentLost,
  BUILD,
  issuersWithEvents,
  jobActivated,
  jobFinished,
  jobStarted,
  MALLORY,
  SOURCE,
  STEP,
} from './harness/job-events.ts';
import { NOW, PROVIDER } from './harness/policy.ts';
import { switchOf } from './harness/switch.ts';

const APPROVAL = 'approval: { step: release, by: [release-managers], within: 1h }\n';
const roles = {
  plain: `${TRUST}${PROVIDER}\n`,
  running: `running: true\n${TRUST}${PROVIDER}\n`,
  production: `running: true\n${APPROVAL}contact: "#release"\n${TRUST}${PROVIDER}\n`,
  once: `running: true\nsingle_use: true\n${TRUST}${PROVIDER}\n`,
};

type Started = TestBroker & {
  readonly jobs: JobStore;
  readonly reads: () => number;
  send(...events: readonly unknown[]): Promise<void>;
  get(
    role: string,
    claims?: object,
  ): Promise<{
    readonly status: number;
    readonly code: string;
    readonly body: Body;
    readonly retryAfter: string | undefined;
  }>;
};
type Body = { readonly [name: string]: unknown };

type Options = {
  readonly jobs?: JobStore;
  readonly switches?: readonly Switch[];
  readonly now?: () => number;
  readonly pause?: (milliseconds: number) => Promise<void>;
};

/** A broker that counts how often jobs are looked up. */
async function start({
  jobs = createMemoryJobs(),
  switches = [],
  now = () => NOW,
  pause,
}: Options = {}): Promise<Started> {
  let reads = 0;
  const counted: JobStore = {
    ...jobs,
    read(question) {
      reads++;
      return jobs.read(question);
    },
  };
  const made = await testBroker({
    roles,
    issuers: issuersWithEvents(),
    jobs: counted,
    now,
    ...(pause ? { pause } : {}),
  });
  const broker = { ...made.broker, parts: { ...made.broker.parts, switches: async () => switches } };
  const recorder = { sources: [SOURCE], jobs, now };
  return {
    ...made,
    broker,
    jobs,
    reads: () => reads,
    send: async (...events) => {
      for (const event of events) await recordEvent(recorder, event);
    },
    async get(role, claims = {}) {
      const subject_token = await made.issuer.sign(tokenClaims({ ...claims }));
      const body = new TextEncoder().encode(exchangeForm({ audience: role, subject_token }));
      const answer = await serve(broker, httpRequest({ body }));
      const read = JSON.parse(answer.body) as Body;
      return {
        status: answer.status,
        code: String(read['code'] ?? 'issued'),
        body: read,
        retryAfter: answer.headers['retry-after'],
      };
    },
  };
}

function member(event: AuditEvent, name: keyof AuditEvent): unknown {
  return event[name];
}

test('the whole play: denied without an approval, issued after it, and nothing after the end', async () => {
  const broker = await start();
  await broker.send(jobStarted());
  expect(await broker.get('production')).toMatchObject({ status: 400, code: 'approval_missing' });
  await broker.send(jobActivated());
  expect(await broker.get('production')).toMatchObject({ status: 200, code: 'issued' });
  await broker.send(jobFinished());
  expect(await broker.get('production')).toMatchObject({ status: 400, code: 'job_finished' });
});

describe('before anything was told', () => {
  test('T87: nothing is issued: ask again', async () => {
    const broker = await start();
    expect(await broker.get('running')).toMatchObject({ status: 503, code: 'job_not_seen', retryAfter: '5' });
    expect(broker.event()).toMatchObject({ outcome: 'failed', code: 'job_not_seen', job_state: 'unknown' });
    expect(broker.faults).toEqual([]);
  });

  test('it waits for an event that is under way, and no longer than it says', async () => {
    const waited: number[] = [];
    const jobs = createMemoryJobs();
    const pause = async (milliseconds: number): Promise<void> => {
      waited.push(milliseconds);
      if (waited.length === 3) await recordEvent({ sources: [SOURCE], jobs, now: () => NOW }, jobStarted());
    };
    const broker = await start({ jobs, pause });
    expect(await broker.get('running')).toMatchObject({ code: 'issued' });
    expect(waited).toHaveLength(3);
    const late = await start({ pause: async milliseconds => void waited.push(milliseconds) });
    waited.length = 0;
    await late.get('running');
    expect(waited.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(EVENT_WAIT);
    expect(waited.length).toBeGreaterThan(1);
  });

  test('by a slow store it waits no longer either', async () => {
    let elapsed = 0;
    const broker = await start();
    const slow = { ...broker.broker.parts, elapsed: () => (elapsed += 2000) };
    const body = new TextEncoder().encode(
      exchangeForm({ audience: 'running', subject_token: await broker.issuer.sign(tokenClaims()) }),
    );
    await serve({ ...broker.broker, parts: slow }, httpRequest({ body }));
    expect(broker.reads()).toBeLessThanOrEqual(2);
  });

  test('an approval that is missing is waited for too, then denied', async () => {
    const jobs = createMemoryJobs();
    const note = (event: unknown) => recordEvent({ sources: [SOURCE], jobs, now: () => NOW }, event);
    const broker = await start({ jobs, pause: async () => void (await note(jobActivated())) });
    await note(jobStarted());
    expect(await broker.get('production')).toMatchObject({ code: 'issued' });
  });
});

describe('who is told what', () => {
  test('T88: a known caller is told the step, and never who may approve', async () => {
    const broker = await start();
    await broker.send(jobStarted(), jobActivated(MALLORY));
    const { body } = await broker.get('production');
    expect(body).toMatchObject({ code: 'approval_missing', approval_step: STEP, contact: '#release' });
    expect(body['error_description']).toContain(`The block step: ${STEP}.`);
    expect(JSON.stringify(body)).not.toMatch(new RegExp(`${ALICE}|${MALLORY}|alice|bob|release-managers`));
  });

  test('T43: a stranger is told nothing of it, and no job is looked up', async () => {
    const broker = await start();
    const { body } = await broker.get('production', { organization_slug: 'another' });
    expect(body).toMatchObject({ code: 'role_refused_or_unknown' });
    expect(JSON.stringify(body)).not.toContain(STEP);
    expect(broker.reads()).toBe(0);
  });

  test('text has the step on a line of its own', async () => {
    const broker = await start();
    await broker.send(jobStarted());
    const subject_token = await broker.issuer.sign(tokenClaims());
    const answer = await broker.ask({ audience: 'production', subject_token }, { accept: 'text/plain' });
    expect(answer.body).toContain(`\nAPPROVAL_STEP=${STEP}\n`);
  });
});

describe('the audit event', () => {
  test('has the build, and who is said to have approved, when', async () => {
    const broker = await start();
    await broker.send(jobStarted(), jobActivated(ALICE, { at: NOW - 60 }));
    await broker.get('production');
    expect(broker.event()).toMatchObject({
      outcome: 'issued',
      job_state: 'running',
      build_id: BUILD,
      approval_evidence: { step: STEP, by: ALICE, name: 'alice', at: '2027-01-15T07:59:00.000Z' },
    });
    expect(member(broker.event(), 'suspended')).toBeUndefined();
  });

  test('T88: names by the id alone whom broker.yml does not know', async () => {
    const broker = await start();
    await broker.send(jobStarted(), jobActivated(MALLORY));
    await broker.get('production');
    const evidence = member(broker.event(), 'approval_evidence');
    expect(evidence).toMatchObject({ by: MALLORY });
    expect(evidence).not.toHaveProperty('name');
    expect(JSON.stringify(broker.event())).not.toContain('canary');
  });
});

describe('what is looked up', () => {
  test('nothing, for a role that does not ask', async () => {
    const broker = await start();
    expect(await broker.get('plain')).toMatchObject({ code: 'issued' });
    expect(broker.reads()).toBe(0);
    for (const name of ['job_state', 'build_id', 'approval_evidence', 'suspended'] as const)
      expect(member(broker.event(), name)).toBeUndefined();
    expect(broker.event()['ms']).not.toHaveProperty('job');
  });

  test('nothing, for a token that is denied in any case', async () => {
    const broker = await start();
    expect(await broker.get('running', { build_branch: 'topic' })).toMatchObject({ code: 'trust_not_met' });
    expect(broker.reads()).toBe(0);
  });

  test('twice for one that is issued: to decide, and right before it is issued', async () => {
    const broker = await start();
    await broker.send(jobStarted());
    await broker.get('running');
    expect(broker.reads()).toBe(2);
  });

  test('T80: the last time without waiting: what was known a moment ago is not under way', async () => {
    const known = createMemoryJobs();
    let reads = 0;
    let pauses = 0;
    const forgetful: JobStore = {
      ...known,
      read: async question => (++reads === 1 ? known.read(question) : { state: 'unknown' }),
    };
    const broker = await start({ jobs: forgetful, pause: async () => void pauses++ });
    await broker.send(jobStarted());
    expect(await broker.get('running')).toMatchObject({ status: 503, code: 'job_not_seen' });
    expect(pauses).toBe(0);
  });
});

describe('a job that ends meanwhile', () => {
  /** Ends the job while the token is being taken, or after so many reads. */
  const ending = async (at: number) => {
    const jobs = createMemoryJobs();
    let reads = 0;
    const racing: JobStore = {
      ...jobs,
      async read(question) {
        const facts = await jobs.read(question);
        if (++reads === at)
          await jobs.note(
            {
              is: 'finished',
              job: String(question.token.claims['job_id']),
              build: BUILD,
              pipeline: 'p',
              organization: SOURCE.organizationId,
              at: NOW,
            },
            NOW,
          );
        return facts;
      },
    };
    const broker = await start({ jobs: racing });
    await broker.send(jobStarted());
    return broker;
  };

  test.each(['running', 'once'])(
    'T78: buys nothing of %s, though the first look had it running',
    async role => {
      const broker = await ending(1);
      expect(await broker.get(role)).toMatchObject({ code: 'job_finished' });
    },
  );

  test('T63: and a token that was taken for it is given back', async () => {
    const broker = await ending(1);
    await broker.get('once');
    expect(await broker.get('once')).toMatchObject({ code: 'job_finished' });
  });

  test('T89: what the last look let pass is issued, and the next exchange is not', async () => {
    const broker = await ending(2);
    expect(await broker.get('running')).toMatchObject({ code: 'issued' });
    expect(await broker.get('running')).toMatchObject({ code: 'job_finished' });
  });

  test('is one whose agent was lost, by the token’s agent', async () => {
    const broker = await start();
    await broker.send(jobStarted(), agentLost({ at: NOW + 1 }));
    expect(await broker.get('running')).toMatchObject({ code: 'job_finished' });
  });
});

test('T80: it is looked up in time, or nothing is made that nobody would wait for', async () => {
  const jobs = createMemoryJobs();
  let now = NOW;
  const slow: JobStore = {
    ...jobs,
    read: question => {
      now += 5;
      return jobs.read(question);
    },
  };
  const broker = await start({ jobs: slow, now: () => now });
  await recordEvent({ sources: [SOURCE], jobs, now: () => now }, jobStarted());
  expect(await broker.get('once')).toMatchObject({ status: 503, code: 'jobs_unavailable' });
  expect(await broker.get('plain')).toMatchObject({ code: 'issued' });
});

describe('D11: a store that cannot tell', () => {
  const away: JobStore = {
    read: () => Promise.reject(new BrokerError('jobs_unavailable')),
    note: async () => undefined,
  };

  test('lets nothing pass, and is ours', async () => {
    const broker = await start({ jobs: away });
    expect(await broker.get('running')).toMatchObject({
      status: 503,
      code: 'jobs_unavailable',
      retryAfter: '2',
    });
    expect(broker.faults.map(({ code }) => code)).toEqual(['jobs_unavailable']);
  });

  test('is nothing to a role that does not ask', async () => {
    const broker = await start({ jobs: away });
    expect(await broker.get('plain')).toMatchObject({ code: 'issued' });
  });
});

describe('an operator suspends', () => {
  const until = '2027-01-15T12:00:00.000Z';
  const suspend = (what: 'running' | 'approval', changes: Partial<Switch> = {}): Switch =>
    switchOf({ what, names: ['production'], until, ...changes });

  test('both demands of a role, and nothing is looked up', async () => {
    const broker = await start({ switches: [suspend('running'), suspend('approval')] });
    expect(await broker.get('production')).toMatchObject({ code: 'issued' });
    expect(broker.reads()).toBe(0);
    expect(broker.event()).toMatchObject({ outcome: 'issued', suspended: 'running approval' });
    expect(await broker.get('running')).toMatchObject({ code: 'job_not_seen' });
  });

  test('one, and the other is still demanded', async () => {
    const broker = await start({ switches: [suspend('approval')] });
    expect(await broker.get('production')).toMatchObject({ code: 'job_not_seen' });
    await broker.send(jobStarted());
    expect(await broker.get('production')).toMatchObject({ code: 'issued' });
  });

  test('T43: and nobody is let in by it whom the trust does not admit', async () => {
    const broker = await start({ switches: [suspend('running'), suspend('approval')] });
    expect(await broker.get('production', { build_branch: 'topic' })).toMatchObject({
      code: 'trust_not_met',
    });
  });
});
