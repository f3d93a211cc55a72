import fc, { type Arbitrary } from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Claims } from '../../lib/policy/claims.ts';
import { matchGlob } from '../../lib/policy/glob.ts';
import type { Role } from '../../lib/policy/role.ts';
import { explainDecision } from '../../lib/review/explain/explain.ts';
import {
  type Asking,
  anyRole,
  asking,
  askingWith,
  condition,
  decideAsked,
  denyStatement,
  wildClaims,
} from '../harness/arbitrary.ts';
import { BUILDKITE, NOW } from '../harness/policy.ts';

const RUNS = 4_000;

type Scene = { readonly role: Role; readonly asked: Asking };
type Change = { readonly before: Scene; readonly after: Scene };

const scene: Arbitrary<Scene> = fc.record({ role: anyRole, asked: asking });

/** Runs over changed scenes, and gives how often each pair of outcomes came. */
function outcomes(changes: Arbitrary<Change>, wrong: string): Map<string, number> {
  const seen = new Map<string, number>();
  const word = ({ role, asked }: Scene): string => (decideAsked(role, asked).allowed ? 'allow' : 'deny');
  fc.assert(
    fc.property(changes, ({ before, after }) => {
      const pair = `${word(before)} → ${word(after)}`;
      seen.set(pair, (seen.get(pair) ?? 0) + 1);
      return !wrong.includes(pair);
    }),
    { numRuns: RUNS },
  );
  return seen;
}

function at<T>(list: readonly T[], index: number, change: (each: T) => T): T[] {
  return list.map((each, i) => (i === index % list.length ? change(each) : each));
}

function without<T>(list: readonly T[], index: number): T[] {
  return list.filter((_, i) => i !== index % list.length);
}

function changedRole(change: (role: Role, place: number) => Arbitrary<Role>): Arbitrary<Change> {
  return fc
    .tuple(scene, fc.nat(99))
    .chain(([before, place]) =>
      change(before.role, place).map(role => ({ before, after: { ...before, role } })),
    );
}

const CHANGES: readonly [string, Arbitrary<Change>][] = [
  [
    'adding a deny statement',
    changedRole((role, place) =>
      denyStatement.map(added => ({
        ...role,
        deny: role.deny.toSpliced(place % (role.deny.length + 1), 0, added),
      })),
    ),
  ],
  [
    'removing a condition from a deny statement',
    fc.tuple(scene, denyStatement, fc.nat(99)).map(([{ role, asked }, denied, place]) => ({
      before: { asked, role: { ...role, deny: [denied] } },
      after: {
        asked,
        role: { ...role, deny: [{ ...denied, conditions: without(denied.conditions, place) }] },
      },
    })),
  ],
  [
    'adding a condition to a trust statement',
    changedRole((role, place) =>
      condition.map(added => ({
        ...role,
        trust: at(role.trust, place, each => ({ ...each, conditions: [...each.conditions, added] })),
      })),
    ),
  ],
  [
    'T25: dropping a claim from the token',
    fc.tuple(scene, fc.nat(99)).map(([{ role, asked }, place]) => {
      // An absent build_tag of Buildkite is read as null, so dropping it is a change of value.
      const names = Object.keys(asked.claims).filter(
        name => !(asked.issuer === BUILDKITE && (name === 'build_tag' || name === 'step_key')),
      );
      const kept: Claims = Object.assign(Object.create(null), asked.claims);
      if (names.length > 0) Reflect.deleteProperty(kept, names[place % names.length] ?? '');
      return { before: { role, asked }, after: { role, asked: { ...asked, claims: kept } } };
    }),
  ],
];

describe('less trust never turns a deny into an allow', () => {
  test.each(CHANGES)('%s', (_name, changes) => {
    const seen = outcomes(changes, 'deny → allow');
    // Were one of these rare, the property would hold for want of cases.
    expect(seen.get('deny → deny') ?? 0).toBeGreaterThan(RUNS / 20);
    expect(seen.get('allow → allow') ?? 0).toBeGreaterThan(RUNS / 20);
    expect(seen.get('allow → deny') ?? 0).toBeGreaterThan(RUNS / 200);
  });
});

