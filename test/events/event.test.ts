import { describe, expect, test } from 'vitest';
import { type EventReading, LATEST_START, readEvent } from '../../lib/events/event.ts';
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

const OTHER: typeof SOURCE = {
  source: 'aws.partner/buildkite.com/another/0107',
  organizationId: 'b98961b7-adc1-41aa-8726-cfb2c46e42e0',
  account: '999999999999',
};
function read(event: unknown): EventReading {
  return readEvent(event, [SOURCE, OTHER], NOW);
}
function toldOf(event: unknown): string {
  const reading = read(event);
  return reading.kind === 'refused' ? reading.why : reading.kind;
}

const ofOrganization = { organization: SOURCE.organizationId, at: NOW };

describe('of the documented payloads it is read', () => {
  test.each([
    [
      'that a job started',
      jobStarted(),
      { is: 'started', job: JOB, build: BUILD, pipeline: PIPELINE, ...ofOrganization },
    ],
    [
      'that a job finished',
      jobFinished(),
      { is: 'finished', job: JOB, build: BUILD, pipeline: PIPELINE, ...ofOrganization },
    ],
    [
      'who unblocked which step of which build',
      jobActivated(),
      { is: 'unblocked', build: BUILD, step: STEP, by: ALICE, ...ofOrganization },
    ],
    ['which agent was lost', agentLost(), { is: 'lost', agent: AGENT, ...ofOrganization }],
  ])('%s, and nothing of commands, messages or names', (_name, event, change) => {
    expect(read(event)).toEqual({ kind: 'change', change });
    expect(JSON.stringify(read(event))).not.toContain('canary');
  });

  test('the time of the event itself, to the fraction', () => {
    const event = jobStarted({ envelope: { time: '2027-01-15T07:59:58.5Z' } });
    expect(read(event)).toMatchObject({ change: { at: NOW - 1.5 } });
  });
});

describe('nothing is noted', () => {
  test.each([
    ['of other kinds of events', jobStarted({ envelope: { 'detail-type': 'Job Scheduled' } })],
    ['of a step without a key', jobActivated(ALICE, { job: { step_key: null } })],
    ['of an unblocking by nobody who is named', jobActivated(null)],
  ])('%s', (_name, event) => {
    expect(toldOf(event)).toBe('idle');
  });
});

describe('T87: what does not come from exactly one source is refused', () => {
  const started = jobStarted();
  test.each<[string, unknown, string]>([
    ['nothing', undefined, 'not_an_event'],
    ['text', 'Job Started', 'not_an_event'],
    ['a list', [started], 'not_an_event'],
    ['the detail alone, as a direct call may have it', started['detail'], 'not_an_event'],
    ['a detail that is not there', { ...started, detail: undefined }, 'not_an_event'],
    ['another bus', jobStarted({ envelope: { source: `${SOURCE.source}0` } }), 'other_source'],
    ['another partner', jobStarted({ envelope: { source: 'aws.partner/example.com/x/1' } }), 'other_source'],
    ['a list of sources', jobStarted({ envelope: { source: [SOURCE.source] } }), 'other_source'],
    ['another account', jobStarted({ envelope: { account: '999999999999' } }), 'other_account'],
    ['no account', jobStarted({ envelope: { account: undefined } }), 'other_account'],
    ['the account as a number', jobStarted({ envelope: { account: 123123123123 } }), 'other_account'],
    [
      'the organization of another source',
      jobStarted({ organization: { uuid: OTHER.organizationId } }),
      'other_organization',
    ],
    ['no organization', jobStarted({ detail: { organization: undefined } }), 'other_organization'],
    [
      'the slug in the place of the id',
      jobStarted({ organization: { uuid: 'my-organization' } }),
      'other_organization',
    ],
    ['a replay', jobStarted({ envelope: { 'replay-name': 'again' } }), 'replayed'],
    ['a replay without a name', jobStarted({ envelope: { 'replay-name': null } }), 'replayed'],
    ['a later version', jobStarted({ detail: { version: 2 } }), 'version_unknown'],
    ['a job without an id', jobStarted({ job: { uuid: undefined } }), 'unreadable'],
    ['a job with an id that is a path', jobStarted({ job: { uuid: '../x' } }), 'unreadable'],
    ['a build without an id', jobFinished({ build: { uuid: 7 } }), 'unreadable'],
    ['an agent without an id', agentLost({ agent: { uuid: null } }), 'unreadable'],
    ['a step that is no block step', jobActivated(ALICE, { job: { type: 'script' } }), 'unreadable'],
    ['a step with an odd key', jobActivated(ALICE, { job: { step_key: 'a b' } }), 'unreadable'],
    ['a person without an id', jobActivated(''), 'unreadable'],
    ['no time', jobStarted({ envelope: { time: undefined } }), 'unreadable'],
    [
      'a time of the payloads’ own form',
      jobStarted({ envelope: { time: '2027-01-15 08:00:00 UTC' } }),
      'unreadable',
    ],
    ['a time that is none', jobStarted({ envelope: { time: '2027-13-15T08:00:00Z' } }), 'unreadable'],
    ['a start of long ago', jobStarted({ at: NOW - LATEST_START - 1 }), 'too_late'],
    ['a start in some minutes', jobStarted({ at: NOW + 301 }), 'ahead_of_time'],
    ['an approval in some minutes', jobActivated(ALICE, { at: NOW + 301 }), 'ahead_of_time'],
  ])('%s', (_name, event, told) => {
    expect(toldOf(event)).toBe(told);
  });

  test.each([
    ['the end of a job, however late', jobFinished({ at: NOW - 10 * LATEST_START })],
    ['the end of a job ahead of our clock', jobFinished({ at: NOW + 3600 })],
    ['the loss of an agent, however late', agentLost({ at: NOW - 10 * LATEST_START })],
    ['a start that comes on the last try', jobStarted({ at: NOW - LATEST_START })],
  ])('but what takes away, or is of now, counts: %s', (_name, event) => {
    expect(toldOf(event)).toBe('change');
  });
});
