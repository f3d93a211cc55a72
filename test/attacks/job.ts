import { recordEvent } from '../../lib/job-events.ts';
import { createMemoryJobs } from '../../lib/stores/jobs.ts';
import { brokerServer, exchangeForm, testBroker } from '../harness/broker.ts';
import { TRUST } from '../harness/grant.ts';
import { tokenClaims } from '../harness/issuer.ts';
import {
  ALICE,
  agentLost,
  issuersWithEvents,
  jobActivated,
  jobFinished,
  jobStarted,
  MALLORY,
  SOURCE,
} from '../harness/job-events.ts';
import { NOW, PROVIDER } from '../harness/policy.ts';
import { type Attack, attack } from './harness.ts';

/** A broker whose roles ask about the job, over HTTP, and the function that hears events beside it. */
type Stage = {
  /** Events as the function is handed them, whoever sent them. */
  tell(...events: readonly unknown[]): Promise<void>;
  /** `issued` or the code, for a token of these claims over those of a push to main. */
  ask(role: 'live' | 'production', claims?: object): Promise<string>;
  /** Seconds pass. */
  wait(seconds: number): void;
};

const ROLES = {
  live: `running: true\n${TRUST}${PROVIDER}\n`,
  production: `approval: { step: release, by: [release-managers], within: 1h }\n${TRUST}${PROVIDER}\n`,
};

async function setStage(): Promise<Stage> {
  let now = NOW;
  const jobs = createMemoryJobs();
  const { broker, issuer } = await testBroker({
    roles: ROLES,
    issuers: issuersWithEvents(),
    jobs,
    now: () => now,
  });
  const server = await brokerServer(broker);
  return {
    tell: async (...events) => {
      for (const event of events) await recordEvent({ sources: [SOURCE], jobs, now: () => now }, event);
    },
    async ask(role, claims = {}) {
      const times = { iat: now, nbf: now, exp: now + 300 };
      const subject_token = await issuer.sign(tokenClaims({ ...times, ...claims }));
      const body = exchangeForm({ audience: role, subject_token });
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      const response = await fetch(`${server.url}/token`, { method: 'POST', headers, body });
      const { code } = (await response.json()) as { readonly code?: string };
      return code ?? 'issued';
    },
    wait: seconds => {
      now += seconds;
    },
  };
}

/** An attack at a stage of its own. */
function onStage(of: string, tried: string, got: string, send: (stage: Stage) => Promise<string>): Attack {
  return attack(of, tried, got, async () => send(await setStage()));
}

const OTHERS = { uuid: 'b98961b7-adc1-41aa-8726-cfb2c46e42e0' };
const OTHER_BUILD = { build: { uuid: '0198aaaa-0000-4000-8000-000000000000' } };

/** Whoever sends this, the broker is asked for the role of a job of which nothing true was told. */
function forged(tried: string, event: unknown): Attack {
  return onStage('T87', tried, 'job_not_seen', async ({ tell, ask }) => {
    await tell(event);
    return ask('live');
  });
}

/** The same of an approval, for a job that really runs. */
function approvedBy(tried: string, event: unknown, got = 'approval_missing'): Attack {
  return onStage('T88', tried, got, async ({ tell, ask }) => {
    await tell(jobStarted(), event);
    return ask('production');
  });
}

/** As a job that has ended, or that nobody approved; and by events that nobody of ours sent. */
export const attacks: readonly Attack[] = [
  onStage('T87', 'a token from a log, once its job is over', 'job_finished', async ({ tell, ask }) => {
    await tell(jobStarted(), jobFinished({ at: NOW + 1 }));
    return ask('live');
  }),
  onStage('T87', 'to have a job start again that has ended', 'job_finished', async ({ tell, ask, wait }) => {
    await tell(jobStarted(), jobFinished({ at: NOW + 1 }));
    wait(60);
    await tell(jobStarted({ at: NOW + 60 }));
    return ask('live');
  }),
  forged('the event of a start of another account', jobStarted({ envelope: { account: '999999999999' } })),
  forged('the event of a start of another bus', jobStarted({ envelope: { source: 'custom.events' } })),
  forged('the event of a start of another organization', jobStarted({ organization: OTHERS })),
  forged('a call of the function itself, with the detail alone', jobStarted()['detail']),
  forged('a start out of an archive', jobStarted({ envelope: { 'replay-name': 'again' } })),
  forged('a start of last week', jobStarted({ at: NOW - 7 * 86_400 })),
  onStage(
    'T87',
    'an event that names the job of another build of a pipeline that was renamed',
    'job_not_seen',
    async ({ tell, ask }) => {
      await tell(jobStarted({ job: { uuid: 'another' } }));
      return ask('live', { pipeline_slug: 'my-pipeline', build_number: 123456 });
    },
  ),
  onStage('T87', 'nothing: a job before its first event', 'job_not_seen', ({ ask }) => ask('live')),
  approvedBy('an approval by the one who started the build, whom nobody named', jobActivated(MALLORY)),
  approvedBy('an approval of another build', jobActivated(ALICE, OTHER_BUILD)),
  onStage(
    'T88',
    'an approval of another build of the same number, after a rename',
    'approval_missing',
    async ({ tell, ask }) => {
      await tell(jobStarted(), jobActivated(ALICE, { build: { ...OTHER_BUILD.build, number: 5 } }));
      return ask('production', { build_number: 5 });
    },
  ),
  onStage(
    'T88',
    'an approval of another build of the same commit, HEAD',
    'approval_missing',
    async ({ tell, ask }) => {
      await tell(
        jobStarted({ build: { commit: 'HEAD' } }),
        jobActivated(ALICE, { build: { ...OTHER_BUILD.build, commit: 'HEAD' } }),
      );
      return ask('production', { build_commit: 'HEAD' });
    },
  ),
  approvedBy('an approval of another step', jobActivated(ALICE, { job: { step_key: 'deploy' } })),
  approvedBy('a command step that says it was unblocked', jobActivated(ALICE, { job: { type: 'script' } })),
  approvedBy('an approval by nobody', jobActivated(null)),
  approvedBy('an approval of another organization', jobActivated(ALICE, { organization: OTHERS })),
  approvedBy('an approval out of an archive', jobActivated(ALICE, { envelope: { 'replay-name': 'again' } })),
  approvedBy(
    'an approval of two hours ago, whose event came now',
    jobActivated(ALICE, { at: NOW - 7200 }),
    'approval_too_old',
  ),
  approvedBy('an approval whose time has not come', jobActivated(ALICE, { at: NOW + 3600 })),
  approvedBy(
    'an approval by the API, in the name of Alice: evidence, and no proof',
    jobActivated(ALICE),
    'issued',
  ),
  onStage(
    'T89',
    'to end an honest job by an event of another organization',
    'issued',
    async ({ tell, ask }) => {
      await tell(jobStarted(), jobFinished({ organization: OTHERS }));
      return ask('live');
    },
  ),
  onStage('T89', 'to end it by the loss of an agent of one’s own', 'issued', async ({ tell, ask }) => {
    await tell(jobStarted(), agentLost({ at: NOW + 1, agent: { uuid: 'of-mallory' } }));
    return ask('live');
  }),
  onStage('T89', 'to end the job of a neighbor, of the same build', 'issued', async ({ tell, ask }) => {
    await tell(jobStarted(), jobFinished({ at: NOW + 1, job: { uuid: 'neighbor' } }));
    return ask('live');
  }),
];
