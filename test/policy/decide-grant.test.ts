import { describe, expect, test } from 'vitest';
import type { Claims } from '../../lib/policy/claims.ts';
import type { AccessRequest, Grant } from '../../lib/policy/decide.ts';
import type { Role } from '../../lib/policy/role.ts';
import {
  AUDIENCE,
  BUILDKITE,
  buildkiteClaims,
  claims,
  decideFor,
  GITHUB,
  githubClaims,
  NOW,
  roleFrom,
  rowsFrom,
  saidOf,
  settingOf,
} from '../harness/policy.ts';

function at(seconds: number): string {
  return new Date((NOW + seconds) * 1000).toISOString().replace('.000', '');
}
function trust(rest = ''): string {
  return `trust:\n  - { iss: ${BUILDKITE}, ${rest}organization_slug: my-organization }\n`;
}
const SESSION = 'session: { seconds: 300, max_seconds: 600 }\n';
const AWS = 'aws: { role_arn: "arn:aws:iam::123456789012:role/deploy" }\n';

function decided(role: Role, access: Partial<AccessRequest> = {}, now = NOW) {
  return decideFor(role, buildkiteClaims(), { access, context: { now } });
}
function grantOf(role: Role, access: Partial<AccessRequest> = {}, made = buildkiteClaims()): Grant {
  const decision = decideFor(role, made, { access });
  if (!decision.allowed) throw new Error(decision.reason);
  return decision.grant;
}

test('a grant says who, by which statement, and what', () => {
  expect(grantOf(roleFrom(trust()))).toEqual({
    role: 'tested',
    statement: 'trust[0]',
    principal: { issuer: BUILDKITE, subject: buildkiteClaims()['sub'] },
    seconds: 900,
    scopes: [],
    sessionName: {
      group: 'my-pipeline',
      run: '5',
      key: [BUILDKITE, '01945ecf-80f0-41e8-9b83-a2970a9305a1', 'tested'],
    },
    target: { kind: 'jwt', audience: 'https://api.test.example', subject: 'role:tested', claims: {} },
  });
});

describe('the session is named by the claims of its issuer', () => {
  test('of GitHub', () => {
    const role = roleFrom(`trust:\n  - { iss: ${GITHUB}, repository: acme/web }\n`);
    expect(grantOf(role, {}, githubClaims()).sessionName).toEqual({
      group: 'acme/web',
      run: '15',
      key: [GITHUB, '1658821493', 'tested'],
    });
  });

  test('or by the subject, where such a claim is absent or no text', () => {
    const made = buildkiteClaims({ sub: 'who', pipeline_slug: ['x'], build_number: undefined, job_id: null });
    expect(grantOf(roleFrom(trust()), {}, made).sessionName).toEqual({
      group: 'who',
      run: '',
      key: [BUILDKITE, 'who', 'tested'],
    });
  });
});

describe('a session lasts', () => {
  test.each<[string, string, number | undefined, number]>([
    ['what the role says', trust() + SESSION, undefined, 300],
    ['what the caller asks for', trust() + SESSION, 120, 120],
    ['up to the greatest of the role', trust() + SESSION, 600, 600],
    ['no less than the least of its kind', trust() + SESSION, 60, 60],
    ['no longer than the statement’s until', trust(`until: ${at(200)}, `) + SESSION, undefined, 200],
    ['no longer than the until, whatever is asked for', trust(`until: ${at(200)}, `) + SESSION, 600, 200],
    ['as asked for, when the until is further', trust(`until: ${at(200)}, `) + SESSION, 100, 100],
    [
      'the least of its kind, when the until is as near',
      trust(`until: ${at(60)}, `) + SESSION,
      undefined,
      60,
    ],
  ])('%s', (_name, yaml, seconds, lasts) => {
    expect(grantOf(roleFrom(yaml), { seconds }).seconds).toBe(lasts);
  });

  test('whole seconds, also between two', () => {
    expect(decided(roleFrom(trust(`until: ${at(200)}, `)), {}, NOW + 0.5)).toMatchObject({
      grant: { seconds: 199 },
    });
  });
});

