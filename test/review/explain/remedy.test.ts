import { describe, expect, test } from 'vitest';
import type { AccessRequest, Decision } from '../../../lib/policy/decide.ts';
import type { Role } from '../../../lib/policy/role.ts';
import type { Context } from '../../../lib/policy/trust.ts';
import { findRemedies, type Remedies } from '../../../lib/review/explain/remedy.ts';
import { BUILDKITE, buildkiteClaims, decideFor, GITHUB, roleFrom } from '../../harness/policy.ts';

type Changes = { readonly [name: string]: unknown };
type Asked = { readonly access?: Partial<AccessRequest>; readonly context?: Partial<Context> };

function askFor(claim: string): string | undefined {
  return claim.startsWith('queue_') || claim.startsWith('cluster_') ? `--claim ${claim}` : undefined;
}
function of(decision: Decision): Remedies {
  return findRemedies(decision, askFor);
}

const ROLE = roleFrom(`trust:
  - iss: ${BUILDKITE}
    id: main of mine
    scopes: [read, write]
    claims: { organization_slug: my-organization, build_branch: { in: [main, next] }, queue_key: deploy }
  - iss: ${GITHUB}
    id: of GitHub
    claims: { repository: acme/web }
deny:
  - iss: ${BUILDKITE}
    id: untrusted
    claims: { cluster_id: untrusted, build_source: ui }
session: { seconds: 600, max_seconds: 900 }
`);
function told(changes: Changes = {}, asked: Asked = {}): Remedies {
  return of(decideFor(ROLE, buildkiteClaims(changes), asked));
}

/** A role with one condition beside the one that binds, as flow YAML. */
function withClaim(claim: string, more = ''): Role {
  return roleFrom(
    `trust: [{ iss: ${BUILDKITE}, id: one, claims: { organization_slug: my-organization, ${claim} }${more} }]\n`,
  );
}

describe('the step is told', () => {
  test.each<[string, Changes, Asked, string[]]>([
    ['the flag that makes it send what is absent', {}, {}, ['--claim queue_key']],
    ['the value that differs, and what is wanted', { build_branch: 'dev' }, {}, ['"dev"', '"main", "next"']],
    ['the value of another type', { queue_key: ['deploy'] }, {}, ['["deploy"]', '"deploy"']],
    ['the claim that a deny missed, and its flag', { build_source: 'ui' }, {}, ['--claim cluster_id']],
    [
      'the audience',
      { aud: 'https://other.example' },
      {},
      ['https://sts.test.example', 'https://other.example'],
    ],
    ['the scope beyond the grant', { queue_key: 'deploy' }, { access: { scopes: ['admin'] } }, ['admin']],
    ['that its session is too long', { queue_key: 'deploy' }, { access: { seconds: 901 } }, ['shorter']],
    ['that its session is too short', { queue_key: 'deploy' }, { access: { seconds: 1 } }, ['longer']],
  ])('%s', (_name, changes, asked, parts) => {
    const said = told(changes, asked).step.join('\n');
    for (const part of parts) expect(said).toContain(part);
  });

  test('one thing for each claim, and none of what is met', () => {
    expect(told({ build_branch: 'dev' }).step).toHaveLength(2);
    expect(told({ build_branch: 'dev' }).step.join('')).not.toContain('organization_slug');
  });

  test('one thing alone of a claim that two conditions miss', () => {
    const twice = withClaim('queue_key: { in: [a, b], not_equals: b }');
    expect(of(decideFor(twice, buildkiteClaims())).step).toHaveLength(1);
  });

  test('only what a deny missed, not what it found of another type', () => {
    const { step } = told({ build_source: ['ui'] });
    expect(step).toHaveLength(1);
    expect(step[0]).toContain('cluster_id');
  });

  test('that an address is unknown, and no flag for it', () => {
    const office = withClaim('build_branch: main', ', request: { source_ip: { in: [203.0.113.0/24] } }');
    expect(of(decideFor(office, buildkiteClaims())).step.join('')).not.toContain('--claim');
  });
});

