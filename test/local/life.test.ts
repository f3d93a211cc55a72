import { describe, expect, test } from 'vitest';
import {
  ALICE,
  issuersWithEvents,
  jobActivated,
  jobFinished,
  PEOPLE,
  SOURCE,
} from '../harness/job-events.ts';
import { agentCall, call, configFrom, formCall, localBroker } from '../harness/local.ts';
import { AUDIENCE, BUILDKITE, PROVIDER, roleFrom, rowsFrom, settingOf } from '../harness/policy.ts';

const BUILD = '0184990a-4782-42b5-afc1-16715b10b1a0';
const TRUST = `trust:\n  - { iss: ${BUILDKITE}, organization_slug: acme, pipeline_slug: web, build_branch: main }\n${PROVIDER}\n`;
const ROWS = rowsFrom(issuersWithEvents());
const SETTING = { ...settingOf(ROWS), people: PEOPLE };
const role = (name: string, demands: string) => ({ ...roleFrom(`${demands}${TRUST}`, SETTING), name });
const CONFIG = {
  ...configFrom({}, issuersWithEvents()),
  roles: [
    role('live', 'running: true\n'),
    role('approved', 'running: true\napproval: { step: release, by: [alice], within: 1h }\n'),
  ],
};

const broker = await localBroker(CONFIG);

const put = async (job: string, body: unknown) => {
  const { status } = await call(broker.port, {
    method: 'PUT',
    path: `/local/jobs/${job}`,
    body: JSON.stringify(body),
  });
  return status;
};
const send = async (event: unknown) => {
  const answer = await call(broker.port, {
    method: 'POST',
    path: '/local/events',
    body: JSON.stringify(event),
  });
  return [answer.status, answer.json()['kind'] ?? answer.json()['message']];
};
const ask = async (role: string, job: string): Promise<unknown> => {
  const { token } = (await agentCall(broker.port, { audience: AUDIENCE }, job)).json();
  return (await formCall(broker.port, role, String(token))).json()['code'] ?? 'issued';
};
const now = (): number => Math.floor(Date.now() / 1000);

describe('the life of a job', () => {
  test('of which nothing was said is that of one that runs', async () => {
    expect(await ask('live', 'plain')).toBe('issued');
  });

  test('is played', async () => {
    expect(await put('played', { state: 'scheduled' })).toBe(200);
    expect(await ask('live', 'played')).toBe('job_not_seen');
    expect(await put('played', { state: 'running' })).toBe(200);
    expect(await ask('live', 'played')).toBe('issued');
    expect(await put('played', { state: 'finished' })).toBe(200);
    expect(await ask('live', 'played')).toBe('job_finished');
    await put('played', { state: 'running' });
    expect(await ask('live', 'played')).toBe('job_finished');
  });

  test('begins with what it is, and keeps that', async () => {
    const claims = { build_branch: 'topic' };
    expect(await put('topic', { issuer: BUILDKITE, claims, state: 'running' })).toBe(200);
    await put('topic', { state: 'finished' });
    expect(await ask('live', 'topic')).toBe('trust_not_met');
  });

  test.each([
    ['another state', { state: 'paused' }],
    ['nothing', {}],
    ['claims without an issuer', { claims: {}, state: 'running' }],
    [
      'an issuer without events',
      { issuer: 'https://token.actions.githubusercontent.com', claims: {}, state: 'running' },
    ],
  ])('is not moved by %s', async (_name, body) => {
    expect(await put('odd', body)).toBe(422);
  });
});

describe('events as EventBridge hands them over', () => {
  const build = { uuid: BUILD };

  test('tell who approved the build, and that a job has ended', async () => {
    expect(await ask('approved', 'deploy')).toBe('approval_missing');
    expect(await send(jobActivated(ALICE, { at: now(), build }))).toEqual([200, 'change']);
    expect(await ask('approved', 'deploy')).toBe('issued');
    expect(await send(jobFinished({ at: now(), build, job: { uuid: 'deploy' } }))).toEqual([200, 'change']);
    expect(await ask('approved', 'deploy')).toBe('job_finished');
  });

  test('T87: are believed as a deployed broker believes them', async () => {
    const foreign = jobFinished({ at: now(), envelope: { account: '999999999999' } });
    expect(await send(foreign)).toEqual([422, 'The event is not believed: other_account.']);
    expect(await send({ job: 'plain' })).toEqual([422, 'The event is not believed: not_an_event.']);
  });
});

test('a token can say the organization that broker.yml believes', async () => {
  const answer = await agentCall(broker.port, { claims: ['organization_id', 'pipeline_id'] }, 'ids');
  const [, payload = ''] = String(answer.json()['token']).split('.');
  expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({
    organization_id: SOURCE.organizationId,
  });
});
