import type { People } from '../../lib/language/demand.ts';
import type { JobLives } from '../../lib/local/life.ts';
import type { EventSource } from '../../lib/policy/issuer.ts';
import { ISSUERS, NOW, rowsFrom, settingOf } from './policy.ts';

export const SOURCE: EventSource = {
  source: 'aws.partner/buildkite.com/my-organization/0106-187c-12cd4fe',
  organizationId: 'a98961b7-adc1-41aa-8726-cfb2c46e42e0',
  account: '123123123123',
};

/** The job and the agent of the harness's tokens, and what they are of. */
export const JOB = '01945ecf-80f0-41e8-9b83-a2970a9305a1';
export const AGENT = '01945ecf-8bcf-40a6-9d70-a765db9a0928';
export const BUILD = '8fcaa7b9-e175-4110-9f48-f79949806a31';
export const PIPELINE = '88d73553-5533-4f56-9c16-fb38d7817d8f';
export const STEP = 'release';
export const ALICE = 'c07c69c6-11d2-4375-9148-9d0338b0a836';
export const BOB = '5b0a4f52-9c61-4c2e-8d3a-0e5a1f6b7c8d';
export const MALLORY = 'e0f3a1c2-7b64-4d0f-9a52-1c8e6d3b5f70';

export const PEOPLE: People = new Map([
  ['alice', [{ name: 'alice', id: ALICE }]],
  ['bob', [{ name: 'bob', id: BOB }]],
  [
    'release-managers',
    [
      { name: 'alice', id: ALICE },
      { name: 'bob', id: BOB },
    ],
  ],
]);

/** What a row of Buildkite's says of its events. */
export const EVENTS = `\n  events:
    - source: ${SOURCE.source}
      organization_id: ${SOURCE.organizationId}
      account: "${SOURCE.account}"`;

/** The rows of the harness; Buildkite's has events, and these further keys. */
export function issuersWithEvents(more = ''): string {
  return ISSUERS.replace('- preset: buildkite', `- preset: buildkite${EVENTS}${more}`);
}

/** What roles are compiled against where Buildkite's row has events. */
export function eventSetting(more = '') {
  return { ...settingOf(rowsFrom(issuersWithEvents(more))), people: PEOPLE };
}

function iso(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000', '');
}

type Json = { readonly [name: string]: unknown };

/** What a change makes of a documented payload: members of the envelope, and of each part of its detail. */
export type EventChanges = {
  readonly at?: number;
  readonly envelope?: Json;
  readonly detail?: Json;
  readonly job?: Json;
  readonly build?: Json;
  readonly organization?: Json;
  readonly agent?: Json;
};

function envelope(type: string, detail: Json, { at = NOW, envelope: more = {} }: EventChanges): Json {
  return {
    version: '0',
    id: 'd9ffc535-30c7-42d2-0ac2-7192d93bf332',
    'detail-type': type,
    source: SOURCE.source,
    account: SOURCE.account,
    time: iso(at),
    region: 'us-east-1',
    resources: [],
    detail,
    ...more,
  };
}

function surroundings({ build = {}, organization = {}, detail = {} }: EventChanges): Json {
  return {
    build: {
      uuid: BUILD,
      graphql_id: 'QnVpbGQtLS04ZmNhYTdiOS1lMTc1LTQxMTAtOWY0OC1mNzk5NDk4MDZhMzE=',
      number: 123456,
      commit: '5a741616cdf07dc87c5adafe784321eeeb639e33',
      message: 'canary-message',
      branch: 'main',
      state: 'started',
      blocked_state: null,
      source: 'webhook',
      started_at: '2024-08-19 07:07:44 UTC',
      finished_at: null,
      meta_data: { note: 'canary-meta-data' },
      ...build,
    },
    pipeline: {
      uuid: PIPELINE,
      graphql_id: 'UGlwZWxpbmUtLS04OGQ3MzU1My01NTMzLTRmNTYtOWMxNi1mYjM4ZDc4MTdkOGY=',
      slug: 'my-pipeline',
      repo: 'git@somewhere.com:project.git',
    },
    organization: {
      uuid: SOURCE.organizationId,
      graphql_id: 'T3JnYW5pemF0aW9uLS0tYTk4OTYxYjctYWRjMS00MWFhLTg3MjYtY2ZiMmM0NmU0MmUw',
      slug: 'my-organization',
      ...organization,
    },
    ...detail,
  };
}

