import { describe, expect, test } from 'vitest';
import { checkDemands, type JobFacts } from '../../lib/policy/demand.ts';
import type { Context } from '../../lib/policy/trust.ts';
import { explainDecision } from '../../lib/review/explain/explain.ts';
import { TRUST } from '../harness/grant.ts';
import { ALICE, BOB, BUILD, eventSetting, MALLORY, STEP } from '../harness/job-events.ts';
import { BUILDKITE, buildkiteClaims, decideFor, NOW, PROVIDER, roleFrom } from '../harness/policy.ts';

const APPROVAL = 'approval: { step: release, by: [release-managers], within: 1h }\n';
function roleOf(demands: string, more = '') {
  return roleFrom(`${TRUST}${demands}${PROVIDER}\n`, eventSetting(more));
}
const running = roleOf('running: true\n');
const approved = roleOf(APPROVAL);
const both = roleOf(`running: true\n${APPROVAL}`);

const RUNS: JobFacts = { state: 'running', build: BUILD };
function unblocked(by: string, at: number, step = STEP) {
  return { step, by, at };
}

function endOf(role: typeof both, context: Partial<Context>): string {
  const decision = decideFor(role, buildkiteClaims(), { context });
  return decision.allowed ? 'allowed' : decision.reason;
}

describe('running has three values', () => {
  test.each<[string, JobFacts | undefined, string, string]>([
    ['nobody looked', undefined, 'doubt', 'job_unknown'],
    ['nothing was told', { state: 'unknown' }, 'doubt', 'job_unknown'],
    ['it runs', RUNS, 'true', 'allowed'],
    ['it has ended', { state: 'finished', build: BUILD }, 'false', 'job_finished'],
  ])('%s', (_name, job, truth, end) => {
    expect(checkDemands(running, BUILDKITE, { now: NOW, job })).toMatchObject([{ demand: 'running', truth }]);
    expect(endOf(running, { job })).toBe(end);
  });
});

describe('approval has three values', () => {
  test.each<[string, JobFacts | undefined, string, string]>([
    ['nobody looked', undefined, 'doubt', 'job_unknown'],
    [
      'T88: of no known build',
      { state: 'unknown', unblocked: unblocked(ALICE, NOW) },
      'doubt',
      'job_unknown',
    ],
    ['nobody unblocked it', RUNS, 'false', 'approval_missing'],
    ['Alice did', { ...RUNS, unblocked: unblocked(ALICE, NOW - 60) }, 'true', 'allowed'],
    ['Bob did, of the same group', { ...RUNS, unblocked: unblocked(BOB, NOW) }, 'true', 'allowed'],
    ['T88: somebody else did', { ...RUNS, unblocked: unblocked(MALLORY, NOW) }, 'false', 'approval_missing'],
    ['another step', { ...RUNS, unblocked: unblocked(ALICE, NOW, 'test') }, 'false', 'approval_missing'],
    ['exactly an hour ago', { ...RUNS, unblocked: unblocked(ALICE, NOW - 3600) }, 'true', 'allowed'],
    ['T88: longer ago', { ...RUNS, unblocked: unblocked(ALICE, NOW - 3601) }, 'false', 'approval_too_old'],
    [
      'by a clock that is a little ahead',
      { ...RUNS, unblocked: unblocked(ALICE, NOW + 30) },
      'true',
      'allowed',
    ],
    ['T88: by a clock far ahead', { ...RUNS, unblocked: unblocked(ALICE, NOW + 31) }, 'doubt', 'job_unknown'],
    ['at no time', { ...RUNS, unblocked: unblocked(ALICE, Number.NaN) }, 'doubt', 'job_unknown'],
  ])('%s', (_name, job, truth, end) => {
    expect(checkDemands(approved, BUILDKITE, { now: NOW, job })).toMatchObject([
      { demand: 'approval', truth },
    ]);
    expect(endOf(approved, { job })).toBe(end);
  });

  test('it says nothing of whether the job runs', () => {
    expect(
      endOf(approved, { job: { state: 'finished', build: BUILD, unblocked: unblocked(ALICE, NOW) } }),
    ).toBe('allowed');
  });
});

