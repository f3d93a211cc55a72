import { describe, expect, test } from 'vitest';
import type { Role } from '../../lib/policy/role.ts';
import type { Context } from '../../lib/policy/trust.ts';
import { BUILDKITE, buildkiteClaims, decideFor, GITHUB, NOW, roleFrom, saidOf } from '../harness/policy.ts';

type Changes = { readonly [name: string]: unknown };

function at(seconds: number): string {
  return new Date((NOW + seconds) * 1000).toISOString().replace('.000', '');
}

/** A statement of Buildkite in the flow style, its tenant bound. */
function statement(rest: string, claimed = ''): string {
  return `  - { iss: ${BUILDKITE}, ${rest}claims: { organization_slug: my-organization${claimed} } }\n`;
}
function denial(claimed: string, rest = ''): string {
  return `  - { iss: ${BUILDKITE}, ${rest}claims: { ${claimed} } }\n`;
}

function said(role: Role, changes: Changes = {}, context: Partial<Context> = {}): string {
  return saidOf(decideFor(role, buildkiteClaims(changes), { context }));
}

describe('the first trust statement that holds wins', () => {
  const role = roleFrom(`trust:
${statement('id: releases, scopes: [read, write, delete], ', ', build_branch: release')}${statement(
  'id: main, scopes: [read], ',
  ', build_branch: { in: [main, release] }',
)}${statement('id: everyone, scopes: [read, write], ')}`);

  test.each([
    ['the first', 'release', 'releases', ['read', 'write', 'delete']],
    ['a later one', 'main', 'main', ['read']],
    ['the last', 'dev', 'everyone', ['read', 'write']],
  ])('%s, with its scopes alone', (_name, branch, id, scopes) => {
    const decision = decideFor(role, buildkiteClaims({ build_branch: branch }));
    expect(decision).toMatchObject({ allowed: true, statement: id, grant: { statement: id, scopes } });
  });

  test('no later one is tried', () => {
    const { trace } = decideFor(role, buildkiteClaims({ build_branch: 'main' }));
    expect(trace.statements.map(({ id, applies }) => [id, applies])).toEqual([
      ['releases', false],
      ['main', true],
    ]);
  });

  test.each<[string, readonly string[] | undefined, readonly string[]]>([
    ['all of them when none is requested', undefined, ['read', 'write']],
    ['those requested, in the order of the policy', ['write', 'read'], ['read', 'write']],
    ['one of them', ['write'], ['write']],
    ['none when none is wanted', [], []],
  ])('scopes are granted: %s', (_name, requested, granted) => {
    const decision = decideFor(role, buildkiteClaims({ build_branch: 'dev' }), {
      access: { scopes: requested },
    });
    expect(decision).toMatchObject({ allowed: true, grant: { scopes: granted } });
  });

  test.each([
    ['one that no statement has', ['admin'], 'admin'],
    ['T40: one that only another statement has', ['read', 'delete'], 'delete'],
    ['one in another case', ['Read'], 'Read'],
  ])('scopes are denied: %s', (_name, scopes, concerns) => {
    const decision = decideFor(role, buildkiteClaims({ build_branch: 'dev' }), { access: { scopes } });
    expect(decision).toMatchObject({
      allowed: false,
      reason: 'scope_beyond_grant',
      statement: 'everyone',
      concerns,
    });
  });

  test('a statement without scopes grants none', () => {
    const decision = decideFor(roleFrom(`trust:\n${statement('')}`), buildkiteClaims());
    expect(decision).toMatchObject({ allowed: true, grant: { scopes: [] } });
  });
});

describe('a deny statement', () => {
  const role = roleFrom(`trust:
${statement('')}deny:
${denial('queue_key: untrusted', 'id: queue, ')}${denial('build_source: ui, build_branch: { not_equals: main }', 'id: by hand, ')}`);

  test.each<[string, Changes, string]>([
    ['does not strike when one of its conditions is false', { queue_key: 'default' }, 'allowed by trust[0]'],
    ['strikes when all are true', { queue_key: 'untrusted' }, 'explicitly_denied'],
    ['T25: strikes when the claim is absent', {}, 'explicitly_denied'],
    ['T26: strikes when the claim is of another type', { queue_key: 5 }, 'explicitly_denied'],
    ['T27: strikes when the claim is an array', { queue_key: ['default'] }, 'explicitly_denied'],
    ['T28: strikes when the claim is no safe integer', { queue_key: Number.NaN }, 'explicitly_denied'],
    ['does not strike on null, which is not the text', { queue_key: null }, 'allowed by trust[0]'],
    [
      'strikes when one condition is true and the other in doubt',
      { queue_key: 'default', build_source: 'ui', build_branch: undefined },
      'explicitly_denied',
    ],
    [
      'does not strike when one is in doubt and the other false',
      { queue_key: 'default', build_source: 'webhook', build_branch: undefined },
      'allowed by trust[0]',
    ],
  ])('%s', (_name, changes, expected) => {
    expect(said(role, changes)).toBe(expected);
  });

  test('is named by the decision, and wins over any trust statement', () => {
    const decision = decideFor(
      role,
      buildkiteClaims({ queue_key: 'default', build_source: 'ui', build_branch: 'dev' }),
    );
    expect(decision).toMatchObject({ reason: 'explicitly_denied', statement: 'by hand' });
  });

  test('of another issuer does not strike', () => {
    const other = roleFrom(`trust:\n${statement('')}deny:\n  - { iss: ${GITHUB}, actor: evil }\n`);
    expect(said(other)).toBe('allowed by trust[0]');
  });

  test.each([
    ['strikes before its until', at(1), 'explicitly_denied'],
    ['is as if it were not there at its until', at(0), 'allowed by trust[0]'],
    ['is as if it were not there after its until', at(-1), 'allowed by trust[0]'],
  ])('%s', (_name, until, expected) => {
    const expiring = roleFrom(
      `trust:\n${statement('')}deny:\n${denial('build_branch: main', `until: ${until}, `)}`,
    );
    expect(said(expiring)).toBe(expected);
  });
});