function scriptJob(state: string, job: Json = {}): Json {
  return {
    uuid: JOB,
    graphql_id: 'Sm9iLS0tOWU2YzNmMTktNGZkYi00ZThlLWI5MjUtMjhjZDc1MDRlMTdm',
    type: 'script',
    label: ':nodejs: Test',
    step_key: 'node_test',
    command: 'echo canary-command',
    agent_query_rules: ['queue=default'],
    exit_status: null,
    signal_reason: null,
    passed: false,
    soft_failed: false,
    state,
    runnable_at: '2019-08-11 06:01:14 UTC',
    started_at: '2019-08-11 06:01:16 UTC',
    finished_at: null,
    unblocked_by: null,
    retried_in_job_id: null,
    ...job,
  };
}

/** https://buildkite.com/docs/integrations/amazon-eventbridge: "Job Started", for the job of the harness's tokens. */
export function jobStarted(changes: EventChanges = {}): Json {
  return envelope(
    'Job Started',
    { version: 1, job: scriptJob('started', changes.job), ...surroundings(changes) },
    changes,
  );
}

/** "Job Finished". */
export function jobFinished(changes: EventChanges = {}): Json {
  return envelope(
    'Job Finished',
    {
      version: 1,
      job: scriptJob('finished', { exit_status: 0, passed: true, ...changes.job }),
      ...surroundings(changes),
      agent: { uuid: '0191695c-920d-4644-8be9-a674252ac' },
    },
    changes,
  );
}

/** "Job Activated": by Alice, unless another is named. */
export function jobActivated(by: string | null = ALICE, changes: EventChanges = {}): Json {
  return envelope(
    'Job Activated',
    {
      version: 1,
      job: {
        ...scriptJob('finished'),
        uuid: '9e6c3f19-4fdb-4e8e-b925-28cd7504e17f',
        type: 'manual',
        label: ':rocket: Deploy',
        step_key: STEP,
        command: null,
        agent_query_rules: [],
        runnable_at: null,
        started_at: null,
        unblocked_by: by === null ? null : { uuid: by, graphql_id: 'VXNlci0tLWMw', name: 'canary-name' },
        ...changes.job,
      },
      ...surroundings(changes),
    },
    changes,
  );
}

/** "Agent Lost": it names no job. */
export function agentLost(changes: EventChanges = {}): Json {
  return envelope(
    'Agent Lost',
    {
      version: 1,
      agent: {
        uuid: AGENT,
        graphql_id: 'QWdlbnQtLS0yODgxMzljNS03MjhkLTRjMjItODhlMy01YTkyNmI2YzRhNTE=',
        connection_state: 'lost',
        name: 'my-agent-1',
        version: '3.13.2',
        ip_address: '3.80.193.183',
        hostname: 'ip-10-0-2-73.ec2.internal',
        pid: '18534',
        priority: 0,
        meta_data: ['aws:instance-id=i-0ce2c738afbfc6c83'],
        connected_at: '2019-08-10 09:44:40 UTC',
        disconnected_at: '2019-08-10 09:54:40 UTC',
        lost_at: '2019-08-10 09:54:40 UTC',
        ...changes.agent,
      },
      organization: { uuid: SOURCE.organizationId, slug: 'my-organization', ...changes.organization },
      token: { uuid: 'df75860c-94f9-4275-91cb-3986590f45b5', description: 'Default agent token' },
      ...changes.detail,
    },
    changes,
  );
}

/** The lives of jobs of which no event tells. */
export const idleLives: JobLives = {
  begin: async () => undefined,
  move: async () => undefined,
  hear: async () => 'idle',
};
