import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createAuditEvent } from '../../../lib/audit/event.ts';
import type { Decision } from '../../../lib/policy/decide.ts';
import type { AwsTarget } from '../../../lib/policy/targets/aws.ts';
import { drawRecord } from '../../../lib/record.ts';
import { explainDecision } from '../../../lib/review/explain/explain.ts';
import { BUILDKITE, buildkiteClaims, decideFor, refusalsOf, roleFrom, saidOf } from '../../harness/policy.ts';
import { takeWhole, testRefusals } from '../../harness/refusals.ts';
import { table } from '../../harness/table.ts';

/** A role with this under `tags:`, on line 5 from column 9; its statement has these further claims. */
function tagged(tags: string, claims = ''): string {
  return [
    'trust:',
    `  - { iss: ${BUILDKITE}, claims: { organization_slug: my-organization, pipeline_slug: my-pipeline${claims} } }`,
    'aws:',
    '  role_arn: arn:aws:iam::123456789012:role/deploy',
    `  tags: ${tags}`,
    '',
  ].join('\n');
}

const BRANCH = '{ branch: { value: "${build_branch}", else: unusable } }';

function decided(yaml: string, changes: { readonly [name: string]: unknown }): Decision {
  return decideFor(roleFrom(yaml), buildkiteClaims(changes));
}

function targetOf(decision: Decision): AwsTarget {
  if (!decision.allowed || decision.grant.target.kind !== 'aws') throw new Error(saidOf(decision));
  return decision.grant.target;
}

describe('S9: a tag is sent as the claim is', () => {
  test.each(['feature/größe', 'feature/my branch', 'Pin system tests', '日本語', 'x'.repeat(256)])(
    '%s',
    branch => {
      const { tags, replaced } = targetOf(
        decided(tagged('{ branch: "${build_branch}" }'), { build_branch: branch }),
      );
      expect(tags).toEqual([{ key: 'branch', value: branch }]);
      expect(replaced).toBeUndefined();
    },
  );
});

describe('S10, R16: where a claim cannot stand, the literal of the tag is sent', () => {
  test.each<[string, unknown]>([
    ['a hash', 'fix#1'],
    ['brackets', 'dependabot[bot]'],
    ['null', null],
    ['absent', undefined],
    ['empty', ''],
    ['a list', ['main']],
    ['too long', 'x'.repeat(257)],
  ])('%s', (_name, branch) => {
    const { tags, replaced } = targetOf(decided(tagged(BRANCH), { build_branch: branch }));
    expect(tags).toEqual([{ key: 'branch', value: 'unusable' }]);
    expect(replaced).toMatchObject([{ claim: 'build_branch', place: 'aws.tags.branch' }]);
  });

  test('via web_identity as well, whose tags ride in our JWT', () => {
    const yaml = tagged(BRANCH).replace('aws:\n', 'aws:\n  via: web_identity\n');
    expect(targetOf(decided(yaml, { build_branch: 'fix#1' }))).toMatchObject({
      via: 'web_identity',
      tags: [{ key: 'branch', value: 'unusable' }],
    });
  });

  test('and never in place of a claim of another tag', () => {
    const yaml = tagged('{ a: { value: "${build_branch}", else: unusable }, b: "${build_branch}" }');
    expect(decided(yaml, { build_branch: 'fix#1' })).toMatchObject({
      reason: 'claim_not_usable',
      unusable: { place: 'aws.tags.b' },
    });
  });
});

describe('T46: a job whose claim is the literal itself is not one of those for whom it stands', () => {
  test('it is denied', () => {
    expect(decided(tagged(BRANCH), { build_branch: 'unusable' })).toMatchObject({
      reason: 'claim_not_usable',
      unusable: { claim: 'build_branch', why: 'is_else' },
    });
  });

  test('for every branch: the tag is the branch, or the literal and said so, or there is no session', () => {
    const role = roleFrom(tagged(BRANCH));
    const branch = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('unusable', 'unusable ', 'Unusable'),
    );
    fc.assert(
      fc.property(branch, value => {
        const decision = decideFor(role, buildkiteClaims({ build_branch: value }));
        expect(decision.allowed).toBe(value !== 'unusable');
        if (!decision.allowed) return;
        const { tags, replaced } = targetOf(decision);
        expect(tags).toEqual([{ key: 'branch', value: replaced ? 'unusable' : value }]);
      }),
    );
  });

  test('two parts that are sound alone and deceive together', () => {
    const yaml = tagged('{ t: "${pipeline_slug}${build_branch}" }').replace(
      'pipeline_slug: my-pipeline',
      'pipeline_slug: { matches: "*" }',
    );
    const join = (slug: string, branch: string) =>
      decided(yaml, { pipeline_slug: slug, build_branch: branch });
    // The two halves of one syllable, which is another code point once they meet.
    expect(join('ᄀ', 'ᅡ')).toMatchObject({ unusable: { why: 'not_composed' } });
    expect(join('a/', '..b')).toMatchObject({ allowed: true });
  });
});

