import { stringify } from 'yaml';
import type { ClaimType } from '../../lib/policy/claims.ts';
import { BUILDKITE, NOW } from '../harness/policy.ts';
import {
  APPROVERS,
  AROUND,
  OPERANDS,
  PATTERNS,
  PROFILES,
  type Profile,
  RANGES,
  SCOPES,
  SECONDS,
  STEPS,
} from './alphabet.ts';
import type { Random } from './random.ts';
import type { Scalar } from './truth.ts';

export type Rule = Scalar | Map<string, Scalar | readonly Scalar[]>;
type Body = Map<string, unknown>;
type Kind = 'aws' | 'jwt';

/** A role's text, and what a token must speak of so that the two have something to do with each other. */
export type MadeRole = {
  readonly yaml: string;
  readonly issuers: readonly string[];
  /** By claim, rules of this role that stand on it. */
  readonly rules: ReadonlyMap<string, readonly Rule[]>;
  /** The claim that templates are filled with. */
  readonly slot: string | undefined;
  readonly audience: string | undefined;
};

const LISTS = new Set(['in', 'not_in', 'contains_any']);

function operatorsFor(types: readonly ClaimType[] | undefined): readonly string[] {
  const scalar = ['equals', 'not_equals', 'in', 'not_in'];
  if (types === undefined) return [...scalar, 'matches', 'contains', 'contains_any'];
  if (types.includes('array')) return ['contains', 'contains_any'];
  return types.includes('string') ? [...scalar, 'matches'] : scalar;
}

function operandsFor(operator: string, types: readonly ClaimType[] | undefined): readonly Scalar[] {
  if (operator === 'matches') return PATTERNS;
  if (types === undefined || types.includes('array')) return OPERANDS;
  const nullable = types.includes('null') || operator.startsWith('not_');
  return OPERANDS.filter(each => (each === null ? nullable : types.includes(typeof each as ClaimType)));
}

function rule(random: Random, types: readonly ClaimType[] | undefined): Rule {
  const rules: Rule & Map<string, unknown> = new Map();
  for (const operator of random.some(operatorsFor(types), random.chance(25) ? 3 : 1)) {
    const operands = operandsFor(operator, types);
    const list = LISTS.has(operator) || (operator === 'matches' && random.chance(50));
    rules.set(operator, list ? random.some(operands, 3) : random.pick(operands));
  }
  const same = rules.get('equals');
  return same !== undefined && rules.size === 1 && random.chance(60) ? (same as Scalar) : rules;
}

function scalarRule(random: Random, types: readonly ClaimType[] | undefined): Scalar {
  return random.pick(operandsFor('equals', types));
}

function time(random: Random): string {
  return `${new Date((NOW + random.pick(AROUND)) * 1000).toISOString().slice(0, 19)}Z`;
}

function sourceRule(random: Random): Map<string, unknown> {
  const operators = random.chance(15) ? ['in', 'not_in'] : [random.pick(['in', 'not_in'])];
  return new Map([
    ['source_ip', new Map(operators.map(operator => [operator, random.some(RANGES, 3)] as const))],
  ]);
}

/** The claims that a trust statement must speak of: the tenant's, and those that templates decide with. */
function demanded(random: Random, { tenant }: Profile, flat: boolean, slot: string | undefined) {
  const made = new Map<string, Rule>();
  if (tenant)
    made.set(
      tenant,
      flat || random.chance(70) ? random.pick(['acme', 'acme', 'beta']) : new Map([['in', ['acme', 'beta']]]),
    );
  if (slot)
    made.set(
      slot,
      flat ? random.pick(['a', 'main']) : new Map([['matches', random.pick(['*', '*', 'a*', '?*'])]]),
    );
  return made;
}

type Making = {
  readonly effect: 'trust' | 'deny';
  readonly kind: Kind;
  readonly profile: Profile;
  /** The claim that each trust statement must bind, because templates decide with it. */
  readonly bound: string | undefined;
  readonly id: string | undefined;
};

function statement(random: Random, { effect, kind, profile, bound, id }: Making): Body {
  const flat = random.chance(15);
  const names = Object.keys(profile.claims).filter(
    name => !flat || operatorsFor(profile.claims[name]).includes('equals'),
  );
  const claims = effect === 'trust' ? demanded(random, profile, flat, bound) : new Map<string, Rule>();
  const wanted = random.pick(claims.size === 0 ? [1, 1, 2] : [0, 1, 1, 2, 3]);
  for (let count = 0; count < wanted; count++) {
    const name = random.pick(names);
    if (!claims.has(name)) claims.set(name, (flat ? scalarRule : rule)(random, profile.claims[name]));
  }
  const body: Body = new Map([['iss', profile.issuer]]);
  if (id !== undefined) body.set('id', id);
  if (random.chance(25)) body.set('until', time(random));
  if (effect === 'trust' && kind === 'jwt' && random.chance(60))
    body.set('scopes', [...new Set(random.some(SCOPES, 3))]);
  if (flat) for (const [name, value] of claims) body.set(name, value);
  else body.set('claims', claims);
  if (!flat && random.chance(25)) body.set('request', sourceRule(random));
  return body;
}

function policy(slot: string, long: boolean): Body {
  const action = { Effect: 'Allow', Action: 's3:*' };
  const condition = {
    StringEquals: { 'aws:username': '${aws:username}', 'aws:PrincipalTag/x': `\${${slot}}` },
  };
  const own = { ...action, Resource: [`arn:aws:s3:::b/\${${slot}}/*`], Condition: condition };
  const filler = { ...action, Sid: 'S'.repeat(1500), Resource: '*' };
  return new Map<string, unknown>([
    ['Version', '2012-10-17'],
    ['Statement', long ? [own, filler] : own],
  ]);
}

