import { describe, expect, test } from 'vitest';
import type { ClaimHint } from '../lib/errors.ts';
import { drawRecord } from '../lib/record.ts';
import { DENY, denied, type Given, ROLE, refused, SECRET, TEMPLATE } from './harness/denied.ts';

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
      claims: [{ claim: 'step_key', why: 'wrong_type', value: 'null', place: 'jwt.claims.step' }],
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
    expect(JSON.stringify(drawRecord(denied({ claims: { pipeline_slug: 'other' } })).unmet)).toContain(
      SECRET,
    );
  });
});

test('S10: a claim that cannot stand where the role puts it is told with the place and the character', () => {
  const yaml = TEMPLATE.replace('step_key', 'build_commit');
  const given = { yaml, claims: { build_commit: 'fix#1' } };
  expect(refused(given).claims).toEqual([
    {
      claim: 'build_commit',
      why: 'unusable',
      value: 'fix#1',
      place: 'jwt.claims.step',
      character: '# (U+0023)',
      position: 4,
    },
  ]);
  expect(drawRecord(denied(given)).detail).toContain('# (U+0023) at position 4');
});
