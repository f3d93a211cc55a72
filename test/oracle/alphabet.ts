/** Small alphabets: with few values and names, what a role wants and what a token says meet often. */
import type { ClaimType, ClaimValue } from '../../lib/policy/claims.ts';
import { ALICE, BOB, issuersWithEvents, MALLORY, STEP } from '../harness/job-events.ts';
import { BUILDKITE, GITHUB } from '../harness/policy.ts';
import type { Scalar } from './truth.ts';

export const CIRCLECI = 'https://oidc.circleci.com/org/0b1c2d3e';
export const GOOGLE = 'https://accounts.google.com';
export const PLAIN = 'https://plain.example';
export const ALONE = 'https://alone.example';
export const ROWS = `${issuersWithEvents()}
- issuer: ${ALONE}
  jwks_uri: ${ALONE}/jwks
  single_tenant: true
  audiences: [alone]
`;

/** Steps that a role waits for, names that may unblock them, and who does. */
export const STEPS = [STEP, STEP, 'deploy'];
export const APPROVERS = ['alice', 'bob', 'release-managers'];
export const UNBLOCKERS = [ALICE, BOB, MALLORY];
/** Seconds since a step was unblocked, around the lengths that roles say. */
export const AGES = [0, 1, 1799, 1800, 1801, 3599, 3600, 3601];

export const TEXTS = 'main a A b ab a.b v1 v2 x/y 1 null true é 😀 a+b (a|b) ^a$'.split(' ');
/** What only a token may hold: a role's file refuses the invisible. */
export const WILD_TEXTS = ['', 'a\nb', 'e\u0301', '\u200bmain', 'a😀b', '😀😀', 'main ', ...TEXTS];
export const PATTERNS = '* ? ?? a* *b a?b v* a*b *.* x/* *😀* ?😀 main ^* *$ (*) *a*b* é ?*'.split(' ');
export const NUMBERS = [0, 1, -1, 2, 9007199254740991, -9007199254740991];
/** NaN is what the strict reader makes of 1.0 and of 2^53 + 1. */
export const WILD_NUMBERS = [Number.NaN, Number.NaN, 0.5, 1.5, ...NUMBERS];
export const OPERANDS: readonly Scalar[] = [...TEXTS, ...TEXTS, ...NUMBERS, true, false, null, null];

function object(members: { readonly [name: string]: ClaimValue }): ClaimValue {
  return Object.assign(Object.create(null), members);
}

export const WILD_VALUES: readonly ClaimValue[] = [
  ...WILD_TEXTS,
  ...WILD_NUMBERS,
  ...[true, false, null, null, null],
  ...[[], ['a'], [['a'], 'b'], [null], [1, 'main'], [Number.NaN], [true, 'b', null]],
  ...[object({}), object({ a: 'a' }), object({ b: object({ c: 'main' }) })],
];
/** What may be put into a template, and what must not. */
export const FILLINGS: readonly ClaimValue[] = [
  ...['a', 'a/b', 'v1.2_3', 'x@y:z=+-', '...', '.a/b.', 'main', 'a'],
  ...['x'.repeat(150), 'y'.repeat(200), 'z'.repeat(256), 'a'.repeat(300)],
  ...[
    '',
    '.',
    '..',
    'a/../b',
    './a',
    'a/..',
    'a b',
    'a*',
    '${a}',
    'é',
    'a\n',
    'größe 1',
    ' a',
    'e\u0301',
    'a\u3164',
    '日本語',
    '\ud800',
    '\u202ea',
    'not sent',
    5,
    -1,
    0,
  ],
  ...[Number.NaN, 1.5, true, null, ['a']],
];

export const RANGES =
  '10.0.0.0/24 10.0.0.0/8 10.0.0.1 192.0.2.0/29 192.0.2.7/32 0.0.0.0/0 ::/0 2001:db8::/32 2001:db8::2/127 ::1 ::ffff:10.0.0.1 128.0.0.0/1 8000::/1'.split(
    ' ',
  );
