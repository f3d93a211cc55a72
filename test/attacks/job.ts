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
import type { Attack } from './harness.ts';

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

async function onStage(attack: (stage: Stage) => Promise<string>): Promise<string> {
  let now = NOW;
  const jobs = createMemoryJobs();
  const { broker, issuer } = await testBroker({
    roles: ROLES,
    issuers: issuersWithEvents(),
    jobs,
    now: () => now,
  });
  const server = await brokerServer(broker);
  return attack({
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
  });
}

type Told = readonly [tried: string, of: string, attack: (stage: Stage) => Promise<string>, got: string];

const OTHERS = { uuid: 'b98961b7-adc1-41aa-8726-cfb2c46e42e0' };
const OTHER_BUILD = { build: { uuid: '0198aaaa-0000-4000-8000-000000000000' } };

/** Whoever sends this, the broker is asked for the role of a job of which nothing true was told. */
function forged(event: unknown): Told[2] {
  return async ({ tell, ask }) => {
    await tell(event);
    return ask('live');
  };
}

/** The same of an approval, for a job that really runs. */
function approvedBy(event: unknown): Told[2] {
  return async ({ tell, ask }) => {
    await tell(jobStarted(), event);
    return ask('production');
  };
}

const TRIED: readonly Told[] = [
  [
    'a token from a log, once its job is over',
    'T87',
    async ({ tell, ask }) => {
      await tell(jobStarted(), jobFinished({ at: NOW + 1 }));
      return ask('live');
    },
    'job_finished',
  ],
  [
    'to have a job start again that has ended',
    'T87',
    async ({ tell, ask, wait }) => {
      await tell(jobStarted(), jobFinished({ at: NOW + 1 }));
      wait(60);
      await tell(jobStarted({ at: NOW + 60 }));
      return ask('live');
    },
    'job_finished',
  ],
  [
    'the event of a start of another account',
    'T87',
    forged(jobStarted({ envelope: { account: '999999999999' } })),
    'job_not_seen',
  ],
  [
    'the event of a start of another bus',
    'T87',
    forged(jobStarted({ envelope: { source: 'custom.events' } })),
    'job_not_seen',
  ],
  [
    'the event of a start of another organization',
    'T87',
    forged(jobStarted({ organization: OTHERS })),
    'job_not_seen',
  ],
  [
    'a call of the function itself, with the detail alone',
    'T87',
    forged(jobStarted()['detail']),
    'job_not_seen',
  ],
  [
    'a start out of an archive',
    'T87',
    forged(jobStarted({ envelope: { 'replay-name': 'again' } })),
    'job_not_seen',
  ],
  ['a start of last week', 'T87', forged(jobStarted({ at: NOW - 7 * 86_400 })), 'job_not_seen'],
  [
    'an event that names the job of another build of a pipeline that was renamed',
    'T87',
    async ({ tell, ask }) => {
      await tell(jobStarted({ job: { uuid: 'another' } }));
      return ask('live', { pipeline_slug: 'my-pipeline', build_number: 123456 });
    },
    'job_not_seen',
  ],
  ['nothing: a job before its first event', 'T87', ({ ask }) => ask('live'), 'job_not_seen'],
  [
    'an approval by the one who started the build, whom nobody named',
    'T88',
    approvedBy(jobActivated(MALLORY)),
    'approval_missing',
  ],
  ['an approval of another build', 'T88', approvedBy(jobActivated(ALICE, OTHER_BUILD)), 'approval_missing'],
  [
    'an approval of another build of the same number, after a rename',
    'T88',
    async ({ tell, ask }) => {
      await tell(jobStarted(), jobActivated(ALICE, { build: { ...OTHER_BUILD.build, number: 5 } }));
      return ask('production', { build_number: 5 });
    },
    'approval_missing',
  ],
  [
    'an approval of another build of the same commit, HEAD',
    'T88',
    async ({ tell, ask }) => {
      await tell(
        jobStarted({ build: { commit: 'HEAD' } }),
        jobActivated(ALICE, { build: { ...OTHER_BUILD.build, commit: 'HEAD' } }),
      );
      return ask('production', { build_commit: 'HEAD' });
    },
    'approval_missing',
  ],
  [
    'an approval of another step',
    'T88',
    approvedBy(jobActivated(ALICE, { job: { step_key: 'deploy' } })),
    'approval_missing',
  ],
  [
    'a command step that says it was unblocked',
    'T88',
    approvedBy(jobActivated(ALICE, { job: { type: 'script' } })),
    'approval_missing',
  ],
  ['an approval by nobody', 'T88', approvedBy(jobActivated(null)), 'approval_missing'],
  [
    'an approval of another organization',
    'T88',
    approvedBy(jobActivated(ALICE, { organization: OTHERS })),
    'approval_missing',
  ],
  [
    'an approval out of an archive',
    'T88',
    approvedBy(jobActivated(ALICE, { envelope: { 'replay-name': 'again' } })),
    'approval_missing',
  ],
  [
    'an approval of two hours ago, whose event came now',
    'T88',
    approvedBy(jobActivated(ALICE, { at: NOW - 7200 })),
    'approval_too_old',
  ],
  [
    'an approval whose time has not come',
    'T88',
    approvedBy(jobActivated(ALICE, { at: NOW + 3600 })),
    'approval_missing',
  ],
  [
    'an approval by the API, in the name of Alice: evidence, and no proof',
    'T88',
    approvedBy(jobActivated(ALICE)),
    'issued',
  ],
  [
    'to end an honest job by an event of another organization',
    'T89',
    async ({ tell, ask }) => {
      await tell(jobStarted(), jobFinished({ organization: OTHERS }));
      return ask('live');
    },
    'issued',
  ],
  [
    'to end it by the loss of an agent of one’s own',
    'T89',
    async ({ tell, ask }) => {
      await tell(jobStarted(), agentLost({ at: NOW + 1, agent: { uuid: 'of-mallory' } }));
      return ask('live');
    },
    'issued',
  ],
  [
    'to end the job of a neighbor, of the same build',
    'T89',
    async ({ tell, ask }) => {
      await tell(jobStarted(), jobFinished({ at: NOW + 1, job: { uuid: 'neighbor' } }));
      return ask('live');
    },
    'issued',
  ],
];

/** As a job that has ended, or that nobody approved; and by events that nobody of ours sent. */
export const attacks: readonly Attack[] = TRIED.map(([tried, of, attack, got]) => ({
  of,
  tried,
  send: () => onStage(attack),
  got,
}));
