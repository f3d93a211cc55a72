import type { JobKind } from '../../jobs/kind.ts';
import type { Statement } from '../../policy/statement.ts';
import { describeCondition } from '../explain/explain.ts';
import { type Differences, isWidening, type RoleChange } from './change.ts';
import type { Gain, ScopeGain, ShownRequest } from './difference.ts';
import type { MemberChange } from './members.ts';

/** One thing that is otherwise, in words: what the telling claim was, and the request that shows it. */
export type ReportLine = {
  readonly says: string;
  readonly telling?: string | undefined;
  readonly shown?: ShownRequest;
};

/** Changes that are alike for these roles, or for all of them. */
export type ReportSection = {
  readonly title: string;
  /** Names of the roles or registries, when it is about some. */
  readonly names: readonly string[];
  readonly lines: readonly ReportLine[];
  readonly widens: boolean;
};

/** Describes all changes, part by part: what guards all roles, how issuers are verified, then role by role. */
export function listSections(differences: Differences): ReportSection[] {
  const { roles, issuers, guardrails } = differences;
  return [
    ...(guardrails.length > 0 ? [createMemberSection('guardrails', guardrails)] : []),
    ...issuers.map(each => createMemberSection(`issuer ${each.issuer}`, each.members)),
    ...groupAlike(roles),
  ];
}

function createMemberSection(title: string, members: readonly MemberChange[]): ReportSection {
  return {
    title,
    names: [],
    lines: members.map(describeMember),
    widens: members.some(each => !each.narrower),
  };
}

function describeMember(change: MemberChange): ReportLine {
  const { member, before, after, narrower } = change;
  return {
    says:
      before !== undefined && before === after
        ? `${member} demands something else: ${JSON.stringify(after)}`
        : `${member} was ${JSON.stringify(before) ?? 'not there'} and is ${JSON.stringify(after) ?? 'not there'}${narrower ? ' (narrower)' : ''}`,
  };
}

/** Roles that changed in the same words are one section: a thousand alike are read once. */
function groupAlike(changes: readonly RoleChange[]): ReportSection[] {
  const groups = new Map<string, RoleChange[]>();
  for (const change of changes) {
    const key = JSON.stringify([change.of, change.is, listChangeLines(change)], (name, value: unknown) =>
      name === 'shown' ? undefined : hideName(value, change),
    );
    const group = groups.get(key);
    if (group) group.push(change);
    else groups.set(key, [change]);
  }
  return [...groups.values()].map(describeGroup);
}

function hideName(value: unknown, change: RoleChange): unknown {
  return typeof value === 'string' ? value.replaceAll(`:${change.role}`, ':…') : value;
}

const MEANS: { readonly [is in RoleChange['is']]: string } = {
  added: 'new',
  removed: 'gone',
  changed: 'changed',
  renamed: 'renamed',
};

const PLURALS = { role: 'roles', registry: 'registries' } as const;

function describeGroup(group: readonly RoleChange[]): ReportSection {
  const [first] = group as [RoleChange, ...RoleChange[]];
  const { of, role, is, was, gives } = first;
  const alone = group.length === 1;
  const who = alone ? `${of} ${role}` : `${group.length} ${PLURALS[of]}`;
  const lines = listChangeLines(first);
  return {
    title: `${who}: ${MEANS[is]}${alone && was !== undefined ? `, was ${was}` : ''}`,
    names: group.map(each => each.role),
    lines: alone && gives !== undefined ? [{ says: `gives ${gives}` }, ...lines] : lines,
    widens: group.some(isWidening),
  };
}

/**
 * Describes a change line by line. What it gives and whom it newly lets in comes first: that is what a reviewer must
 * judge.
 */
function listChangeLines(change: RoleChange): ReportLine[] {
  return [
    ...change.members.map(describeMember),
    ...describeRename(change),
    ...describeOpenedJobs(change.opens),
    ...change.gained.map(describeGain),
    ...change.scopesGained.map(each => describeScopes('newly given', each)),
    ...change.lost.map(each => ({ says: `no longer allowed by "${each.statement.id}"`, shown: each.shown })),
    ...change.scopesLost.map(each => describeScopes('no longer given', each)),
  ];
}

/** Jobs that others can cause come in capitals: a reviewer must not read over them. */
function describeOpenedJobs(opens: readonly JobKind[]): ReportLine[] {
  return opens.length === 0
    ? []
    : [
        {
          says: `newly admits ${opens.map(({ name, danger }) => (danger ? `${name.toUpperCase()} (${danger})` : name)).join(', ')}`,
        },
      ];
}

function describeGain(gain: Gain): ReportLine {
  const { statement, telling, shown } = gain;
  return {
    says: `newly allowed by "${statement.id}": ${describeConditions(statement)}`,
    telling: telling && `${telling}, now allowed by "${statement.id}"`,
    shown,
  };
}

function describeScopes(how: string, gain: ScopeGain): ReportLine {
  const { statement, scopes, shown } = gain;
  return { says: `${how} ${scopes.join(' ')} by "${statement.id}"`, shown };
}

function describeConditions(statement: Statement): string {
  return [
    ...statement.conditions.map(describeCondition),
    ...(statement.until === undefined
      ? []
      : [`until ${new Date(statement.until * 1000).toISOString().replace('.000', '')}`]),
  ].join(', ');
}

/** A name is part of what we sign and of the external id, so whoever trusts those must learn the new one first. */
function describeRename(change: RoleChange): ReportLine[] {
  const { is, was, role, members } = change;
  if (is !== 'renamed') return [];
  const changed = members.map(each => each.member);
  return [
    { says: `steps that ask for ${was} must ask for ${role}` },
    ...(changed.includes('aws.external_id')
      ? [
          {
            says: `the target refuses until its trust policy has sts:ExternalId "kite-sts:${role}"; or keep external_id: "kite-sts:${was}" in the role`,
          },
        ]
      : []),
    ...(changed.some(member => member.endsWith('.subject'))
      ? [{ says: `whoever trusts sub "role:${was}" must trust "role:${role}" first` }]
      : []),
  ];
}
