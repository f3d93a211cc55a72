import { describe, expect, test } from 'vitest';
import type { Claims } from '../../lib/policy/claims.ts';
import { decideMethod } from '../../lib/policy/method.ts';
import { assumeVerified } from '../../lib/review/assume.ts';
import { BUILDKITE, buildkiteClaims, GITHUB, githubClaims, NOW } from '../harness/policy.ts';
import { METHODS, REGISTRY_AUDIENCE, registryFrom } from '../harness/registry.ts';

function at(seconds: number): string {
  return new Date((NOW + seconds) * 1000).toISOString().replace('.000', '');
}

const REGISTRY = registryFrom(`${METHODS}
trust:
  - iss: ${BUILDKITE}
    id: readers
    scopes: [read_packages]
    claims: { organization_slug: my-organization, build_branch: { not_equals: main } }
  - iss: ${BUILDKITE}
    id: everything
    scopes: [read_packages, write_packages, delete_packages]
    claims: { organization_slug: my-organization }
  - iss: ${GITHUB}
    id: for a minute
    until: ${at(60)}
    scopes: [read_packages]
    claims: { repository: acme/web }
deny:
  - iss: ${BUILDKITE}
    id: untrusted
    claims: { queue_key: untrusted }
`);

function decided(method: string, claims: Claims, now = NOW) {
  return decideMethod(REGISTRY, assumeVerified({ ...claims, aud: claims['aud'] ?? null }, REGISTRY), method, {
    now,
    sourceAddress: undefined,
  });
}
function mine(changes: object = {}): Claims {
  return buildkiteClaims({ aud: REGISTRY_AUDIENCE, queue_key: 'default', ...changes });
}
const hers = githubClaims({ aud: REGISTRY_AUDIENCE });

describe('a method is allowed', () => {
  test.each([
    ['GET with the reading scope', 'GET', mine({ build_branch: 'dev' }), 'readers', 1],
    ['DELETE where it is granted', 'DELETE', mine(), 'everything', 3],
    ['GET, with all scopes of the statement handed on', 'GET', mine(), 'everything', 3],
  ])('%s', (_name, method, claims, statement, scopes) => {
    const decision = decided(method, claims);
    expect(decision).toMatchObject({ allowed: true, statement });
    expect(decision.allowed && decision.scopes).toHaveLength(scopes);
  });

  test('until the very end of its statement', () => {
    expect([59, 60].map(later => decided('GET', hers, NOW + later).allowed)).toEqual([true, false]);
  });
});

describe('a method is denied', () => {
  test.each([
    [
      'the first statement that holds decides, though a later one would grant it',
      'PUT',
      mine({ build_branch: 'dev' }),
      { reason: 'method_beyond_grant', statement: 'readers', concerns: 'write_packages' },
    ],
    ['a method that is not listed', 'POST', mine(), { reason: 'method_not_listed', statement: 'everything' }],
    ['a method in small letters', 'put', mine(), { reason: 'method_not_listed' }],
    ['T29: a method by a name of JavaScript', 'constructor', mine(), { reason: 'method_not_listed' }],
    ['T40: a deny', 'GET', mine({ queue_key: 'untrusted' }), { reason: 'explicitly_denied' }],
    ['T25: a deny in doubt', 'GET', mine({ queue_key: undefined }), { reason: 'explicitly_denied' }],
    [
      'another organization, whatever the method',
      'POST',
      mine({ organization_slug: 'evil' }),
      { reason: 'no_statement_holds' },
    ],
    ['T19: another audience', 'GET', mine({ aud: 'https://other.example' }), { reason: 'audience_differs' }],
  ])('%s', (_name, method, claims, expected) => {
    expect(decided(method, claims)).toMatchObject({ allowed: false, ...expected });
  });
});
