import { describe, expect, test } from 'vitest';
import { BrokerError, type ClaimHint, CODES, type Code } from '../lib/errors.ts';
import { answer, type Outcome, type Reached, type Refused, record } from '../lib/outcome.ts';
import { assumeVerified } from '../lib/policy/assume.ts';
import type { AccessRequest } from '../lib/policy/decide.ts';
import {
  BUILDKITE,
  buildkiteClaims,
  decideFor,
  ISSUERS,
  NOW,
  PROVIDER,
  roleFrom,
  rowsFrom,
} from './harness/policy.ts';

const SECRET = 'only-the-policy-says-this';
const ROLE = `
contact: "#team-web"
trust:
  - iss: ${BUILDKITE}
    scopes: [read]
    claims: { organization_slug: my-organization, build_branch: main, pipeline_slug: { in: [my-pipeline, ${SECRET}] } }
`;

type Given = { readonly yaml?: string; readonly claims?: object; readonly access?: Partial<AccessRequest> };

/** The outcome of a denied decision, as an exchange makes it. */
const denied = ({ yaml = ROLE, claims = {}, access = {} }: Given): Outcome => {
  const role = roleFrom(/^(aws|jwt):/m.test(yaml) ? yaml : `${yaml}${PROVIDER}\n`);
  const said = buildkiteClaims({ ...claims });
  const decision = decideFor(role, said, { access });
  if (decision.allowed) throw new Error('allowed');
  const reached: Reached = {
    decisionId: 'd',
    at: NOW,
    protocol: 'oauth',
    sourceAddress: undefined,
    token: assumeVerified(said, role),
    row: rowsFrom(ISSUERS).get(BUILDKITE),
    snapshot: { role, digest: 'abc' },
    decision,
    ms: {},
  };
  return { kind: 'denied', reached, reason: decision.reason };
};

const refused = (given: Given) => {
  const drawn = answer(denied(given));
  if (drawn.kind !== 'refused') throw new Error(drawn.kind);
  return drawn;
};

const DENY = `${ROLE}deny: [{ iss: ${BUILDKITE}, claims: { build_source: ui } }]\n`;
const POLICY = `${ROLE.replace('scopes: [read]', 'id: one')}aws: { role_arn: "arn:aws:iam::123456789012:role/deploy", policy_arns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"] }\n`;
const TEMPLATE = `${ROLE}jwt: { audience: https://api.test.example, claims: { step: "\${step_key}" } }\n`;

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
    expect(record(denied(given))).toMatchObject({ outcome: 'denied', code, reason });
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
    expect(answer(outcome)).toEqual({
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
    expect(record(outcome)).toMatchObject({ code: 'role_refused_or_unknown', reason });
  });
});

describe('a caller whom the role knows is told its own claims that stood in the way', () => {
  test.each<{ name: string; given: Given; claims: ClaimHint[] }>([
    {
      name: 'one that differs, with its value',
      given: { claims: { build_branch: 'topic' } },
      claims: [{ claim: 'build_branch', why: 'differs', value: 'topic' }],
    },
    {
      name: 'all of them, and none that holds',
      given: { claims: { build_branch: 'topic', pipeline_slug: 'other' } },
      claims: [
        { claim: 'build_branch', why: 'differs', value: 'topic' },
        { claim: 'pipeline_slug', why: 'differs', value: 'other' },
      ],
    },
    {
      name: 'one that is absent',
      given: { claims: { build_branch: undefined } },
      claims: [{ claim: 'build_branch', why: 'absent' }],
    },
    {
      name: 'one that is there only when asked for, and how to ask',
      given: { yaml: ROLE.replace('build_branch: main', 'cluster_id: x') },
      claims: [{ claim: 'cluster_id', why: 'absent', add: '--claim cluster_id' }],
    },
    {
      name: 'one of a family that is there only when asked for',
      given: { yaml: ROLE.replace('build_branch: main', '"agent_tag:queue": x') },
      claims: [{ claim: 'agent_tag:queue', why: 'absent', add: '--claim agent_tag:queue' }],
    },
    {
      name: 'one of a wrong type',
      given: { claims: { build_branch: 5 } },
      claims: [{ claim: 'build_branch', why: 'wrong_type', value: '5' }],
    },
    {
      name: 'one that holds a list, without it',
      given: { claims: { build_branch: ['main'] } },
      claims: [{ claim: 'build_branch', why: 'wrong_type' }],
    },
    {
      name: 'the audience',
      given: { claims: { aud: 'https://other.example' } },
      claims: [{ claim: 'aud', why: 'differs', value: 'https://other.example' }],
    },
    {
      name: 'one that cannot be used',
      given: { yaml: TEMPLATE },
      claims: [{ claim: 'step_key', why: 'wrong_type', value: 'null' }],
    },
    { name: 'none when a deny struck', given: { yaml: DENY, claims: { build_source: 'ui' } }, claims: [] },
    { name: 'none when the session is too long', given: { access: { seconds: 901 } }, claims: [] },
  ])('$name', ({ given, claims }) => {
    expect(refused(given).claims).toEqual(claims);
  });

  test.each<{ name: string; value: string; shown: string }>([
    { name: 'control characters', value: 'a\nb\u001b', shown: 'a\\u{a}b\\u{1b}' },
    { name: 'what is not ASCII', value: 'ü😀\u202e', shown: '\\u{fc}\\u{1f600}\\u{202e}' },
    { name: 'a long value', value: 'x'.repeat(129), shown: `${'x'.repeat(125)}...` },
    { name: 'a value that just fits', value: 'x'.repeat(128), shown: 'x'.repeat(128) },
  ])('T66: $name cannot get into a log', ({ value, shown }) => {
    expect(refused({ claims: { build_branch: value } }).claims).toMatchObject([{ value: shown }]);
  });

  test('T59: and never what was expected of them', () => {
    const given: Given[] = [
      { claims: { pipeline_slug: 'other' } },
      { claims: { pipeline_slug: undefined, build_branch: 1 } },
      { yaml: `${ROLE}disabled: "${SECRET}"\n` },
      { claims: { aud: 'https://other.example' } },
    ];
    for (const each of given) expect(JSON.stringify(refused(each))).not.toContain(SECRET);
  });

  test('while the record has the expected values for the operator', () => {
    expect(JSON.stringify(record(denied({ claims: { pipeline_slug: 'other' } })).unmet)).toContain(SECRET);
  });
});

describe('a failure', () => {
  const error = new BrokerError('token_expired', { at: 'exp', detail: 'canary', cause: new Error('canary') });
  const reached: Reached = { decisionId: 'd', at: NOW, protocol: 'oauth', sourceAddress: undefined, ms: {} };
  const outcome: Outcome = { kind: 'failed', reached, error };

  test('tells its code, its words and what was wrong, and no detail', () => {
    expect(answer(outcome)).toMatchObject({
      code: 'token_expired',
      says: CODES.token_expired.says,
      at: 'exp',
      claims: [],
    });
    expect(JSON.stringify(answer(outcome))).not.toContain('canary');
  });

  test('has its detail in the record', () => {
    expect(record(outcome)).toMatchObject({
      outcome: 'failed',
      code: 'token_expired',
      detail: 'canary',
      reason: undefined,
    });
  });
});
