import { describe, expect, test } from 'vitest';
import type { Claims } from '../../../lib/policy/claims.ts';
import { findGains, findScopeGains, type Gain } from '../../../lib/review/compare/difference.ts';
import { createSearchSpace, type GuardedPolicy } from '../../../lib/review/space/space.ts';
import type { IssuerRow } from '../../../lib/token/issuer.ts';
import { BUILDKITE, ISSUERS, NOW, roleFrom, rowsFrom, settingOf } from '../../harness/policy.ts';
import { comparePairs } from './pairs.ts';

function standing(yaml: string, issuers = ISSUERS): GuardedPolicy {
  const rows = rowsFrom(issuers);
  return { role: roleFrom(yaml, settingOf(rows)), row: rows.get(BUILDKITE) as IssuerRow };
}

/** A role of these trust statements, the claims of each beside the tenant. */
function trusting(...claims: string[]): string {
  return `trust:\n${claims.map(each => `  - iss: ${BUILDKITE}\n    claims: { organization_slug: acme${each ? `, ${each}` : ''} }\n`).join('')}`;
}

function asked(from: GuardedPolicy | undefined, to: GuardedPolicy, sample: Claims = {}) {
  const standings = [from, to].filter(each => each !== undefined);
  return { space: createSearchSpace({ issuer: BUILDKITE, standings, from: NOW }), sample };
}

function gained(from: string | undefined, to: string): Gain[] {
  const [before, after] = [from === undefined ? undefined : standing(from), standing(to)];
  return findGains(asked(before, after), before, after);
}

/** The claims that a witness has, of the one gain. */
function claimsOf([gain]: readonly { readonly shown: Gain['shown'] }[]): Claims | undefined {
  return gain && gain.shown !== 'undecided' ? { ...gain.shown.witness.claims } : undefined;
}

describe('newly allowed is', () => {
  test.each<[name: string, from: string, to: string, claims: Claims]>([
    [
      'another branch',
      trusting('build_branch: main'),
      trusting('build_branch: next'),
      { build_branch: 'next' },
    ],
    [
      'what a pattern matches beyond another',
      trusting('build_branch: { matches: "v1*" }'),
      trusting('build_branch: { matches: "v*" }'),
      { build_branch: 'v' },
    ],
    [
      'an untagged build, when null is no longer excluded',
      trusting('build_branch: main, build_tag: { not_equals: null }'),
      trusting('build_branch: main'),
      { build_branch: 'main' },
    ],
    [
      'what a deny struck that is gone',
      `${trusting('build_branch: main')}deny: [{ iss: ${BUILDKITE}, build_source: ui }]\n`,
      trusting('build_branch: main'),
      { build_branch: 'main', build_source: 'ui' },
    ],
    [
      'a claim that is absent, which a deny struck in doubt',
      `${trusting('build_branch: main')}deny: [{ iss: ${BUILDKITE}, queue_key: untrusted }]\n`,
      `${trusting('build_branch: main')}deny: [{ iss: ${BUILDKITE}, claims: { queue_key: untrusted, build_source: ui } }]\n`,
      { build_branch: 'main' },
    ],
  ])('%s', (_name, from, to, claims) => {
    expect(claimsOf(gained(from, to))).toMatchObject({ organization_slug: 'acme', ...claims });
  });

  test('everyone, where there was no role', () => {
    expect(gained(undefined, trusting('build_branch: main'))).toHaveLength(1);
  });

  test('whoever a guard kept out that is looser now', () => {
    const yaml = trusting('pipeline_slug: web');
    const guarded = standing(yaml, '- preset: buildkite\n  require: { build_branch: main }\n');
    expect(claimsOf(findGains(asked(guarded, standing(yaml)), guarded, standing(yaml)))).toMatchObject({
      pipeline_slug: 'web',
    });
  });

  test('another address, with a witness from there', () => {
    const from = (range: string): string =>
      `trust: [{ iss: ${BUILDKITE}, claims: { organization_slug: acme }, request: { source_ip: { in: [${range}] } } }]\n`;
    const [gain] = gained(from('10.0.0.0/8'), from('10.0.0.0/7'));
    expect(gain?.shown).toMatchObject({ witness: { sourceAddress: '11.0.0.0' } });
  });

  test('a later time, with a witness at it', () => {
    const until = (minute: string): string =>
      `trust: [{ iss: ${BUILDKITE}, organization_slug: acme, until: 2027-01-15T08:${minute}:00Z }]\n`;
    const [gain] = gained(until('10'), until('20'));
    expect(gain?.shown).toMatchObject({ witness: { now: expect.any(Number) } });
    expect(gained(until('20'), until('10'))).toEqual([]);
  });
});

