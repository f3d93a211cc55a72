import type { Condition } from '../../policy/condition.ts';
import type { Role } from '../../policy/role.ts';
import type { Statement } from '../../policy/statement.ts';
import type { RoleEdit } from '../../review/author/narrow.ts';
import { countValues, type RoleUsage, type UsedExchange, type UsedValue } from './usage.ts';

/** A change that takes away what nobody used, and what it rests on. */
export type UsageProposal = {
  readonly role: string;
  readonly edit: RoleEdit;
  readonly says: string;
  /** The values that stay, with how often each came: an attacker's is among them (T96). */
  readonly kept: readonly UsedValue[];
};

/** Of more values than this a list would be no easier to judge than the pattern. */
const MOST_VALUES = 20;
/** Fewer uses say nothing of what is needed. */
const LEAST_USES = 3;

const PLAIN = /^[\x20-\x7e]{1,256}$/;

function listUsedValues(name: string, exchanges: readonly UsedExchange[]): readonly UsedValue[] | undefined {
  const values = exchanges.map(each => [each.claims[name], each.time] as const);
  const texts = values.flatMap(([value, time]) =>
    typeof value === 'string' && PLAIN.test(value) ? [[value, time] as const] : [],
  );
  if (texts.length < values.length) return undefined;
  const used = countValues(texts);
  return used.length <= MOST_VALUES ? used : undefined;
}

/** A pattern to what came, and a list to those of it that came. Only trust is looked at: a deny has done its work by not striking. */
function narrowCondition(
  { role, index }: { readonly role: Role; readonly index: number },
  condition: Condition,
  exchanges: readonly UsedExchange[],
): UsageProposal[] {
  const { on, name, operator } = condition;
  if (on !== 'claim' || name.startsWith('/') || !['matches', 'in'].includes(operator)) return [];
  const kept = listUsedValues(name, exchanges);
  if (!kept || kept.length === 0 || (operator === 'in' && kept.length === condition.operands.length))
    return [];
  const values = kept.map(each => each.value).sort();
  const edit: RoleEdit = { of: 'claim', index, claim: name, values };
  const id = role.trust[index]?.id ?? '';
  return [
    {
      role: role.name,
      edit,
      kept,
      says: `"${id}": ${name} to ${values.length === 1 ? 'the one value' : `the ${values.length} values`} that came`,
    },
  ];
}

function narrowStatement(role: Role, index: number, exchanges: readonly UsedExchange[]): UsageProposal[] {
  const statement = role.trust[index] as Statement;
  const own = exchanges.filter(each => each.statement === statement.id);
  if (own.length < LEAST_USES) return [];
  return statement.conditions.flatMap(condition => narrowCondition({ role, index }, condition, own));
}

function narrowScopes(role: Role, usage: RoleUsage): UsageProposal[] {
  return usage.statements.flatMap(({ id, times, scopes, unusedScopes }, index): UsageProposal[] => {
    if (times < LEAST_USES || unusedScopes.length === 0 || scopes.length === 0) return [];
    const kept = (role.trust[index]?.scopes ?? []).filter(scope => !unusedScopes.includes(scope));
    const edit: RoleEdit = { of: 'scopes', index, scopes: kept };
    return [
      { role: role.name, edit, kept: scopes, says: `"${id}": without the scopes ${unusedScopes.join(', ')}` },
    ];
  });
}

/** One statement at least stays, and the role was used by another. */
function dropStatements(role: Role, usage: RoleUsage): UsageProposal[] {
  const used = usage.statements.filter(each => each.times > 0);
  if (usage.issued < LEAST_USES || used.length === 0) return [];
  return usage.statements.flatMap((each, index) =>
    each.times === 0
      ? [
          {
            role: role.name,
            edit: { of: 'statement' as const, index },
            kept: [],
            says: `without "${each.id}", by which nobody came`,
          },
        ]
      : [],
  );
}

function shortenSession(role: Role, usage: RoleUsage): UsageProposal[] {
  const {
    seconds: { asked, max },
    issued,
  } = usage;
  if (issued < LEAST_USES || asked >= max || asked < role.session.min) return [];
  const edit: RoleEdit = { of: 'length', seconds: asked };
  return [
    {
      role: role.name,
      edit,
      kept: [],
      says: `sessions of at most ${asked} seconds, which nobody asked more than, and not ${max}`,
    },
  ];
}

/**
 * Proposes what to take away since nobody used it. Denies, guards, sentences and ceilings are not looked at: for those
 * not to have struck is what they are for. Each proposal is to be proved and replayed before anybody sees it.
 */
export function proposeNarrower(
  role: Role,
  usage: RoleUsage,
  exchanges: readonly UsedExchange[],
): UsageProposal[] {
  const own = exchanges.filter(each => each.issued && each.role === role.name);
  return [
    ...role.trust.flatMap((_, index) => narrowStatement(role, index, own)),
    ...narrowScopes(role, usage),
    ...dropStatements(role, usage),
    ...shortenSession(role, usage),
  ];
}