describe('a role is refused for an else', () => {
  testRefusals(
    tagged,
    table`
      wrong-value 5:48 | that is empty                  | { b: { value: "\${build_branch}", else: "" } }
      wrong-value 5:48 | that AWS does not take         | { b: { value: "\${build_branch}", else: "?" } }
      wrong-type 5:48  | that is null                   | { b: { value: "\${build_branch}", else: null } }
      wrong-value 5:48 | that a claim names             | { b: { value: "\${build_branch}", else: "\${build_commit}" } }
      wrong-value 5:34 | of a value that names no claim | { b: { value: web, else: x } }
      missing-key 5:14 | without a value                | { b: { else: x } }
      missing-key 5:14 | missing                        | { b: { value: "\${build_branch}" } }
      wrong-value 5:49 | that its claim equals          | { b: { value: "\${pipeline_slug}", else: my-pipeline } }
    `,
  );

  testRefusals(takeWhole, [
    [
      'wrong-value 5:48',
      'that is longer than AWS takes',
      tagged(`{ b: { value: "\${build_branch}", else: ${'x'.repeat(257)} } }`),
    ],
    [
      'wrong-value 5:53',
      'that is in the list of its claim',
      tagged(BRANCH, ', build_branch: { in: [main, unusable] }'),
    ],
    ['wrong-value 5:53', 'that its pattern matches', tagged(BRANCH, ', build_branch: { matches: "un*" }')],
    [
      'wrong-value 5:65',
      'that two claims make together',
      tagged(
        '{ b: { value: "${pipeline_slug}-${build_branch}", else: my-pipeline-x1 } }',
        ', build_branch: { matches: "x*" }',
      ),
    ],
    [
      'wrong-value 5:48',
      'that a number can be',
      tagged('{ b: { value: "${build_number}", else: "7" } }', ', build_number: { in: [5, 7] }'),
    ],
  ]);
});

describe('an else is taken that the claims of no statement can be', () => {
  test.each([
    ['the claim is left open', tagged(BRANCH)],
    ['a pattern leaves it open', tagged(BRANCH, ', build_branch: { matches: "?*" }')],
    [
      'a list has others',
      tagged('{ t: { value: "${build_tag}", else: none } }', ', build_tag: { in: [v1, null] }'),
    ],
    ['a pattern matches others', tagged(BRANCH, ', build_branch: { matches: ["release/*", v1] }')],
    ['it is excluded', tagged(BRANCH, ', build_branch: { matches: "un*", not_in: [unusable] }')],
    ['the value has more', tagged('{ b: { value: "b/${pipeline_slug}", else: my-pipeline } }')],
  ])('%s', (_name, yaml) => {
    expect(refusalsOf(yaml)).toEqual([]);
  });
});

test('explain and the audit event say which literal stands in, for which claim and character', () => {
  const decision = decided(tagged(BRANCH), { build_branch: 'fix#1' });
  const said = 'build_branch cannot stand in aws.tags.branch: it holds # (U+0023) at position 4';
  expect(explainDecision({ name: 'tested' }, decision)).toContain(
    `The literal of aws.tags.branch is sent: ${said}.`,
  );
  if (!decision.allowed) throw new Error(saidOf(decision));
  const reached = { decisionId: 'd', at: 0, protocol: 'oauth', sourceAddress: undefined, ms: {}, decision };
  const credential = { kind: 'jwt', token: 't', expiresAt: 1, session: 's' } as const;
  const event = createAuditEvent(drawRecord({ kind: 'issued', reached, grant: decision.grant, credential }));
  expect(event).toMatchObject({ replaced: [said] });
});
