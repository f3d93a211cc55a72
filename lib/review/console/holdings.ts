import type { Role } from '../../policy/role.ts';
import { type ConsoleQuestion, decideQuestion, findStopForPage } from './answer.ts';
import type { PageData } from './held.ts';

/** The roles that a broker would give for this question, in the order of their files. */
export function listHoldings(
  question: ConsoleQuestion,
  data: Pick<PageData, 'roles' | 'rows'>,
): readonly Role[] {
  return data.roles.filter(role => {
    const { decision, issuer } = decideQuestion(question, role);
    return decision.allowed && findStopForPage(issuer, question.claims, data.rows) === undefined;
  });
}
