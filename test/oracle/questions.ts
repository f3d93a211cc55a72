import type { ClaimValue } from '../../lib/policy/claims.ts';
import type { AccessRequest } from '../../lib/policy/decide.ts';
import type { Context } from '../../lib/policy/trust.ts';
import { BUILD } from '../harness/job-events.ts';
import { AUDIENCE, NOW } from '../harness/policy.ts';
import {
  ADDRESSES,
  AGES,
  FILLINGS,
  NOWHERE,
  PROFILES,
  SCOPES,
  SECONDS,
  STEPS,
  UNBLOCKERS,
  WILD_TEXTS,
  WILD_VALUES,
} from './alphabet.ts';
import type { Random } from './random.ts';
import type { MadeRole, Rule } from './roles.ts';
import type { Scalar } from './truth.ts';

type Members = { [name: string]: ClaimValue };

export type Question = {
  readonly claims: Members;
  readonly access: Pick<AccessRequest, 'scopes' | 'seconds' | 'kinds' | 'sessionPolicy'>;
  readonly context: Context;
};

function bare(): Members {
  return Object.create(null);
}

/** Text that the pattern may match: its wildcards filled in. */
function instance(random: Random, pattern: string): string {
  return pattern.replace(/[*?]/g, wildcard =>
    wildcard === '*' ? random.pick(['', '', 'a', 'x/y', '😀']) : random.pick(['a', 'b', '😀', '\n', '']),
  );
}

function near(random: Random, operator: string, operand: Scalar): ClaimValue {
  if (operator === 'matches') return instance(random, String(operand));
  if (operator.startsWith('not_')) return random.chance(30) ? operand : random.pick(WILD_TEXTS);
  if (!operator.startsWith('contains')) return operand;
  return random.chance(70) ? [random.pick(WILD_VALUES), operand] : ['other'];
}

/** A value that this rule has a good chance to be met by. */
function meeting(random: Random, rule: Rule): ClaimValue {
  if (!(rule instanceof Map)) return rule;
  const [operator, operands] = random.pick([...rule]);
  return near(random, operator, Array.isArray(operands) ? random.pick(operands) : (operands as Scalar));
}

function valueFor(random: Random, name: string, role: MadeRole): ClaimValue | undefined {
  const rules = role.rules.get(name);
  if (name === role.slot && random.chance(70)) return random.pick(FILLINGS);
  if (rules && random.chance(85)) return meeting(random, random.pick(rules));
  return random.chance(35) ? undefined : random.pick(WILD_VALUES);
}

function define(holder: Members, name: string, value: ClaimValue | undefined): void {
  // By assignment, `__proto__` would vanish from an object that has a prototype.
  const how = { value, writable: true, enumerable: true, configurable: true };
  if (value !== undefined) Object.defineProperty(holder, name, how);
}

/** Puts a value where the name points, unless something other than an object is in the way. */
function place(random: Random, claims: Members, name: string, value: ClaimValue | undefined): void {
  const segments = name.startsWith('/')
    ? name
        .slice(1)
        .split('/')
        .map(each => each.replaceAll('~1', '/').replaceAll('~0', '~'))
    : [name];
  const last = segments.pop() ?? '';
  let holder = claims;
  for (const segment of segments) {
    const next = Object.hasOwn(holder, segment) ? holder[segment] : random.chance(50) ? bare() : {};
    if (typeof next !== 'object' || next === null || Array.isArray(next)) return;
    define(holder, segment, next);
    holder = next as Members;
  }
  define(holder, last, value);
}

const TENANTS = new Set(PROFILES.flatMap(({ tenant }) => tenant ?? []));

/** What pointers cannot go through, though a careless reader of properties would. */
const IN_THE_WAY: readonly ClaimValue[] = [null, 'main', 1, true, [], ['main', 'a'], [{ p: 'main' }]];

function claimsFor(random: Random, role: MadeRole): Members {
  const claims = bare();
  claims['iss'] = random.chance(94)
    ? random.pick(role.issuers)
    : random.pick([NOWHERE, ...PROFILES.map(({ issuer }) => issuer)]);
  const usual = role.audience ?? AUDIENCE;
  claims['aud'] = random.chance(93)
    ? usual
    : random.pick([AUDIENCE, 'two', 'alone', `${usual}/`, usual.toUpperCase()]);
  if (random.chance(5)) claims['o'] = random.pick(IN_THE_WAY);
  for (const name of role.rules.keys()) {
    if (TENANTS.has(name))
      define(claims, name, random.chance(90) ? 'acme' : random.pick(['beta', 1, undefined]));
    else place(random, claims, name, valueFor(random, name, role));
  }
  if (role.slot !== undefined && !role.rules.has(role.slot))
    place(random, claims, role.slot, valueFor(random, role.slot, role));
  return claims;
}

/** What events have told of the job. */
function jobFor(random: Random, now: number): Context['job'] {
  const state = random.pick(['running', 'running', 'running', 'finished', 'unknown'] as const);
  if (state === 'unknown') return { state };
  if (random.chance(20)) return { state, build: BUILD };
  const unblocked = { step: random.pick(STEPS), by: random.pick(UNBLOCKERS), at: now - random.pick(AGES) };
  return { state, build: BUILD, unblocked };
}

const OFFSETS = [0, 0, 0, -1, 1, 0.5, -0.25];

export function makeQuestion(random: Random, role: MadeRole): Question {
  const now = NOW + random.pick(OFFSETS);
  return {
    claims: claimsFor(random, role),
    access: {
      scopes: random.chance(80) ? undefined : random.chance(10) ? [] : random.some(SCOPES, 3),
      seconds: random.chance(70) ? undefined : random.pick(SECONDS),
      kinds: random.chance(75) ? undefined : random.pick([['aws'], ['jwt'], ['jwt', 'aws']]),
      sessionPolicy: random.chance(90) ? undefined : { policy: '{}', policyArns: [] },
    },
    context: {
      now,
      sourceAddress: random.pick(ADDRESSES),
      job: random.chance(90) ? jobFor(random, now) : undefined,
      suspended: random.chance(90) ? undefined : random.some(['running', 'approval'] as const, 2),
    },
  };
}
