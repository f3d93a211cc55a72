import { describe, expect, test } from 'vitest';
import type { Judgement } from '../../../lib/cli/judge/request.ts';
import { compareJudgements, findDirection, type VersionJudgement } from '../../../lib/cli/upgrade/compare.ts';

const REQUEST = JSON.stringify({ of: 'role', name: 'deploy', claims: {}, at: 1 });
const allowed = (seconds: number, scopes: string[] = [], statement = 'main'): Judgement => ({
  allowed: true,
  statement,
  scopes,
  seconds,
});
const denied = (reason = 'no_statement_holds'): Judgement => ({ allowed: false, reason });

const version = (decision: Judgement, digest = 'a', members: object = {}): VersionJudgement => ({
  version: '0.2.0',
  engine: 'kite-sts policy 3',
  policies: [{ of: 'role', name: 'deploy', digest, members: { ...members } }],
  decisions: [decision],
});

describe('two versions', () => {
  test.each<[what: string, before: Judgement, after: Judgement, turn: string | undefined]>([
    ['a request that was denied and is allowed', denied(), allowed(900), 'wider'],
    ['more scopes', allowed(900, ['read']), allowed(900, ['read', 'write']), 'wider'],
    ['other scopes', allowed(900, ['read']), allowed(900, ['write']), 'wider'],
    ['more seconds', allowed(900), allowed(3600), 'wider'],
    ['more of one and less of the other', allowed(3600, []), allowed(900, ['read']), 'wider'],
    ['a request that was allowed and is denied', allowed(900), denied(), 'narrower'],
    ['fewer scopes', allowed(900, ['read', 'write']), allowed(900, ['read']), 'narrower'],
    ['fewer seconds', allowed(3600), allowed(900), 'narrower'],
    ['the same by another statement', allowed(900), allowed(900, [], 'other'), 'otherwise'],
    ['the same', allowed(900, ['read']), allowed(900, ['read']), undefined],
    ['a denial for another reason', denied(), denied('explicitly_denied'), undefined],
  ])('that differ in %s', (_what, before, after, turn) => {
    const found = compareJudgements(version(before), version(after), [REQUEST]);
    expect(found.decided.map(each => each.turn)).toEqual(turn === undefined ? [] : [turn]);
    expect(findDirection(found)).toBe(turn === 'wider' ? 'wider' : 'not wider');
  });

  test.each<[what: string, before: object, after: object, direction: string]>([
    ['a shorter session', { 'session.max': 3600 }, { 'session.max': 900 }, 'not wider'],
    ['a longer session', { 'session.max': 900 }, { 'session.max': 3600 }, 'undecided'],
    ['a member that was not there', {}, { 'aws.path': '/' }, 'undecided'],
    ['a statement in other words', { 'trust "x"': 'a' }, { 'trust "x"': 'b' }, 'undecided'],
    ['the engine alone', {}, {}, 'not wider'],
  ])('that read %s', (_what, before, after, direction) => {
    const same = allowed(900);
    const found = compareJudgements(version(same, 'a', before), version(same, 'b', after), [REQUEST]);
    expect([found.alike, found.read.length, findDirection(found)]).toEqual([0, 1, direction]);
  });

  test('with the same digest read alike, whatever they say', () => {
    const found = compareJudgements(version(denied(), 'a', { x: 1 }), version(denied(), 'a', { x: 2 }), [
      REQUEST,
    ]);
    expect([found.alike, found.read]).toEqual([1, []]);
  });

  test('of which one left a request undecided are not compared', () => {
    const silent = { ...version(denied()), decisions: [] };
    expect(() => compareJudgements(version(denied()), silent, [REQUEST])).toThrow();
  });
});