/** Nothing that a rule of the alphabet names; the second is what the wild texts have. */
const ELSES = ['not sent', 'größe 1'];

function provider(random: Random, kind: Kind, slot: string | undefined): Body {
  const text = slot === undefined ? 'plain' : random.pick([`\${${slot}}`, `a-\${${slot}}-\${${slot}}`]);
  if (kind === 'jwt') {
    const body: Body = new Map<string, unknown>([['audience', 'https://api.test.example']]);
    const open =
      slot !== undefined && random.chance(40) ? { value: [text, 'b'], text: random.chance(70) } : text;
    if (random.chance(50)) body.set('claims', { note: open, list: ['a', text, 1, null] });
    return body;
  }
  const body: Body = new Map<string, unknown>([['role_arn', 'arn:aws:iam::123456789012:role/deploy']]);
  const tag = slot !== undefined && random.chance(50) ? { value: text, else: random.pick(ELSES) } : text;
  if (random.chance(50)) body.set('tags', { note: tag, other: 'b' });
  if (slot !== undefined && random.chance(60)) body.set('policy', policy(slot, random.chance(60)));
  return body;
}

/** Puts lengths of the session where the role may say them; sometimes nowhere. */
function addLengths(random: Random, kind: Kind, role: Body, ours: Body): void {
  const allowed = SECONDS.filter(each => each >= (kind === 'aws' ? 900 : 60) && each <= 3600);
  const usual = random.pick(allowed);
  const longest = random.pick(allowed);
  if (random.chance(50)) return;
  if (kind === 'jwt' && random.chance(30)) {
    ours.set('seconds', usual);
    return;
  }
  const session = random.pick([
    { seconds: usual },
    { max_seconds: longest },
    { seconds: Math.min(usual, longest), max_seconds: Math.max(usual, longest) },
  ]);
  role.set('session', session);
}

const AUDIENCES = ['https://one.test.example', 'two'];

function written(audience: string, random: Random): unknown {
  return random.chance(50) ? audience : { value: audience, reason: 'both are ours' };
}

function rulesOf(statements: readonly Body[]): Map<string, Rule[]> {
  const rules = new Map<string, Rule[]>();
  for (const body of statements) {
    const known = PROFILES.find(({ issuer }) => issuer === body.get('iss'))?.claims ?? {};
    const flat = [...body].filter(([name]) => Object.hasOwn(known, name));
    for (const [name, value] of (body.get('claims') as Map<string, Rule>) ?? flat)
      rules.set(name, [...(rules.get(name) ?? []), value as Rule]);
  }
  return rules;
}

/** What the role demands of the job; of Buildkite's alone, which sends events. */
function addDemands(random: Random, role: Body, trust: readonly Body[]): void {
  if (trust.some(body => body.get('iss') !== BUILDKITE)) return;
  if (random.chance(30)) role.set('running', true);
  if (random.chance(30))
    role.set(
      'approval',
      new Map<string, unknown>([
        ['step', random.pick(STEPS)],
        ['by', random.some(APPROVERS, 2)],
        ['within', random.pick(['30m', '1h'])],
      ]),
    );
}

/** A role that loads. Half of the roles have templates; those trust one issuer, so that a claim fits all. */
export function makeRole(random: Random): MadeRole {
  const kind = random.pick(['aws', 'jwt'] as const);
  const home = random.pick(PROFILES);
  const slots = Object.keys(home.claims).filter(
    name => operatorsFor(home.claims[name]).includes('matches') && !name.startsWith('aws:'),
  );
  const { pipelineId } = home;
  const slot = random.chance(50)
    ? random.pick(random.chance(30) && pipelineId ? [pipelineId] : slots)
    : undefined;
  const ours = provider(random, kind, slot);
  if (kind === 'jwt' && slot !== undefined && slot === pipelineId) ours.set('subject', 'pipeline');
  const bound = ours.has('policy') || ours.has('subject') ? slot : undefined;
  const ids = random.chance(40);
  const many = (effect: 'trust' | 'deny', count: number): Body[] =>
    Array.from({ length: count }, (_, index) => {
      const away = slot === undefined || effect === 'deny';
      const profile = away && random.chance(25) ? random.pick(PROFILES) : home;
      const id = ids && random.chance(70) ? `${effect} ${index}` : undefined;
      return statement(random, { effect, kind, profile, bound, id });
    });
  const trust = many('trust', 1 + random.below(3));
  const deny = many('deny', random.pick([0, 0, 0, 1, 1, 2]));
  const audience = random.chance(25) ? random.pick(AUDIENCES) : undefined;
  const role: Body = new Map([['trust', trust]]);
  if (deny.length > 0) role.set('deny', deny);
  if (audience !== undefined) role.set('audience', written(audience, random));
  if (random.chance(4)) role.set('disabled', 'for now');
  addLengths(random, kind, role, ours);
  addDemands(random, role, trust);
  role.set(kind, ours);
  const style = random.chance(30) ? 'flow' : 'any';
  return {
    yaml: stringify(role, { lineWidth: 0, aliasDuplicateObjects: false, collectionStyle: style }),
    issuers: [...trust, ...trust, ...deny].map(body => String(body.get('iss'))),
    rules: rulesOf([...trust, ...deny]),
    slot,
    audience,
  };
}
