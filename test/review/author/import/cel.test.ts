import { describe, expect, test } from 'vitest';
import { importCel } from '../../../../lib/review/author/import/cel.ts';
import { GITHUB } from '../../../harness/policy.ts';

const MAPPING = {
  'google.subject': 'assertion.sub',
  'attribute.repository': 'assertion.repository',
  'attribute.x': 'assertion.sub.lowerAscii()',
};

function trustOf(condition: string) {
  return importCel({ issuer: GITHUB, condition, mapping: MAPPING }).trust;
}
const OWNER = { repository_owner: { equals: 'acme' } };

describe('a condition of CEL is carried over:', () => {
  test.each<[condition: string, claims: object[]]>([
    ['assertion.repository_owner == "acme"', [OWNER]],
    [
      "assertion.repository_owner == 'acme' && assertion.ref == 'refs/heads/main'",
      [{ ...OWNER, ref: { equals: 'refs/heads/main' } }],
    ],
    ['(assertion["repository_owner"] == "acme")', [OWNER]],
    ['attribute.repository in ["acme/web", "acme/api"]', [{ repository: { in: ['acme/web', 'acme/api'] } }]],
    ['assertion.repository.startsWith("acme/")', [{ repository: { matches: 'acme/*' } }]],
    [
      'assertion.repository_owner == "acme" && assertion.ref.endsWith("/main")',
      [{ ...OWNER, ref: { matches: '*/main' } }],
    ],
    [
      'assertion.repository_owner == "acme" && (assertion.ref == "refs/heads/a" || assertion.ref == "refs/heads/b")',
      [{ ...OWNER, ref: { in: ['refs/heads/a', 'refs/heads/b'] } }],
    ],
    [
      'assertion.repository_owner == "acme" || assertion.repository_owner == "beta"',
      [{ repository_owner: { in: ['acme', 'beta'] } }],
    ],
    [
      'assertion.repository_owner == "acme" && assertion.ref == "a" || assertion.repository_owner == "beta"',
      [{ ...OWNER, ref: { equals: 'a' } }, { repository_owner: { equals: 'beta' } }],
    ],
    [
      'assertion.repository_owner == "acme" && assertion.event_name != "pull_request"',
      [{ ...OWNER, event_name: { not_equals: 'pull_request' } }],
    ],
    [
      'google.subject == "repo:acme@65/web@74:environment:prod"',
      [expect.objectContaining({ repository_id: { equals: '74' }, environment: { equals: 'prod' } })],
    ],
  ])('%s', (condition, claims) => {
    expect(trustOf(condition).map(({ draft }) => draft?.claims)).toEqual(claims);
  });
});

describe('a condition of CEL is left out, with the part that is the reason:', () => {
  test.each<[condition: string, reason: string]>([
    ['assertion.repository_owner == "acme" && !assertion.ref.startsWith("x")', 'not understood'],
    ['assertion.repository_owner == "acme" && assertion.ref.matches("^x")', 'matches'],
    ['assertion.repository_owner == "acme" && attribute.x == "a"', 'attribute.x'],
    ['assertion.repository_owner == "acme" && assertion.run_id > 5', '> 5'],
    ['assertion.repository_owner == "acme" && assertion.ref.startsWith("a*")', '"a*"'],
    [
      'assertion.repository_owner == "acme" && (assertion.ref == "a" || assertion.actor == "b")',
      'several claims',
    ],
    ['assertion.repository_owner == "acme" && "a" in assertion.groups', 'not understood'],
    ['assertion.repository_owner == "acme" && assertion.ref "in" ["a"]', 'has no counterpart'],
    ['assertion.repository_owner in assertion.x', 'no list'],
    ['assertion.ref == "refs/heads/main"', 'Bind'],
  ])('%s', (condition, reason) => {
    const [entry] = trustOf(condition);
    expect(entry?.draft).toBeUndefined();
    expect(entry?.notes.map(({ says }) => says).join()).toContain(reason);
  });
});

test('who may act as a service account is not in the condition, and that is said', () => {
  const { notes } = importCel({
    issuer: GITHUB,
    condition: 'assertion.repository_owner == "acme"',
    mapping: {},
  });
  expect(notes.some(({ exact, says }) => !exact && says.includes('principalSet'))).toBe(true);
});
