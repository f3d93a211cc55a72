import { describe, expect, test } from 'vitest';
import { type Measuring, writeMetricLine } from '../../lib/audit/metrics.ts';
import { BrokerError } from '../../lib/errors.ts';
import type { Outcome, Reached } from '../../lib/outcome.ts';
import { drawRecord } from '../../lib/record.ts';
import { beginVisit } from '../../lib/visit.ts';
import { testBroker } from '../harness/broker.ts';
import { grantFor, TRUST } from '../harness/grant.ts';
import { tokenClaims } from '../harness/issuer.ts';
import { NOW, PROVIDER, roleFrom } from '../harness/policy.ts';

const YAML = `${TRUST}${PROVIDER}\n`;
const VISIT = {
  decisionId: 'd',
  protocol: 'oauth',
  reusesToken: false,
  now: NOW,
  sourceAddress: '203.0.113.7',
};
const ASKED = {
  role: 'tested',
  scopes: undefined,
  seconds: undefined,
  kinds: undefined,
  sessionName: undefined,
};

function reached(more: Partial<Reached> = {}): Reached {
  return {
    ...beginVisit(VISIT, ASKED),
    snapshot: { role: roleFrom(YAML), digest: 'def' },
    ms: { authenticate: 1.23456, decide: 0.1, issue: 30 },
    ...more,
  };
}
const issued: Outcome = {
  kind: 'issued',
  reached: reached(),
  grant: grantFor(YAML),
  credential: { kind: 'jwt', token: 'canary-credential', expiresAt: NOW + 900, session: 'the-session' },
};
function denied(more: Partial<Reached> = {}): Outcome {
  return { kind: 'denied', reached: reached(more), reason: 'no_statement_holds' };
}
const failed: Outcome = {
  kind: 'failed',
  reached: beginVisit(VISIT),
  error: new BrokerError('token_malformed'),
};

type Emf = {
  _aws: {
    Timestamp: number;
    CloudWatchMetrics: {
      Namespace: string;
      Dimensions: string[][];
      Metrics: { Name: string; Unit: string }[];
    }[];
  };
  [member: string]: unknown;
};
function emf(outcome: Outcome, measuring: Measuring = { roles: 1 }): Emf {
  return JSON.parse(writeMetricLine(drawRecord(outcome), measuring));
}
function members({ _aws, ...rest }: Emf) {
  return rest;
}

test('an exchange that issued counts once, by protocol and by role, with the time of each step', () => {
  expect(emf(issued)).toEqual({
    _aws: {
      Timestamp: NOW * 1000,
      CloudWatchMetrics: [
        {
          Namespace: 'kite-sts',
          Dimensions: [['protocol', 'outcome']],
          Metrics: [
            { Name: 'Exchanges', Unit: 'Count' },
            { Name: 'Authenticate', Unit: 'Milliseconds' },
            { Name: 'Decide', Unit: 'Milliseconds' },
            { Name: 'Issue', Unit: 'Milliseconds' },
          ],
        },
        {
          Namespace: 'kite-sts',
          Dimensions: [['role', 'outcome']],
          Metrics: [{ Name: 'Exchanges', Unit: 'Count' }],
        },
      ],
    },
    protocol: 'oauth',
    outcome: 'issued',
    role: 'tested',
    Exchanges: 1,
    Authenticate: 1.235,
    Decide: 0.1,
    Issue: 30,
  });
});

describe('the line is what the format demands', () => {
  test.each<[name: string, outcome: Outcome]>([
    ['issued', issued],
    ['denied', denied()],
    ['denied before a role was found', denied({ snapshot: undefined })],
    ['failed before there was a request', failed],
  ])('of an exchange that is %s', (_name, outcome) => {
    const line = emf(outcome);
    // A target that is named must be there: a metric as a number, a dimension as text of 1 to 1024 characters.
    for (const { Dimensions, Metrics } of line._aws.CloudWatchMetrics) {
      for (const { Name } of Metrics) expect(line[Name]).toEqual(expect.any(Number));
      for (const name of Dimensions.flat()) expect(line[name]).toMatch(/^[\x21-\x7e]{1,1024}$/);
      expect(Metrics.length).toBeLessThanOrEqual(100);
    }
    expect(Number.isInteger(line._aws.Timestamp)).toBe(true);
    expect(writeMetricLine(drawRecord(outcome), { roles: 1 })).not.toContain('\n');
  });
});

describe('T66: a dimension is never what a caller made up:', () => {
  test('a name of a role that does not exist', () => {
    const access = { ...ASKED, role: 'made-up' };
    const outcome: Outcome = {
      kind: 'denied',
      reached: { ...beginVisit(VISIT, access) },
      reason: 'role_unknown',
    };
    expect(members(emf(outcome))).toEqual({ protocol: 'oauth', outcome: 'denied', Exchanges: 1 });
  });

  test('a claim, an address, a session or a reason', () => {
    const names = Object.keys(members(emf(issued)));
    expect(names).toEqual(['protocol', 'outcome', 'role', 'Exchanges', 'Authenticate', 'Decide', 'Issue']);
  });

  test.each([
    // As the page of costs reckons: each role is three metrics a month.
    [50, 'tested'],
    [51, undefined],
  ])('of a configuration with %i roles, the role is %s', (roles, role) => {
    const line = emf(issued, { roles });
    expect(line['role']).toBe(role);
    expect(line._aws.CloudWatchMetrics).toHaveLength(role === undefined ? 1 : 2);
  });
});

test('T54: the line holds no credential', () => {
  expect(writeMetricLine(drawRecord(issued), { roles: 1 })).not.toContain('canary');
});

describe('a broker', () => {
  const ask = async (lines: string[], metrics: boolean, fails = (_line: string) => false) => {
    const whole = await testBroker({
      roles: { tested: YAML },
      metrics,
      sink: (line, metric) => {
        if (fails(line)) throw new Error('full');
        lines.push(line, ...(metric === undefined ? [] : [metric]));
      },
    });
    return whole.ask({ subject_token: await whole.issuer.sign(tokenClaims()), audience: 'tested' });
  };
  const isMetric = (line: string) => '_aws' in JSON.parse(line);

  test('with metrics writes one line of them after each audit event', async () => {
    const lines: string[] = [];
    expect((await ask(lines, true)).status).toBe(200);
    expect(lines.map(isMetric)).toEqual([false, true]);
    expect(JSON.parse(lines[1] ?? '')).toMatchObject({ outcome: 'issued', role: 'tested' });
    expect(JSON.parse(lines[1] ?? '')).not.toHaveProperty('event');
  });

  test('without metrics writes audit events alone', async () => {
    const lines: string[] = [];
    await ask(lines, false);
    expect(lines.map(isMetric)).toEqual([false]);
  });

  test('T84: whose audit event cannot be written writes no metric of an issue that did not happen', async () => {
    const lines: string[] = [];
    expect((await ask(lines, true, line => !isMetric(line))).status).toBe(503);
    expect(lines).toEqual([]);
  });
});
