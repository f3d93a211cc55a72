import { describeKinds, type JobKind } from '../../jobs/kind.ts';
import type { Condition } from '../../policy/condition.ts';
import type { Statement } from '../../policy/statement.ts';
import type { IssuerRow } from '../../token/issuer.ts';
import type { DescribeOpened, Loosening } from '../explain/remedy.ts';
import type { SearchedPolicy } from '../space/space.ts';
import { judgeJobs } from './jobs.ts';

/** One condition as a file's reading gives it: it is known by what it says. */
function isSameTest(one: Condition, other: Condition): boolean {
  return (
    one.name === other.name &&
    one.operator === other.operator &&
    one.operands.join() === other.operands.join()
  );
}

function loosenStatement(statement: Statement, loosening: Loosening): Statement {
  const { condition, operator, operands } = loosening;
  const conditions = statement.conditions.flatMap(each => {
    if (!isSameTest(each, condition)) return [each];
    return operands === undefined ? [] : [{ ...each, operator, operands }];
  });
  return { ...statement, conditions };
}

function listOpenedKinds(role: SearchedPolicy, rows: ReadonlyMap<string, IssuerRow>, id: string): JobKind[] {
  const jobs = judgeJobs(role, rows).find(each => each.statement.id === id)?.jobs ?? [];
  return jobs.filter(each => each.answer === 'admits').map(each => each.kind);
}

/** Which kinds of jobs a statement of this role would admit that it does not admit today. */
export function createOpenedDescriber(
  role: SearchedPolicy,
  rows: ReadonlyMap<string, IssuerRow>,
): DescribeOpened {
  return loosening => {
    const { statement: id } = loosening;
    const trust = role.trust.map(each => (each.id === id ? loosenStatement(each, loosening) : each));
    const before = listOpenedKinds(role, rows, id).map(each => each.name);
    const opened = listOpenedKinds({ ...role, trust }, rows, id).filter(each => !before.includes(each.name));
    return describeOpenedKinds(opened);
  };
}

function describeOpenedKinds(opened: readonly JobKind[]): string {
  if (opened.length === 0) return '';
  const safe = opened.filter(each => each.danger === undefined).map(each => each.name);
  return `. This opens it to ${[...safe, describeKinds(opened)].filter(Boolean).join(', ')}`;
}