describe('together', () => {
  test.each<[string, Partial<Context>, string]>([
    [
      'what is not met comes before what is not known',
      { job: { state: 'finished', build: BUILD } },
      'job_finished',
    ],
    ['both are met', { job: { ...RUNS, unblocked: unblocked(ALICE, NOW) } }, 'allowed'],
    ['what is suspended is met', { job: RUNS, suspended: ['approval'] }, 'allowed'],
    [
      'the other is still demanded',
      { job: { state: 'finished', build: BUILD }, suspended: ['approval'] },
      'job_finished',
    ],
    ['all that is suspended needs nothing to be known', { suspended: ['running', 'approval'] }, 'allowed'],
  ])('%s', (_name, context, end) => {
    expect(endOf(both, context)).toBe(end);
  });

  test('whoever is denied in any case is told that, and nothing need be known', () => {
    const decision = decideFor(both, buildkiteClaims({ build_branch: 'topic' }));
    expect(decision).toMatchObject({ allowed: false, reason: 'no_statement_holds' });
    expect(decision.trace.demands).toBeUndefined();
    expect(decideFor(both, buildkiteClaims(), { access: { seconds: 9999 } })).toMatchObject({
      reason: 'seconds_above_maximum',
    });
  });

  test('a role that demands nothing has a trace without it', () => {
    expect(decideFor(roleOf(''), buildkiteClaims()).trace).not.toHaveProperty('demands');
  });

  test('a row demands of every role that trusts its issuer', () => {
    expect(endOf(roleOf('', '\n  running: true'), {})).toBe('job_unknown');
    expect(endOf(roleOf('', '\n  running: true'), { job: RUNS })).toBe('allowed');
  });

  test('an approval that lacks names the step, and not who may', () => {
    expect(decideFor(both, buildkiteClaims(), { context: { job: RUNS } })).toMatchObject({ concerns: STEP });
  });
});

describe('explain has a line for each', () => {
  test.each<[string, Partial<Context>, RegExp[]]>([
    [
      'that nothing was told',
      {},
      [/^ +in doubt +the job of the token runs: /, /^ +in doubt +the block step "release"/],
    ],
    [
      'who unblocked it and when',
      { job: { ...RUNS, unblocked: unblocked(ALICE, NOW) } },
      [
        /^ +yes +the job of the token runs$/,
        /^ +yes .*one of alice, bob, at most 1h ago, here by alice at 2027-01-15T08:00:00Z$/,
      ],
    ],
    [
      'who else unblocked it',
      { job: { state: 'finished', build: BUILD, unblocked: unblocked(MALLORY, NOW) } },
      [/^ +no +the job of the token runs: it has ended$/, new RegExp(`^ +no .*, here by ${MALLORY} at `)],
    ],
    [
      'what is suspended',
      { job: RUNS, suspended: ['approval'] },
      [/^ +yes +the job/, /^ +yes .*: suspended/],
    ],
  ])('%s', (_name, context, lines) => {
    const said = explainDecision(both, decideFor(both, buildkiteClaims(), { context }));
    const at = said.indexOf('  demanded of the job:');
    expect(at).toBeGreaterThan(0);
    for (const [index, line] of lines.entries()) expect(said[at + 1 + index]).toMatch(line);
  });
});

describe('T89: a session of AWS is short where the role asks whether its job runs', () => {
  const AWS = 'aws: { role_arn: "arn:aws:iam::123456789012:role/deploy" }\n';
  const SETTING = { ...eventSetting(), session: { seconds: 3600, maxSeconds: 3600 } };
  test.each([
    ['900 s, whatever broker.yml says', 'running: true\n', { seconds: 900, max: 900 }],
    [
      'more to ask for, where the role says so',
      'running: true\nsession: { max_seconds: 1800 }\n',
      { seconds: 900, max: 1800 },
    ],
    [
      'more, where the role says so',
      'running: true\nsession: { seconds: 3600 }\n',
      { seconds: 3600, max: 3600 },
    ],
    ['as broker.yml says, where an approval alone is asked for', APPROVAL, { seconds: 3600, max: 3600 }],
    ['as broker.yml says, where nothing is asked', '', { seconds: 3600, max: 3600 }],
  ])('%s', (_name, demands, session) => {
    expect(roleFrom(`${TRUST.replace('trust:', `${demands}trust:`)}${AWS}`, SETTING).session).toMatchObject(
      session,
    );
  });

  test('also where the row of the issuer asks', () => {
    const setting = { ...eventSetting('\n  running: true'), session: SETTING.session };
    expect(roleFrom(`${TRUST}${AWS}`, setting).session).toMatchObject({ seconds: 900, max: 900 });
  });

  test('what is not of AWS keeps its length', () => {
    expect(running.session.seconds).toBe(900);
    expect(
      roleFrom(`${TRUST}running: true\njwt: { audience: https://a.example, seconds: 3600 }\n`, eventSetting())
        .session.seconds,
    ).toBe(3600);
  });
});