describe('a trust statement does not hold in doubt', () => {
  test.each<[string, string, Changes]>([
    ['T25: an absent claim', 'build_branch: main', { build_branch: undefined }],
    [
      'T25: an absent claim under not_equals',
      'build_branch: { not_equals: dev }',
      { build_branch: undefined },
    ],
    ['T25: an absent optional claim under not_in', 'queue_key: { not_in: [untrusted] }', {}],
    ['T25: null under not_equals', 'build_tag: { not_equals: v1 }', { build_tag: null }],
    ['T26: null under matches', 'build_tag: { matches: "*" }', { build_tag: null }],
    ['T26: another type', 'build_branch: { matches: "*" }', { build_branch: 5 }],
    ['T27: an array', 'build_branch: main', { build_branch: ['main'] }],
    ['T28: a fraction', 'build_number: { not_equals: 7 }', { build_number: 5.5 }],
    ['one false among several operators', 'build_branch: { matches: "*", not_equals: main }', {}],
  ])('%s', (_name, claimed, changes) => {
    expect(said(roleFrom(`trust:\n${statement('', `, ${claimed}`)}`), changes)).toBe('no_statement_holds');
  });
});

describe('Buildkite’s build_tag and step_key, absent, are read as null', () => {
  test.each(['build_tag', 'step_key'])('%s', name => {
    const role = roleFrom(`trust:\n${statement('', `, ${name}: null`)}`);
    expect(said(role, { [name]: undefined })).toBe('allowed by trust[0]');
    expect(said(role, { [name]: null })).toBe('allowed by trust[0]');
    expect(said(role, { [name]: 'v1' })).toBe('no_statement_holds');
  });

  test('so a deny on a pattern of tags does not strike untagged builds', () => {
    const role = roleFrom(`trust:\n${statement('')}deny:\n${denial('build_tag: { matches: "v*" }')}`);
    expect(said(role, { build_tag: undefined })).toBe('allowed by trust[0]');
    expect(said(role, { build_tag: 'v1' })).toBe('explicitly_denied');
  });

  test('no other claim is', () => {
    const role = roleFrom(`trust:\n${statement('', ', cluster_id: null')}`);
    expect(said(role, { cluster_id: null })).toBe('allowed by trust[0]');
    expect(said(role)).toBe('no_statement_holds');
  });
});

describe('the source address', () => {
  const trusted = roleFrom(
    `trust:\n${statement('request: { source_ip: { in: [203.0.113.0/24], not_in: [203.0.113.9] } }, ')}`,
  );
  const denied = roleFrom(
    `trust:\n${statement('')}deny:\n${denial('build_source: webhook', 'request: { source_ip: { not_in: [203.0.113.0/24] } }, ')}`,
  );

  test.each<[string, string | undefined, string, string]>([
    ['inside', '203.0.113.7', 'allowed by trust[0]', 'allowed by trust[0]'],
    ['IPv4-mapped, unwrapped', '::ffff:203.0.113.7', 'allowed by trust[0]', 'allowed by trust[0]'],
    ['outside', '198.51.100.7', 'no_statement_holds', 'explicitly_denied'],
    ['of the other family', '2001:db8::1', 'no_statement_holds', 'explicitly_denied'],
    ['unknown', undefined, 'no_statement_holds', 'explicitly_denied'],
    ['malformed', '203.0.113.7, 198.51.100.7', 'no_statement_holds', 'explicitly_denied'],
  ])('%s', (_name, sourceAddress, byTrust, byDeny) => {
    expect(said(trusted, {}, { sourceAddress })).toBe(byTrust);
    expect(said(denied, {}, { sourceAddress })).toBe(byDeny);
  });

  test('no claim stands in for it', () => {
    expect(said(trusted, { source_ip: '203.0.113.7' })).toBe('no_statement_holds');
  });
});
