import { describe, expect, test } from 'vitest';
import { drawAnswer } from '../lib/answer.ts';
import { BrokerError, CODES, type Code } from '../lib/errors.ts';
import type { Outcome, Reached, Refused } from '../lib/outcome.ts';
import { drawRecord } from '../lib/record.ts';
import { DENY, denied, type Given, POLICY, ROLE, refused, SECRET, TEMPLATE } from './harness/denied.ts';
import { NOW } from './harness/policy.ts';

describe('a caller whom the role knows is told the code of its reason', () => {
  const elsewhere = { aud: 'https://other.example' };
  const secondPolicy = { sessionPolicy: { policy: undefined, policyArns: [] } };
  // The reason is there where it has another name than the code.
  test.each<[name: string, given: Given, code: Code, reason?: Refused]>([
    ['no statement holds', { claims: { build_branch: 'x' } }, 'trust_not_met', 'no_statement_holds'],
    ['a deny struck', { yaml: DENY, claims: { build_source: 'ui' } }, 'explicitly_denied'],
    ['the audience is another role’s', { claims: elsewhere }, 'audience_not_of_role', 'audience_differs'],
    ['the role is disabled', { yaml: `${ROLE}disabled: "${SECRET}"\n` }, 'role_disabled'],
    ['another kind is due', { access: { kinds: ['aws'] } }, 'requested_token_type_differs', 'kind_differs'],
    ['a scope is beyond', { access: { scopes: ['read', 'delete'] } }, 'scope_beyond_grant'],
    ['the session is too long', { access: { seconds: 901 } }, 'seconds_above_maximum'],
    ['the session is too short', { access: { seconds: 59 } }, 'seconds_below_minimum'],
    ['there is a second session policy', { yaml: POLICY, access: secondPolicy }, 'session_policy_refused'],
    ['a claim cannot be used', { yaml: TEMPLATE }, 'claim_not_usable'],
  ])('%s', (_name, given, code, reason = code as Refused) => {
    const { code: told, says, contact } = refused(given);
    expect([told, says, contact]).toEqual([code, CODES[code].says, '#team-web']);
    expect(drawRecord(denied(given))).toMatchObject({ outcome: 'denied', code, reason });
  });
});

describe('T43: a stranger is told one code, whatever the reason, and nothing else', () => {
  const stranger = { organization_slug: 'another' };
  test.each<[name: string, given: Given, reason: Refused]>([
    ['no statement holds', {}, 'no_statement_holds'],
    ['a deny struck', { yaml: DENY, claims: { build_source: 'ui' } }, 'explicitly_denied'],
    ['the audience is another role’s', { claims: { aud: 'https://other.example' } }, 'audience_differs'],
    ['the issuer is another', { claims: { iss: 'https://gitlab.com' } }, 'no_statement_holds'],
  ])('%s', (_name, given, reason) => {
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
