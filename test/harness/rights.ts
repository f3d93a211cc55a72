import type { IamStatement } from '../../infra/cloudformation.ts';
import { judgeCondition } from '../../lib/review/targets/condition.ts';

/** A call as IAM sees it: who asks, for what, and what is known of the request by IAM's own keys. */
export type Attempt = {
  readonly action: string;
  readonly resource: string;
  /** By name in lower case. A list is one that only the set operators read. */
  readonly keys: { readonly [name: string]: string | readonly string[] | undefined };
};

type Filled = Pick<IamStatement, 'Action' | 'Condition'> & { readonly Resource?: readonly string[] };

/** As IAM matches: * is any characters, a slash and a colon too. */
function isOfResource(patterns: readonly string[], resource: string): boolean {
  return patterns.some(pattern => {
    const parts = pattern.split('*').map(part => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
    return new RegExp(`^${parts.join('.*')}$`).test(resource);
  });
}

function readOperands(value: unknown): readonly string[] {
  return (Array.isArray(value) ? value : [value]).map(String);
}

/** Every condition must be true: one that cannot be told from here is a mistake of this stand-in, and no right. */
function meetsConditions({ Condition = {} }: Filled, { keys }: Attempt): boolean {
  const conditions = Object.entries(Condition).flatMap(([operator, by]) =>
    Object.entries(by).map(([key, value]) => ({ operator, key, operands: readOperands(value) })),
  );
  return conditions.every(
    condition =>
      judgeCondition(condition, key => {
        const value = keys[key];
        if (value === undefined) return { values: [] };
        return typeof value === 'string' ? { values: [value] } : { values: value, many: true };
      }) === 'true',
  );
}

/** Whether these statements, which only allow, allow this. */
export function allows(statements: readonly Filled[], attempt: Attempt): boolean {
  return statements.some(
    statement =>
      statement.Action.includes(attempt.action) &&
      isOfResource(statement.Resource ?? [], attempt.resource) &&
      meetsConditions(statement, attempt),
  );
}
