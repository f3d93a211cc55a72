import { describe, expect, test } from 'vitest';
import {
  type AuditEvent,
  createAuditEvent,
  MAX_CLAIM_LENGTH,
  MAX_CLAIMS,
  MEMBERS,
  writeAuditLine,
} from '../../lib/audit/event.ts';
import { BrokerError } from '../../lib/errors.ts';
import type { Outcome, Reached } from '../../lib/outcome.ts';
import type { Claims } from '../../lib/policy/claims.ts';
import { drawRecord } from '../../lib/record.ts';
import { assumeVerified } from '../../lib/review/assume.ts';
import { beginVisit } from '../../lib/visit.ts';
import { grantFor, TRUST } from '../harness/grant.ts';
import {
  BUILDKITE,
  buildkiteClaims,
  decideFor,
  ISSUERS,
  NOW,
  PROVIDER,
  roleFrom,
  rowsFrom,
} from '../harness/policy.ts';

const role = roleFrom(`${TRUST}${PROVIDER}\n`);

const VISIT = {
  decisionId: 'd',
  protocol: 'registry',
  reusesToken: true,
  now: NOW,
  sourceAddress: undefined,
};

function reached(claims: Claims, more: Partial<Reached> = {}): Reached {
  return {
    decisionId: 'd',
    at: NOW,
    protocol: 'oauth',
    sourceAddress: '203.0.113.7',
    requested: { role: 'tested', scopes: undefined, seconds: undefined, sessionName: undefined },
    token: { ...assumeVerified(claims, role), expiresAt: NOW + 300, keyId: 'k', digest: 'abc' },
    row: rowsFrom(ISSUERS).get(BUILDKITE),
    snapshot: { role, digest: 'def' },
    decision: decideFor(role, claims),
    ms: { authenticate: 1.23456, decide: 0.1 },
    ...more,
  };
}

function issued(claims = buildkiteClaims()): Outcome {
  return {
    kind: 'issued',
    reached: reached(claims),
    grant: grantFor(`${TRUST}${PROVIDER}\n`),
    credential: { kind: 'jwt', token: 'canary-credential', expiresAt: NOW + 900, session: 'the-session' },
  };
}
function denied(claims: Claims): Outcome {
  return { kind: 'denied', reached: reached(claims), reason: 'no_statement_holds' };
}
function eventOf(outcome: Outcome): AuditEvent {
  return createAuditEvent(drawRecord(outcome));
}
function lineOf(outcome: Outcome): string {
  return writeAuditLine(eventOf(outcome));
}

describe('an audit event', () => {
  test('of a credential that was issued', () => {
    expect(JSON.parse(lineOf(issued()))).toEqual({
      event: 'exchange',
      time: '2027-01-15T08:00:00.000Z',
      decision_id: 'd',
      outcome: 'issued',
      protocol: 'oauth',
      source_address: '203.0.113.7',
      role: 'tested',
      statement: 'trust[0]',
      policy_digest: 'def',
      issuer: BUILDKITE,
      subject: buildkiteClaims()['sub'],
      organization: 'my-organization',
      pipeline: 'my-pipeline',
      build: 5,
      branch: 'main',
      commit: 'b5ffe3aeea51cec6c41aef16e45ee6bce47d8810',
      job: '01945ecf-80f0-41e8-9b83-a2970a9305a1',
      job_url:
        'https://buildkite.com/my-organization/my-pipeline/builds/5#01945ecf-80f0-41e8-9b83-a2970a9305a1',
      token_digest: 'abc',
      token_key_id: 'k',
      token_expires_at: '2027-01-15T08:05:00.000Z',
      requested: {},
      provider: 'jwt',
      scopes: [],
      session: 'the-session',
      expires_at: '2027-01-15T08:15:00.000Z',
      claims: { ...buildkiteClaims() },
      ms: { authenticate: 1.235, decide: 0.1 },
    });
  });

  test('of a denial names reason, statement and every condition that did not hold', () => {
    expect(eventOf(denied(buildkiteClaims({ build_branch: 'topic' })))).toMatchObject({
      outcome: 'denied',
      code: 'trust_not_met',
      reason: 'no_statement_holds',
      unmet: ['build_branch equals: differs'],
      session: undefined,
      expires_at: undefined,
    });
  });

  test('of a failure before there was a token says nothing of one', () => {
    const { token, row, snapshot, decision, requested, ...bare } = reached(buildkiteClaims());
    const outcome: Outcome = { kind: 'denied', reached: bare, reason: 'role_unknown' };
    expect(Object.keys(JSON.parse(lineOf(outcome)))).toEqual([
      'event',
      'time',
      'decision_id',
      'outcome',
      'code',
      'reason',
      'protocol',
      'source_address',
      'ms',
    ]);
  });

  test('has no member that the schema does not have, in the order of the schema', () => {
    for (const outcome of [issued(), denied(buildkiteClaims({ build_branch: 'topic' }))]) {
      const names = Object.keys(JSON.parse(lineOf(outcome)));
      expect(names).toEqual(MEMBERS.filter(name => names.includes(name)));
    }
  });

  test('a member that is not in the schema does not get into the line', () => {
    expect(writeAuditLine({ event: 'exchange', subject_token: 'canary' } as AuditEvent)).toBe(
      '{"event":"exchange"}',
    );
  });

  test('T54: holds no credential', () => {
    expect(lineOf(issued())).not.toContain('canary-credential');
  });
});

