import type { Claims, ClaimValue } from '../../../lib/policy/claims.ts';
import type { Role } from '../../../lib/policy/role.ts';
import { findGains } from '../../../lib/review/compare/difference.ts';
import { findAdmitting } from '../../../lib/review/space/admits.ts';
import { createSearchSpace, type GuardedPolicy } from '../../../lib/review/space/space.ts';
import type { Witness } from '../../../lib/review/space/witness.ts';
import type { IssuerRow } from '../../../lib/token/issuer.ts';
import { NOW, roleFrom, rowsFrom, settingOf } from '../../harness/policy.ts';
import { type Random, randomFrom } from '../../oracle/random.ts';

/** An issuer without a vocabulary, so that any claim may be of any type. */
export const ISSUER = 'https://small.example';
export const ROWS = rowsFrom(`- { issuer: "${ISSUER}", jwks_uri: "${ISSUER}/jwks", single_tenant: true }\n`);
export const ROW = ROWS.get(ISSUER) as IssuerRow;
export const SETTING = settingOf(ROWS);

function texts(letters: string, longest: number): string[] {
  return longest === 0
    ? ['']
    : ['', ...[...letters].flatMap(each => texts(letters, longest - 1).map(rest => each + rest))];
}

const ABSENT = undefined;
type Value = ClaimValue | undefined;

/** Every value that the small policies can tell from another is here, and every text of up to three letters. */
const X: readonly Value[] = [
  ABSENT,
  null,
  true,
  1,
  2,
  0.5,
  {},
  [],
  ['a'],
  ['b'],
  ['a', 'b'],
  [1],
  ...new Set(texts('abc', 3)),
];
const Y: readonly Value[] = [ABSENT, null, 'a', 'b', 'c'];
const SOURCES: readonly (string | undefined)[] = [undefined, '10.0.0.1', '192.0.2.1'];

const SCALARS = ['a', 'b', 'ab', '""', 'null', '1', 'true'];
const PATTERNS = ['a*', '*b', 'a?', '?', 'a*b', '*a*', '?b*', '??'];

export function condition(random: Random, claim: string): string {
  const operator = random.pick(['equals', 'not_equals', 'in', 'not_in', 'matches', 'matches', 'contains']);
  if (operator === 'matches')
    return `${claim}: { matches: [${
      random
        .some(PATTERNS, 2)
        .map(each => JSON.stringify(each))
        .join(', ') || '"a"'
    }] }`;
  if (operator === 'contains') return `${claim}: { contains: ${random.pick(['a', '1'])} }`;
  const list = operator === 'in' || operator === 'not_in';
  return `${claim}: { ${operator}: ${list ? `[${random.pick(SCALARS)}, ${random.pick(SCALARS)}]` : random.pick(SCALARS)} }`;
}

function statement(random: Random): string {
  const claims = random.pick([['x'], ['x'], ['y'], ['x', 'y']]).map(claim => condition(random, claim));
  const request = random.chance(15) ? ', request: { source_ip: { in: [10.0.0.0/8] } }' : '';
  const until = random.chance(10) ? `, until: 2027-01-15T08:${random.pick(['05', '30'])}:00Z` : '';
  return `{ iss: "${ISSUER}", claims: { ${claims.join(', ')} }${request}${until} }`;
}

export function many(random: Random, most: number, least: number): string[] {
  return Array.from({ length: least + random.below(most - least + 1) }, () => statement(random));
}

export function yamlOf(trust: readonly string[], deny: readonly string[]): string {
  return `trust: [${trust.join(', ')}]\n${deny.length > 0 ? `deny: [${deny.join(', ')}]\n` : ''}jwt: { audience: https://api.test.example }\n`;
}

/** Two versions of a small role: the second is the first with some statements gone and some new. */
function pair(random: Random): readonly [Role, Role] {
  const [trust, deny] = [many(random, 3, 1), many(random, 2, 0)];
  const kept = (list: readonly string[]): string[] => list.filter(() => random.chance(60));
  const trustAfter = [...kept(trust), ...many(random, 1, 0)];
  return [
    roleFrom(yamlOf(trust, deny), SETTING),
    roleFrom(
      yamlOf(trustAfter.length > 0 ? trustAfter : [statement(random)], [
        ...kept(deny),
        ...many(random, 1, 0),
      ]),
      SETTING,
    ),
  ];
}

function claimsOf(x: Value, y: Value): Claims {
  return { ...(x === ABSENT ? {} : { x }), ...(y === ABSENT ? {} : { y }) };
}

/** Every request of the small universe at these times. */
export function* requests(audience: string, times: readonly number[]): Generator<Witness> {
  for (const now of times)
    for (const sourceAddress of SOURCES)
      for (const x of X)
        for (const y of Y) yield { issuer: ISSUER, audience, claims: claimsOf(x, y), sourceAddress, now };
}

function differsSomewhere(from: GuardedPolicy, to: GuardedPolicy, times: readonly number[]): boolean {
  for (const each of requests(to.role.audience, times))
    if (findAdmitting(to, each) !== undefined && findAdmitting(from, each) === undefined) return true;
  return false;
}

export type Compared = {
  readonly found: number;
  readonly none: number;
  readonly undecided: number;
  readonly wrong: readonly string[];
};

/** Holds `gains` against trying every request of a small universe, in both directions, for this many pairs of roles. */
export function comparePairs(count: number, seed: number): Compared {
  const tally = { found: 0, none: 0, undecided: 0 };
  const wrong: string[] = [];
  for (let index = 0; index < count; index++) {
    const [first, second] = pair(randomFrom(seed + index));
    const before: GuardedPolicy = { role: first, row: ROW };
    const after: GuardedPolicy = { role: second, row: ROW };
    const space = createSearchSpace({ issuer: ISSUER, standings: [before, after], from: NOW });
    for (const [from, to] of [
      [before, after],
      [after, before],
    ] as const) {
      const shown = findGains({ space, sample: {} }, from, to).map(each => each.shown);
      const told = shown.some(each => each !== 'undecided');
      const tried = differsSomewhere(from, to, space.time.points as number[]);
      if (shown.includes('undecided')) tally.undecided++;
      else if (told) tally.found++;
      else tally.none++;
      // What is told is borne out by decide already; so the one thing left is a difference that was not seen.
      if (tried && shown.length === 0) wrong.push(`seed ${seed + index}`);
    }
  }
  return { ...tally, wrong };
}
