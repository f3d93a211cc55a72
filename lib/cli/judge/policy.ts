import type { Config } from '../../config/load.ts';
import type { Statement } from '../../policy/statement.ts';
import type { PolicyItem } from '../../review/compare/item.ts';
import { flattenItem, flattenRow } from '../../review/compare/members.ts';
import { describeCondition } from '../../review/explain/explain.ts';
import { digestPolicy } from '../../stores/roles.ts';

/** A role or a registry as one version reads its file. */
export type JudgedPolicy = {
  readonly of: 'role' | 'registry';
  readonly name: string;
  /** The `policy_digest` of audit events: the same for the same policy, issuers and version of the engine. */
  readonly digest: string;
  readonly members: { readonly [member: string]: unknown };
};

function describeStatement(statement: Statement): string {
  const { issuer, conditions, until, scopes } = statement;
  const end = until === undefined ? [] : [`until ${new Date(until * 1000).toISOString()}`];
  const given = scopes ? [`scopes ${scopes.join(' ')}`] : [];
  return [issuer, ...conditions.map(describeCondition), ...given, ...end].join(', ');
}

function describePolicy(policy: PolicyItem, rows: Config['rows']): JudgedPolicy['members'] {
  const statements = (['trust', 'deny'] as const).flatMap(effect =>
    policy[effect].map(each => [`${effect} "${each.id}"`, describeStatement(each)] as const),
  );
  return { ...flattenItem(policy), ...Object.fromEntries(statements), ...describeIssuers(policy, rows) };
}

/** Describes what of the rows of broker.yml stands before a policy. */
function describeIssuers(policy: PolicyItem, rows: Config['rows']): JudgedPolicy['members'] {
  const used = [...new Set(policy.trust.map(({ issuer }) => issuer))];
  return Object.fromEntries(
    used.flatMap(issuer => {
      const row = rows.get(issuer);
      return row ? [[issuer, { ...flattenRow(row), require: row.require.map(describeCondition) }]] : [];
    }),
  );
}

/** Every role and registry as this version reads it. */
export function listPolicies(config: Config): JudgedPolicy[] {
  const { roles, registries, rows } = config;
  return [...roles, ...registries].map(policy => ({
    of: 'methods' in policy ? 'registry' : 'role',
    name: policy.name,
    digest: digestPolicy(policy, rows),
    members: describePolicy(policy, rows),
  }));
}
