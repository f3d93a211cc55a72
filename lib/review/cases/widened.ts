import { findKind } from '../../language/kinds.ts';
import { DEMANDS, type DemandName } from '../../policy/demand.ts';
import type { Statement } from '../../policy/statement.ts';
import type { PolicyItem } from '../compare/item.ts';

/** A policy that gives more to the same callers, and what a case must say to notice. */
export type Widened<P extends PolicyItem> = {
  /** An id that stays for as long as the policy says the same. */
  readonly id: string;
  readonly policy: P;
  readonly by:
    | { readonly statement: string; readonly scopes: readonly string[] }
    /** One second more than is granted today. */
    | { readonly seconds: number }
    /** Jobs of these issuers need it no more. */
    | { readonly demand: DemandName; readonly issuers: readonly string[] };
};

/** Scopes that the policy knows, whoever has them. */
function listScopes(policy: PolicyItem): string[] {
  const own = policy.trust.flatMap(({ scopes }) => scopes ?? []);
  const named = 'methods' in policy ? Object.values(policy.methods) : [];
  const template = 'template' in policy ? policy.template : undefined;
  const permitted = template?.kind === 'github' ? Object.keys(template.permissions) : [];
  return [...new Set([...own, ...named, ...permitted])];
}

function widenScopes<P extends PolicyItem>(policy: P): Widened<P>[] {
  const all = listScopes(policy);
  return policy.trust.flatMap((statement: Statement) => {
    const { id, scopes } = statement;
    if (scopes === undefined) return [];
    return all
      .filter(each => !scopes.includes(each))
      .map(more => ({
        id: `${id}: scopes with ${JSON.stringify(more)}`,
        policy: {
          ...policy,
          trust: policy.trust.map(each =>
            each === statement ? { ...each, scopes: [...scopes, more] } : each,
          ),
        },
        by: { statement: id, scopes },
      }));
  });
}

/** Of a role that says itself how long its sessions last. */
function widenLength<P extends PolicyItem>(policy: P): Widened<P>[] {
  if ('methods' in policy || policy.disabled !== undefined) return [];
  const { max } = policy.session;
  const lengths = findKind(policy.template.kind).lengths(policy.template as never);
  if (max >= lengths.max || max === lengths.fallback) return [];
  const session = { ...policy.session, max: lengths.max };
  return [
    {
      id: `session: max_seconds of ${lengths.max}`,
      policy: { ...policy, session },
      by: { seconds: max + 1 },
    },
  ];
}

/** Lists the statements that would lose a demand. One that the issuer's row makes anyway is no loss. */
function listLosing(policy: Exclude<PolicyItem, { methods: unknown }>, demand: DemandName): string[] {
  if (!policy[demand]) return [];
  const issuers = policy.trust.map(({ issuer }) => issuer);
  return demand === 'running' ? issuers.filter(each => !policy.issuers[each]?.running) : issuers;
}

function dropDemands<P extends PolicyItem>(policy: P): Widened<P>[] {
  if ('methods' in policy || policy.disabled !== undefined) return [];
  return DEMANDS.flatMap(demand => {
    const issuers = listLosing(policy, demand);
    if (issuers.length === 0) return [];
    return [
      { id: `${demand}: dropped`, policy: { ...policy, [demand]: undefined }, by: { demand, issuers } },
    ];
  });
}

/**
 * Each policy that is this one with one thing more to give: a scope that others have, the longest session of its kind,
 * or the same for jobs of which less is demanded.
 */
export function createWidened<P extends PolicyItem>(policy: P): Widened<P>[] {
  return [...widenScopes(policy), ...widenLength(policy), ...dropDemands(policy)];
}
