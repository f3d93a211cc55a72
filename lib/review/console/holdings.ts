import type { Role } from '../../policy/role.ts';
import { type ConsoleQuestion, decideQuestion, findStop } from './answer.ts';
import type { PageData } from './held.ts';

/** The roles that a broker would give for this question, in the order of their files. */
export function listHoldings(
  question: ConsoleQuestion,
  data: Pick<PageData, 'roles' | 'rows'>,
): readonly Role[] {
  return data.roles.filter(role => {
    const { decision, issuer } = decideQuestion(question, role);
    return decision.allowed && findStop(issuer, question.claims, data.rows) === undefined;
  });
}