test('T40: the order of statements may change which one wins, never allow or deny', () => {
  const shuffled = fc.tuple(scene, fc.nat(99)).chain(([before]) =>
    fc
      .record({
        trust: fc.shuffledSubarray([...before.role.trust], { minLength: before.role.trust.length }),
        deny: fc.shuffledSubarray([...before.role.deny], { minLength: before.role.deny.length }),
      })
      .map(lists => ({ before, after: { ...before, role: { ...before.role, ...lists } } })),
  );
  const seen = outcomes(shuffled, 'deny → allow, allow → deny');
  expect(seen.get('deny → deny') ?? 0).toBeGreaterThan(RUNS / 20);
  expect(seen.get('allow → allow') ?? 0).toBeGreaterThan(RUNS / 20);
});

test('a grant never outlives its role’s limit, nor its statement’s until', () => {
  let [granted, shortened] = [0, 0];
  fc.assert(
    fc.property(scene, ({ role, asked }) => {
      const decision = decideAsked(role, asked);
      if (!decision.allowed) return;
      const { seconds, statement } = decision.grant;
      const left = (role.trust.find(({ id }) => id === statement)?.until ?? Number.POSITIVE_INFINITY) - NOW;
      granted++;
      if (left < (asked.seconds ?? role.session.seconds)) shortened++;
      expect(seconds).toBeLessThanOrEqual(Math.min(role.session.max, left));
      expect(seconds).toBeLessThanOrEqual(asked.seconds ?? role.session.seconds);
      expect(seconds).toBeGreaterThanOrEqual(role.session.min);
    }),
    { numRuns: RUNS },
  );
  expect(granted).toBeGreaterThan(RUNS / 20);
  expect(shortened).toBeGreaterThan(RUNS / 200);
});

test('T29: decide and explain give a value for any claims', () => {
  const seen = new Set<boolean>();
  fc.assert(
    fc.property(anyRole, askingWith(wildClaims), (role, asked) => {
      const decision = decideAsked(role, asked);
      seen.add(decision.allowed);
      expect(explainDecision(role, decision).length).toBeGreaterThan(0);
    }),
    { numRuns: RUNS },
  );
  expect(seen).toEqual(new Set([true, false]));
});

function frozen<T>(value: T): T {
  if (value !== null && typeof value === 'object' && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) frozen(member);
  }
  return value;
}

test('the same role and token are decided alike, and neither is changed', () => {
  fc.assert(
    fc.property(scene, ({ role, asked }) => {
      const first = decideAsked(frozen(role), frozen(asked));
      expect(decideAsked(structuredClone(role), asked)).toEqual(first);
    }),
    { numRuns: RUNS / 2 },
  );
});

/** What `matches` means, written for reading and not for speed. */
function matchesByDefinition([wanted, ...pattern]: string[], value: string[]): boolean {
  if (wanted === undefined) return value.length === 0;
  const [first, ...rest] = value;
  if (wanted === '*')
    return (
      matchesByDefinition(pattern, value) ||
      (first !== undefined && matchesByDefinition([wanted, ...pattern], rest))
    );
  return first !== undefined && (wanted === '?' || wanted === first) && matchesByDefinition(pattern, rest);
}

test('T74: the matcher agrees with the definition of a pattern', () => {
  // 😀 and 😁 share the first half of their surrogate pairs, 😀 and 🈀 (U+1F600, U+1F200) do not.
  const letters = ['a', 'b', '😀', '😁', '🈀'];
  const seen = { true: 0, false: 0 };
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('*', '*', '?', ...letters), { maxLength: 7 }),
      fc.array(fc.constantFrom(...letters.slice(0, 3)), { maxLength: 7 }),
      (pattern, value) => {
        const expected = matchesByDefinition(pattern, value);
        seen[`${expected}`]++;
        expect(matchGlob(pattern.join(''), value.join(''))).toBe(expected);
      },
    ),
    { numRuns: 3 * RUNS },
  );
  expect(seen.true).toBeGreaterThan(RUNS / 10);
  expect(seen.false).toBeGreaterThan(RUNS / 10);
});