describe('nothing is newly allowed by', () => {
  test.each<[name: string, from: string, to: string]>([
    ['the same policy', trusting('build_branch: main'), trusting('build_branch: main')],
    [
      'another order',
      trusting('build_branch: main', 'build_branch: next'),
      trusting('build_branch: next', 'build_branch: main'),
    ],
    [
      'one statement for two',
      trusting('build_branch: main', 'build_branch: next'),
      trusting('build_branch: { in: [main, next] }'),
    ],
    [
      'a pattern within two',
      trusting('build_branch: { matches: "a*" }', 'build_branch: { matches: "b*" }'),
      trusting('build_branch: { matches: ["a1*", "b?"] }'),
    ],
    [
      'a deny more',
      trusting('build_branch: main'),
      `${trusting('build_branch: main')}deny: [{ iss: ${BUILDKITE}, build_source: ui }]\n`,
    ],
    [
      'a role that is disabled',
      trusting('build_branch: main'),
      `disabled: for now\n${trusting('build_branch: next')}`,
    ],
    ['absent where null was allowed', trusting('build_tag: null'), trusting('build_tag: { in: [null] }')],
  ])('%s', (_name, from, to) => {
    expect(gained(from, to)).toEqual([]);
  });
});

test('a witness has the values of a plain job where they fit', () => {
  const [before, after] = [
    standing(trusting('build_branch: main')),
    standing(trusting('build_branch: { matches: "*" }')),
  ];
  const sample = { build_branch: 'feature/login', organization_slug: 'my-organization' };
  expect(claimsOf(findGains(asked(before, after, sample), before, after))).toEqual({
    organization_slug: 'acme',
    build_branch: 'feature/login',
  });
});

describe('scopes', () => {
  const scoped = (...lists: string[]): string =>
    `trust:\n${lists.map((scopes, at) => `  - { iss: ${BUILDKITE}, id: s${at}, scopes: [${scopes}], claims: { organization_slug: acme, build_branch: { matches: "${at === 0 ? 'v*' : '*'}" } } }\n`).join('')}`;
  const between = (from: string, to: string) => {
    const [before, after] = [standing(from), standing(to)];
    return findScopeGains(asked(before, after), before, after);
  };

  test('that a statement gives more are newly given', () => {
    expect(between(scoped('read'), scoped('read, write'))).toMatchObject([
      {
        statement: { id: 's0' },
        scopes: ['write'],
        shown: { witness: { claims: { build_branch: expect.stringMatching(/^v/) } } },
      },
    ]);
  });

  test('of a later statement are newly given where the earlier one is gone', () => {
    const later = scoped('read', 'read, write').replace(/ {2}- \{[^\n]*id: s0[^\n]*\n/, '');
    expect(between(scoped('read', 'read, write'), later)).toMatchObject([
      { statement: { id: 's1' }, scopes: ['write'] },
    ]);
  });

  test('that an earlier statement goes before are not newly given', () => {
    expect(between(scoped('read'), scoped('read', 'read, write'))).toEqual([]);
  });
});

test('on small universes it agrees with trying every request', () => {
  const { found, none, undecided, wrong } = comparePairs(250, 1);
  expect(wrong).toEqual([]);
  expect(undecided).toBe(0);
  // Both happen often, so that neither answer is one that is always given.
  expect(Math.min(found, none)).toBeGreaterThan(100);
});
