import type { Claims } from '../../policy/claims.ts';
import { type Decision, decide } from '../../policy/decide.ts';
import { meetsGuard } from '../../policy/guard.ts';
import { findRequestFlag } from '../../policy/issuer.ts';
import type { Role } from '../../policy/role.ts';
import type { Context } from '../../policy/trust.ts';
import { assumeMet, assumeVerified } from '../assume.ts';
import { createOpenedDescriber } from '../compare/opened.ts';
import { findRemedies, type Remedies } from '../explain/remedy.ts';
import type { PageData } from './held.ts';

/** Who asks, and what for. */
export type ConsoleQuestion = {
  readonly claims: Claims;
  /** Undefined: all that the statement gives. */
  readonly scopes: readonly string[] | undefined;
  readonly seconds: number | undefined;
  readonly context: Context;
};

/** Why a token is refused before any role is asked: broker.yml lists no such issuer, or its guard is not met. */
export type StopReason = 'issuer_unknown' | 'guard_not_met';

export type ConsoleAnswer = {
  readonly issuer: string;
  readonly stopped: StopReason | undefined;
  readonly decision: Decision;
  readonly remedies: Remedies;
};

/** Finds what stops a token of this issuer before any role, if anything does. */
export function findStopForPage(
  issuer: string,
  claims: Claims,
  rows: PageData['rows'],
): StopReason | undefined {
  const row = rows.get(issuer);
  if (!row) return 'issuer_unknown';
  return meetsGuard(row, claims) ? undefined : 'guard_not_met';
}

/** Decides by the role alone, and says of which issuer the token is. */
export function decideQuestion(
  question: ConsoleQuestion,
  role: Role,
): Pick<ConsoleAnswer, 'issuer' | 'decision'> {
  const { claims, scopes, seconds, context } = question;
  const token = assumeVerified(claims, role);
  const access = { role: role.name, scopes, seconds, kinds: undefined };
  // The page has no events: what is demanded of the job is said, and taken as met.
  const decision = decide(role, token, access, { job: assumeMet(role, context.now), ...context });
  return { issuer: token.issuer, decision };
}

/** Decides as a broker with this role would. */
export function answerQuestion(
  question: ConsoleQuestion,
  role: Role,
  data: Pick<PageData, 'rows'>,
): ConsoleAnswer {
  const { issuer, decision } = decideQuestion(question, role);
  const row = data.rows.get(issuer);
  return {
    issuer,
    stopped: findStopForPage(issuer, question.claims, data.rows),
    decision,
    remedies: findRemedies(
      decision,
      claim => findRequestFlag(claim, row),
      createOpenedDescriber(role, data.rows),
    ),
  };
}
