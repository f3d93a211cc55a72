import type { Claims } from '../../policy/claims.ts';
import type { Role } from '../../policy/role.ts';
import type { Statement } from '../../policy/statement.ts';

/** One exchange of an audit log, as much of it as says what was used. */
export type UsedExchange = {
  readonly role: string;
  readonly statement: string | undefined;
  readonly issued: boolean;
  /** Seconds since the epoch. */
  readonly time: number;
  readonly claims: Claims;
  readonly scopes: readonly string[];
  /** Seconds that were asked for. */
  readonly seconds: number | undefined;
  readonly pipeline: string;
  readonly branch: string;
  /** The name of the session of AWS, in CloudTrail too. */
  readonly session: string | undefined;
};

/** A value and how often it was there; who judges must see what came once. */
export type UsedValue = { readonly value: string; readonly times: number; readonly last: number };

export type StatementUsage = {
  readonly id: string;
  readonly times: number;
  readonly scopes: readonly UsedValue[];
  /** Scopes that it gives and nobody was given. */
  readonly unusedScopes: readonly string[];
};

export type RoleUsage = {
  readonly role: string;
  readonly issued: number;
  readonly denied: number;
  /** Seconds since the epoch; undefined where it was never used. */
  readonly last: number | undefined;
  readonly statements: readonly StatementUsage[];
  readonly pipelines: readonly UsedValue[];
  readonly branches: readonly UsedValue[];
  /** Of a session tag, the values that its claims had. */
  readonly tags: readonly { readonly tag: string; readonly values: readonly UsedValue[] }[];
  /** The longest session that was asked for, and the longest that could be had. */
  readonly seconds: { readonly asked: number; readonly max: number };
};

/** All that was used in so many days, and how far the log goes back. */
export type Usage = {
  readonly roles: readonly RoleUsage[];
  readonly days: number;
  /** Days that the events go back. */
  readonly covered: number;
  /** Roles of the log that the configuration does not have. */
  readonly strangers: readonly string[];
};

const DAY = 86_400;

/** Each value with how often it was there, the most frequent first. */
export function countValues(all: readonly (readonly [value: string, time: number])[]): UsedValue[] {
  const counts = new Map<string, { times: number; last: number }>();
  for (const [value, time] of all) {
    const { times, last } = counts.get(value) ?? { times: 0, last: 0 };
    counts.set(value, { times: times + 1, last: Math.max(last, time) });
  }
  return [...counts]
    .map(([value, count]) => ({ value, ...count }))
    .sort((a, b) => b.times - a.times || (a.value < b.value ? -1 : 1));
}

function describeStatementUsage(
  { id, scopes = [] }: Statement,
  exchanges: readonly UsedExchange[],
): StatementUsage {
  const own = exchanges.filter(each => each.statement === id);
  const used = countValues(own.flatMap(each => each.scopes.map(scope => [scope, each.time] as const)));
  return {
    id,
    times: own.length,
    scopes: used,
    unusedScopes: own.length === 0 ? [] : scopes.filter(scope => !used.some(each => each.value === scope)),
  };
}

const SLOT = /\$\{([^}]+)\}/g;

function listTags(role: Role, exchanges: readonly UsedExchange[]): RoleUsage['tags'] {
  if (role.template.kind !== 'aws') return [];
  return Object.entries(role.template.tags).map(([tag, written]) => {
    const text = typeof written === 'string' ? written : written.value;
    const fill = (claims: Claims): string =>
      text.replace(SLOT, (_, name: string) => String(claims[name] ?? ''));
    return { tag, values: countValues(exchanges.map(each => [fill(each.claims), each.time])) };
  });
}

function describeRoleUsage(role: Role, all: readonly UsedExchange[]): RoleUsage {
  const own = all.filter(each => each.role === role.name);
  const issued = own.filter(each => each.issued);
  return {
    role: role.name,
    issued: issued.length,
    denied: own.length - issued.length,
    last: issued.length === 0 ? undefined : Math.max(...issued.map(each => each.time)),
    statements: role.trust.map(statement => describeStatementUsage(statement, issued)),
    pipelines: countValues(issued.map(each => [each.pipeline, each.time])),
    branches: countValues(issued.map(each => [each.branch, each.time])),
    tags: listTags(role, issued),
    seconds: {
      asked: issued.length === 0 ? 0 : Math.max(...issued.map(each => each.seconds ?? role.session.seconds)),
      max: role.session.max,
    },
  };
}

export type UsageSetting = { readonly days: number; readonly now: number };

/** Describes what of each role was used, and what was not. */
export function describeUsage(
  roles: readonly Role[],
  exchanges: readonly UsedExchange[],
  setting: UsageSetting,
): Usage {
  const { days, now } = setting;
  const since = now - days * DAY;
  const recent = exchanges.filter(each => each.time >= since);
  const first = exchanges.reduce((least, each) => Math.min(least, each.time), now);
  const names = new Set(roles.map(each => each.name));
  return {
    roles: roles.map(role => describeRoleUsage(role, recent)),
    days,
    covered: Math.floor((now - first) / DAY),
    strangers: [...new Set(recent.map(each => each.role))].filter(role => !names.has(role)).sort(),
  };
}