describe('a session is denied', () => {
  test.each<[string, string, number | undefined, string]>([
    ['beyond the greatest of the role', trust() + SESSION, 601, 'seconds_above_maximum'],
    ['below the least of jwt', trust() + SESSION, 59, 'seconds_below_minimum'],
    ['T45: below the least of AWS', trust() + AWS, 899, 'seconds_below_minimum'],
    ['T45: beyond role chaining', trust() + AWS, 3601, 'seconds_above_maximum'],
    ['of no time', trust() + SESSION, 0, 'seconds_below_minimum'],
    ['of negative time', trust() + SESSION, -1, 'seconds_below_minimum'],
    ['when the until has passed', trust(`until: ${at(0)}, `), undefined, 'no_statement_holds'],
    [
      'when the until is nearer than the least of jwt',
      trust(`until: ${at(59)}, `),
      undefined,
      'no_statement_holds',
    ],
    [
      'when the until is nearer than the least of AWS',
      trust(`until: ${at(899)}, `) + AWS,
      undefined,
      'no_statement_holds',
    ],
  ])('%s', (_name, yaml, seconds, reason) => {
    expect(saidOf(decided(roleFrom(yaml), { seconds }))).toBe(reason);
  });
});

test.each([
  ['has passed', 0],
  ['is too near', 59],
])('a statement whose until %s does not shadow a later one', (_name, left) => {
  const role = roleFrom(`${trust(`until: ${at(left)}, `)}${trust('id: later, ').replace('trust:\n', '')}`);
  expect(saidOf(decided(role))).toBe('allowed by later');
});

describe('T19: the audience is the role’s own', () => {
  const OWN = 'https://deploy.test.example';
  const general = roleFrom(trust());
  const own = roleFrom(`audience: ${OWN}\n${trust()}`);

  test.each<[string, Role, unknown, string]>([
    ['the broker’s', general, AUDIENCE, 'allowed by trust[0]'],
    ['its own, which replaces the broker’s', own, OWN, 'allowed by trust[0]'],
    ['the broker’s where it has its own', own, AUDIENCE, 'audience_differs'],
    ['another role’s', general, OWN, 'audience_differs'],
    ['one with a slash more', general, `${AUDIENCE}/`, 'audience_differs'],
    ['one in another case', general, AUDIENCE.toUpperCase(), 'audience_differs'],
  ])('%s', (_name, role, aud, expected) => {
    expect(saidOf(decideFor(role, buildkiteClaims({ aud })))).toBe(expected);
  });

  const FIXED = 'api://vendor';
  const setting = settingOf(
    rowsFrom(`- preset: buildkite\n  audiences: ['${FIXED}']\n- preset: github-actions\n`),
  );
  test.each<[string, string, Claims, string]>([
    ['one that the row of the issuer names', trust(), buildkiteClaims({ aud: FIXED }), 'allowed by trust[0]'],
    ['the broker’s beside it', trust(), buildkiteClaims(), 'allowed by trust[0]'],
    ['one that the row of another issuer names', trust(), githubClaims({ aud: FIXED }), 'audience_differs'],
    [
      'that of the row where the role has its own',
      `audience: ${OWN}\n${trust()}`,
      buildkiteClaims({ aud: FIXED }),
      'audience_differs',
    ],
  ])('%s', (_name, yaml, made, expected) => {
    expect(saidOf(decideFor(roleFrom(yaml, setting), made))).toBe(expected);
  });

  test('a mismatch comes before a deny that would strike', () => {
    const role = roleFrom(`${trust()}deny:\n  - { iss: ${BUILDKITE}, build_branch: main }\n`);
    expect(saidOf(decideFor(role, buildkiteClaims({ aud: OWN })))).toBe('audience_differs');
  });
});

describe('a role that is disabled', () => {
  const role = roleFrom(`disabled: The account moves on Monday\n${trust()}`);

  test('is denied with its reason', () => {
    expect(decided(role)).toMatchObject({ reason: 'role_disabled', concerns: 'The account moves on Monday' });
  });

  test('is no news to those whom it would not have trusted', () => {
    expect(saidOf(decideFor(role, buildkiteClaims({ organization_slug: 'evil' })))).toBe(
      'no_statement_holds',
    );
  });
});

test('a kind of credential that the role does not give is denied', () => {
  expect(saidOf(decided(roleFrom(trust()), { kinds: ['jwt'] }))).toBe('allowed by trust[0]');
  expect(saidOf(decided(roleFrom(trust()), { kinds: ['aws'] }))).toBe('kind_differs');
});

test('a token of an issuer that the role does not know is denied', () => {
  const made = claims({ ...buildkiteClaims(), iss: GITHUB });
  expect(saidOf(decideFor(roleFrom(trust()), made))).toBe('no_statement_holds');
});
