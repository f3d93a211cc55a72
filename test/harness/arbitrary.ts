import fc, { type Arbitrary } from 'fast-check';
import { type Claims, type ClaimValue, readClaimPath } from '../../lib/policy/claims.ts';
import type { Condition, Operator, Scalar } from '../../lib/policy/condition.ts';
import { type AccessRequest, type Decision, decide } from '../../lib/policy/decide.ts';
import type { Role } from '../../lib/policy/role.ts';
import type { Effect, Statement } from '../../lib/policy/statement.ts';
import type { Context } from '../../lib/policy/trust.ts';
import { assumeVerified } from '../../lib/review/assume.ts';
import { AUDIENCE, BUILDKITE, claims, GITHUB, NOW } from './policy.ts';

// Few names and few values, so that policies and tokens meet often: with rare meetings a property holds
// because nothing was ever allowed.
const NAMES = [
  ...Array<string>(9).fill('a'),
  'b',
  'b',
  'b',
  'build_tag',
  '/nested/x',
  '__proto__',
  'constructor',
];

const scalar: Arbitrary<Scalar> = fc.oneof(
  { arbitrary: fc.constantFrom('x', 'x', 'xy'), weight: 8 },
  { arbitrary: fc.constantFrom('', 1, 2, true, null), weight: 2 },
);

const nested: Arbitrary<ClaimValue> = scalar.map(x => claims({ x }));

const claimValue: Arbitrary<ClaimValue> = fc.oneof(
  { arbitrary: scalar, weight: 16 },
  { arbitrary: fc.constantFrom(Number.NaN, 1.5, 2 ** 53), weight: 1 },
  { arbitrary: fc.array(scalar, { maxLength: 3 }), weight: 2 },
  { arbitrary: nested, weight: 1 },
);

/** Claims of the names that policies speak of, each there or not. */
export const anyClaims: Arbitrary<Claims> = fc
  .tuple(
    fc.option(claimValue, { freq: 12, nil: undefined }),
    fc.option(claimValue, { freq: 6, nil: undefined }),
    fc.option(claimValue, { freq: 2, nil: undefined }),
    fc.option(claimValue, { freq: 2, nil: undefined }),
    fc.option(claimValue, { freq: 2, nil: undefined }),
    fc.option(nested, { freq: 2, nil: undefined }),
  )
  .map(([a, b, tag, proto, constructed, inner]) =>
    claims({ a, b, build_tag: tag, ['__proto__']: proto, constructor: constructed, nested: inner }),
  );

function operandsOf(operator: Operator): Arbitrary<Scalar[]> {
  if (operator === 'matches')
    return fc.array(fc.constantFrom('*', 'x*', '?', '*y'), { minLength: 1, maxLength: 2 });
  const many = operator === 'in' || operator === 'not_in' || operator === 'contains_any';
  return fc.array(scalar, { minLength: 1, maxLength: many ? 3 : 1 });
}

const onClaim: Arbitrary<Condition> = fc
  .constantFrom<Operator>(
    'equals',
    'equals',
    'not_equals',
    'in',
    'in',
    'matches',
    'not_in',
    'matches',
    'contains',
    'contains_any',
  )
  .chain(operator =>
    fc.record({
      on: fc.constant('claim' as const),
      name: fc.constantFrom(...NAMES),
      operator: fc.constant(operator),
      operands: operandsOf(operator),
      binds: fc.boolean(),
    }),
  )
  .map(each => ({ ...each, path: readClaimPath(each.name) ?? each.name }));

const onSource: Arbitrary<Condition> = fc.record({
  on: fc.constant('source_ip' as const),
  name: fc.constant('source_ip'),
  path: fc.constant('source_ip'),
  operator: fc.constantFrom('in' as const, 'not_in' as const),
  operands: fc.constantFrom(['203.0.113.0/24'], ['198.51.100.0/24']),
  binds: fc.constant(false),
});

export const condition: Arbitrary<Condition> = fc.oneof(
  { arbitrary: onClaim, weight: 9 },
  { arbitrary: onSource, weight: 1 },
);