describe('T66: nothing that a caller wrote can forge or hide a line', () => {
  test.each([
    '\n',
    '\r',
    '\u0000',
    '\u001b[2J',
    '\u007f',
    '\u0085',
    '\u2028',
    '\u2029',
    '\u202e',
    '\u200b',
    'ü',
    '😀',
    '"',
    '\\',
  ])('a branch of %j is escaped, and read back as it was', character => {
    const branch = `main${character}{"outcome":"issued"}`;
    const line = lineOf(denied(buildkiteClaims({ build_branch: branch })));
    expect(line).toMatch(/^[\x20-\x7e]+$/);
    expect(JSON.parse(line)).toMatchObject({ outcome: 'denied', branch, claims: { build_branch: branch } });
  });

  test('a claim cannot make the link to the job another link', () => {
    const claims = buildkiteClaims({ pipeline_slug: '../evil?a#b', job_id: 'x y' });
    expect(eventOf(denied(claims))['job_url']).toBe(
      'https://buildkite.com/my-organization/../evil%3Fa%23b/builds/5#x%20y',
    );
  });

  test('there is no link when a part of it is missing', () => {
    expect(eventOf(denied(buildkiteClaims({ build_number: undefined })))['job_url']).toBeUndefined();
  });
});

describe('the claims in an event', () => {
  const claimsOf = (more: object): AuditEvent => eventOf(denied(buildkiteClaims({ ...more })));

  test('are the scalars, and what is left out is named', () => {
    const event = claimsOf({ object: { a: 1 }, list: ['a'], unsafe: Number.NaN, flag: true });
    expect(event.claims).toMatchObject({ flag: true, build_tag: null });
    expect(event.claims_omitted).toEqual(['object', 'list', 'unsafe']);
  });

  test('are at most so long', () => {
    const event = claimsOf({ fits: 'x'.repeat(MAX_CLAIM_LENGTH), long: 'x'.repeat(MAX_CLAIM_LENGTH + 1) });
    expect(Object.keys(event.claims as object)).toContain('fits');
    expect(event.claims_omitted).toEqual(['long']);
  });

  test('are at most so many', () => {
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`c${index}`, index]));
    const event = claimsOf(many);
    expect(Object.keys(event.claims as object)).toHaveLength(MAX_CLAIMS);
    expect((event.claims_omitted as string[]).length).toBeLessThanOrEqual(MAX_CLAIMS);
  });

  test('T29: may be named as they like', () => {
    const line = lineOf(denied(buildkiteClaims({ ['__proto__']: 'x', toJSON: 'y' })));
    expect(Object.keys(JSON.parse(line).claims)).toEqual(expect.arrayContaining(['__proto__', 'toJSON']));
  });

  test('T94: the ids by which its caller can be switched off are told where the token has them', () => {
    const ids = { organization_id: 'o-1', pipeline_id: 'p-1' };
    expect(claimsOf(ids)).toMatchObject(ids);
    expect(claimsOf({})).not.toMatchObject({ pipeline_id: expect.anything() });
    // Through a registry token of ours too.
    const origin = { issuer: BUILDKITE, keyId: 'k', organizationId: 'o-1', pipelineId: 'p-1' };
    const registryToken = { origin, holder: 'h', expiresAt: NOW } as NonNullable<Reached['registryToken']>;
    const event = eventOf({
      kind: 'failed',
      reached: { ...beginVisit(VISIT), registryToken },
      error: new BrokerError('provider_refused'),
    });
    expect(event).toMatchObject(ids);
  });

  test('T-10: names that are left out are cut', () => {
    const event = claimsOf({ ['n'.repeat(8000)]: { a: 1 } });
    expect(event.claims_omitted).toEqual(['n'.repeat(128)]);
  });

  test('T-10: what a request to a registry says of itself is cut, and what went wrong', () => {
    const long = 'x'.repeat(8000);
    const event = eventOf({
      kind: 'failed',
      reached: reached(buildkiteClaims(), {
        use: { method: long, path: `/${long}`, query: long, user: 'u' } as NonNullable<Reached['use']>,
      }),
      error: new BrokerError('provider_refused', { detail: long }),
    });
    const cut = [event.method, event.path, event.query, event.detail].map(each => String(each).length);
    expect(cut).toEqual([20, 200, 200, 1024]);
  });

  test('T66: nothing in an event is longer than a claim may be', () => {
    const long = 'x'.repeat(8000);
    const event = claimsOf({ sub: long, build_branch: long, pipeline_slug: long, job_id: long });
    const longest = Math.max(
      ...Object.values(event).map(value => (typeof value === 'string' ? value.length : 0)),
    );
    expect(longest).toBeLessThanOrEqual(MAX_CLAIM_LENGTH);
  });
});