describe("the policy's author is told what would let this job in", () => {
  test.each<[string, string, Changes, string]>([
    ['one value more', 'build_branch: main', { build_branch: 'dev' }, 'build_branch: { in: [main, dev] }'],
    [
      'one value more of several',
      'pipeline_slug: { in: [a, b] }',
      {},
      'pipeline_slug: { in: [a, b, my-pipeline] }',
    ],
    ['null', 'build_tag: v1', {}, 'build_tag: { in: [v1, null] }'],
    ['one pattern more', 'build_branch: { matches: "v*" }', {}, 'build_branch: { matches: ["v*", main] }'],
    ['one value less', 'build_branch: { not_in: [main, dev] }', {}, 'build_branch: { not_in: [dev] }'],
    ['no such condition', 'build_branch: { not_equals: main }', {}, 'build_branch: no not_equals'],
    ['no such condition on a list of one', 'build_branch: { not_in: [main] }', {}, 'build_branch: no not_in'],
  ])('%s', (_name, claim, changes, says) => {
    expect(of(decideFor(withClaim(claim), buildkiteClaims(changes))).policy).toEqual([`In "one": ${says}`]);
  });

  test('one address more', () => {
    const office = withClaim('build_branch: main', ', request: { source_ip: { in: [203.0.113.0/24] } }');
    const decision = decideFor(office, buildkiteClaims(), { context: { sourceAddress: '198.51.100.7' } });
    expect(of(decision).policy).toEqual([
      'In "one": request: { source_ip: { in: ["203.0.113.0/24", "198.51.100.7"] } }',
    ]);
  });

  test.each<[string, Changes, Asked]>([
    ['of a scope', { queue_key: 'deploy' }, { access: { scopes: ['admin'] } }],
    ['of a longest session', { queue_key: 'deploy' }, { access: { seconds: 901 } }],
    ['of an issuer that no statement names', { iss: 'https://plain.example' }, {}],
  ])('%s', (_name, changes, asked) => {
    expect(told(changes, asked).policy).toHaveLength(1);
  });

  test('that the role is disabled', () => {
    const off = roleFrom(`disabled: it is being moved\ntrust: [{ iss: ${GITHUB}, repository: acme/web }]\n`);
    expect(of(decideFor(off, buildkiteClaims({ iss: GITHUB, repository: 'acme/web' }))).policy).toHaveLength(
      1,
    );
  });

  test.each<[string, string, Changes]>([
    ['what is absent', 'queue_key: deploy', {}],
    ['a list under an operator for one value', 'build_branch: main', { build_branch: ['main'] }],
    ['an element of a list', '"/a/b": { contains: x }', { a: { b: ['y'] } }],
    ['a text with what is special in a pattern', 'build_branch: { matches: "v*" }', { build_branch: 'a*b' }],
    [
      'T31: anything, when the caller is of another tenant',
      'build_branch: main',
      { organization_slug: 'acme-evil', build_branch: 'dev' },
    ],
  ])('nothing of %s', (_name, claim, changes) => {
    expect(of(decideFor(withClaim(claim), buildkiteClaims(changes))).policy).toEqual([]);
  });
});

test.each<[string, Changes, Asked]>([
  ['an allowance', { queue_key: 'deploy' }, {}],
  ['a deny whose conditions are all true', { build_source: 'ui', cluster_id: 'untrusted' }, {}],
  ['another kind of credential', { queue_key: 'deploy' }, { access: { kinds: ['aws'] } }],
])('nothing is to be changed for %s', (_name, changes, asked) => {
  expect(told(changes, asked)).toEqual({ step: [], policy: [] });
});

describe('P16: of a deny on a claim that no flag adds', () => {
  const staging = roleFrom(`trust: [{ iss: ${GITHUB}, repository: acme/web }]
deny: [{ iss: ${GITHUB}, id: no staging, environment: staging }]
`);
  const { step, policy } = of(decideFor(staging, buildkiteClaims({ iss: GITHUB, repository: 'acme/web' })));

  test('nobody is told to send it', () => {
    expect(step.join()).toContain('environment');
    expect(step.join()).not.toContain('send');
  });

  test('its author is told whom it strikes', () => {
    expect(policy).toHaveLength(1);
    expect(policy[0]).toMatch(/^"no staging" denies every job that has no environment\./);
  });
});

test('P26: each remedy has what it opens beside it', () => {
  const decision = decideFor(withClaim('build_source: webhook'), buildkiteClaims({ build_source: 'ui' }));
  const seen: unknown[] = [];
  const { policy } = findRemedies(decision, askFor, ({ statement, operator, operands }) => {
    seen.push([statement, operator, operands]);
    return '. It opens much';
  });
  expect(policy).toEqual(['In "one": build_source: { in: [webhook, ui] }. It opens much']);
  expect(seen).toEqual([['one', 'in', ['webhook', 'ui']]]);
});