export const ADDRESSES = [
  ...'10.0.0.1 10.0.0.255 10.0.1.1 10.255.0.1 192.0.2.7 192.0.2.8 203.0.113.7'.split(' '),
  ...'::ffff:10.0.0.1 ::FFFF:192.0.2.7 ::ffff:a00:1 0:0:0:0:0:ffff:10.0.1.1 ::10.0.0.1'.split(' '),
  ...'2001:db8::1 2001:DB8:0:0:0:0:0:2 2001:db8::3 2001:db9::1 ::1 0:0::0:1 :: ffff::'.split(' '),
  ...'010.0.0.1 10.0.0 256.0.0.1 fe80::1%eth0 1:2:3:4::5:6:7:8 1::2::3 10.0.0.1:443 :::1 1.2.3.4:: unknown'.split(
    ' ',
  ),
  ...['', undefined, undefined, undefined, undefined],
];

/** Seconds from the present; around 0 and around the shortest session of each kind. */
export const AROUND = [-3600, -1, 0, 1, 59, 60, 61, 300, 899, 900, 901, 1800, 3600, 86_400];
export const SECONDS = [1, 59, 60, 61, 300, 899, 900, 901, 1800, 3599, 3600, 3601, 43_200];
export const SCOPES = ['read', 'write', 'delete'];

/** What the generator must know of an issuer so that a role with its claims loads. */
export type Profile = {
  readonly issuer: string;
  /** The claim that names the tenant. */
  readonly tenant: string | undefined;
  /** By claim, its types; undefined means that any operand may be compared with it. */
  readonly claims: { readonly [name: string]: readonly ClaimType[] | undefined };
  readonly pipelineId?: string;
};

// Names without a vocabulary: some that every object of the language inherits, and some that look like
// pointers or hold what pointers escape.
const FREE = ['x', 'y', 'z', 'x/y', 'x~y', '__proto__', 'constructor', 'toString', 'build_tag', 'aws:x'];
const POINTERS = [
  '/o/p',
  '/o/q~1r',
  '/o/q~0r',
  '/o/s/t',
  '/o/0',
  '/o/length',
  '/o/constructor',
  '/o/__proto__/p',
];

function any(names: readonly string[]) {
  return Object.fromEntries(names.map(name => [name, undefined]));
}
function typed(types: ClaimType[], names: string) {
  return Object.fromEntries(names.split(' ').map(name => [name, types]));
}

export const PROFILES: readonly Profile[] = [
  {
    issuer: BUILDKITE,
    tenant: 'organization_slug',
    claims: {
      ...typed(['string'], 'pipeline_slug build_branch build_source pipeline_id'),
      ...typed(['string', 'null'], 'build_tag step_key queue_key agent_tag:os'),
      ...typed(['number'], 'build_number'),
      ...any(POINTERS),
    },
    pipelineId: 'pipeline_id',
  },
  {
    issuer: GITHUB,
    tenant: 'repository_owner',
    claims: {
      ...typed(['string'], 'ref actor event_name repository repository_id repo_property_x'),
      ...any(POINTERS),
    },
    pipelineId: 'repository_id',
  },
  {
    issuer: CIRCLECI,
    tenant: undefined,
    claims: {
      ...typed(['string'], 'oidc.circleci.com/project-id oidc.circleci.com/vcs-ref'),
      ...typed(['array'], 'oidc.circleci.com/context-ids'),
      ...typed(['boolean'], 'oidc.circleci.com/ssh-rerun'),
    },
  },
  {
    issuer: GOOGLE,
    tenant: 'sub',
    claims: { ...typed(['string'], 'email hd'), ...typed(['boolean'], 'email_verified'), ...any(POINTERS) },
  },
  { issuer: PLAIN, tenant: 'tenant', claims: any([...FREE, ...POINTERS]) },
  { issuer: ALONE, tenant: undefined, claims: any([...FREE, ...POINTERS]) },
];

export const NOWHERE = 'https://nowhere.example';