const until = fc.oneof(
  { arbitrary: fc.constant(undefined), weight: 5 },
  { arbitrary: fc.constantFrom(-1, 0, 1, 59, 60, 100, 400).map(left => NOW + left), weight: 2 },
);

function statement(effect: Effect): Arbitrary<Statement> {
  return fc.record({
    id: fc.uuid(),
    effect: fc.constant(effect),
    issuer: fc.constantFrom(BUILDKITE, BUILDKITE, BUILDKITE, BUILDKITE, GITHUB),
    conditions: fc.array(condition, { minLength: 1, maxLength: effect === 'deny' ? 3 : 2 }),
    scopes:
      effect === 'deny' ? fc.constant(undefined) : fc.constantFrom(undefined, ['read'], ['read', 'write']),
    until,
    flat: fc.boolean(),
  });
}

const trustStatement = statement('trust');
export const denyStatement = statement('deny');

const SESSION = { group: 'a', run: 'b', job: 'a' };

export const anyRole: Arbitrary<Role> = fc
  .record({
    trust: fc.array(trustStatement, { minLength: 1, maxLength: 6 }),
    deny: fc.oneof(fc.constant([]), fc.constant([]), fc.array(denyStatement, { minLength: 1, maxLength: 2 })),
    max: fc.constantFrom(300, 600),
    disabled: fc.constantFrom(...Array<undefined>(19).fill(undefined), 'closed'),
    claims: fc.constantFrom<Record<string, string>[]>({}, {}, {}, { t: '${a}' }),
  })
  .map(({ max, claims: filled, ...parts }) => ({
    ...parts,
    name: 'tested',
    description: undefined,
    contact: undefined,
    audience: AUDIENCE,
    session: { seconds: 300, max, min: 60 },
    singleUse: false,
    template: {
      kind: 'jwt',
      audience: 'https://api.test.example',
      subject: 'role:tested',
      pipelineIds: {},
      claims: filled,
    },
    issuers: {
      [BUILDKITE]: { nullable: ['build_tag', 'step_key'], session: SESSION, audiences: [] },
      [GITHUB]: { nullable: [], session: SESSION, audiences: [] },
    },
  }));

/** All that a decision is drawn from, but the role. The request names no scope. */
export type Asking = {
  readonly claims: Claims;
  readonly issuer: string;
  readonly audience: string;
  readonly seconds: number | undefined;
  readonly sourceAddress: string | undefined;
};

export function askingWith(made: Arbitrary<Claims>): Arbitrary<Asking> {
  return fc.record({
    claims: made,
    issuer: fc.constantFrom(...Array<string>(9).fill(BUILDKITE), GITHUB),
    audience: fc.constantFrom(...Array<string>(19).fill(AUDIENCE), 'another'),
    seconds: fc.constantFrom(undefined, undefined, undefined, 60, 300, 600),
    sourceAddress: fc.constantFrom('203.0.113.7', '::ffff:203.0.113.7', '198.51.100.7', undefined),
  });
}

export const asking = askingWith(anyClaims);

/** Decides as if a token that says this had been verified. */
export function decideAsked(role: Role, asked: Asking): Decision {
  const token = { ...assumeVerified(asked.claims, role), issuer: asked.issuer, audience: asked.audience };
  const access: AccessRequest = {
    role: role.name,
    scopes: undefined,
    seconds: asked.seconds,
    kinds: undefined,
  };
  const context: Context = { now: NOW, sourceAddress: asked.sourceAddress };
  return decide(role, token, access, context);
}

/** Any JSON value, with the names that JavaScript itself gives a meaning and the numbers that JSON reads wrongly. */
export const wildClaims: Arbitrary<Claims> = fc
  .dictionary(
    fc.oneof(
      fc.constantFrom('a', 'b', 'nested', 'toString', 'constructor', '__proto__', 'then', 'toJSON'),
      fc.string(),
    ),
    fc.oneof(
      fc.jsonValue(),
      fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -0, 2 ** 53, '\u0000', '\ud800', '*', '${a}'),
    ),
    { noNullPrototype: false },
  )
  .map(members => claims(members));
