import { describe, expect, test } from 'vitest';
import { drawAnswer } from '../lib/answer.ts';
import { BrokerError, CODES, type Code } from '../lib/errors.ts';
import type { Outcome, Reached, Refused } from '../lib/outcome.ts';
import { drawRecord } from '../lib/record.ts';
import { DENY, denied, type Given, POLICY, ROLE, refused, SECRET, TEMPLATE } from './harness/denied.ts';
import { NOW } from './harness/policy.ts';

describe('a caller whom the role knows is told the code of its reason', () => {
  test.each<{ name: string; given: Given; code: Code; reason: Refused }>([
    {
      name: 'no statement holds',
      given: { claims: { build_branch: 'x' } },
      code: 'trust_not_met',
      reason: 'no_statement_holds',
    },
    {
      name: 'a deny struck',
      given: { yaml: DENY, claims: { build_source: 'ui' } },
      code: 'explicitly_denied',
      reason: 'explicitly_denied',
    },
    {
      name: 'the audience is another role’s',
      given: { claims: { aud: 'https://other.example' } },
      code: 'audience_not_of_role',
      reason: 'audience_differs',
    },
    {
      name: 'the role is disabled',
      given: { yaml: `${ROLE}disabled: "${SECRET}"\n` },
      code: 'role_disabled',
      reason: 'role_disabled',
    },
    {
      name: 'another kind is asked for',
      given: { access: { kinds: ['aws'] } },
      code: 'requested_token_type_differs',
      reason: 'kind_differs',
    },
    {
      name: 'a scope is beyond',
      given: { access: { scopes: ['read', 'delete'] } },
      code: 'scope_beyond_grant',
      reason: 'scope_beyond_grant',
    },
    {
      name: 'the session is too long',
      given: { access: { seconds: 901 } },
      code: 'seconds_above_maximum',
      reason: 'seconds_above_maximum',
    },
    {
      name: 'the session is too short',
      given: { access: { seconds: 59 } },
      code: 'seconds_below_minimum',
      reason: 'seconds_below_minimum',
    },
    {
      name: 'the caller brings a second session policy',
      given: { yaml: POLICY, access: { sessionPolicy: { policy: undefined, policyArns: [] } } },
      code: 'session_policy_refused',
      reason: 'session_policy_refused',
    },
    {
      name: 'a claim cannot be used',
      given: { yaml: TEMPLATE },
      code: 'claim_not_usable',
      reason: 'claim_not_usable',
    },
  ])('$name', ({ given, code, reason }) => {
    const { code: told, says, contact } = refused(given);
    expect([told, says, contact]).toEqual([code, CODES[code].says, '#team-web']);
    expect(drawRecord(denied(given))).toMatchObject({ outcome: 'denied', code, reason });
  });
});

describe('T43: a stranger is told one code, whatever the reason, and nothing else', () => {
  const stranger = { organization_slug: 'another' };
  test.each<{ name: string; given: Given; reason: Refused }>([
    { name: 'no statement holds', given: {}, reason: 'no_statement_holds' },
    {
      name: 'a deny struck',
      given: { yaml: DENY, claims: { build_source: 'ui' } },
      reason: 'explicitly_denied',
    },
    {
      name: 'the audience is another role’s',
      given: { claims: { aud: 'https://other.example' } },
      reason: 'audience_differs',
    },
    {
      name: 'the issuer is another',
      given: { claims: { iss: 'https://gitlab.com' } },
      reason: 'no_statement_holds',
    },
  ])('$name', ({ given, reason }) => {
    const outcome = denied({ ...given, claims: { ...stranger, ...given.claims } });
    expect(drawAnswer(outcome)).toEqual({
      kind: 'refused',
      decisionId: 'd',
      code: 'role_refused_or_unknown',
      says: CODES.role_refused_or_unknown.says,
      at: undefined,
      claims: [],
      contact: undefined,
      nearRole: undefined,
    });
    // The operator learns the reason all the same.
    expect(drawRecord(outcome)).toMatchObject({ code: 'role_refused_or_unknown', reason });
  });
});

describe('a failure', () => {
  const error = new BrokerError('token_expired', { at: 'exp', detail: 'canary', cause: new Error('canary') });
  const reached: Reached = { decisionId: 'd', at: NOW, protocol: 'oauth', sourceAddress: undefined, ms: {} };
  const outcome: Outcome = { kind: 'failed', reached, error };

  test('tells its code, its words and what was wrong, and no detail', () => {
    expect(drawAnswer(outcome)).toMatchObject({
      code: 'token_expired',
      says: CODES.token_expired.says,
      at: 'exp',
      claims: [],
    });
    expect(JSON.stringify(drawAnswer(outcome))).not.toContain('canary');
  });

  test('has its detail in the record', () => {
    expect(drawRecord(outcome)).toMatchObject({
      outcome: 'failed',
      code: 'token_expired',
      detail: 'canary',
      reason: undefined,
    });
  });
});
