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

/** Decides as a broker with this role would. */
export function answerQuestion(
  question: ConsoleQuestion,
  role: Role,
  data: Pick<PageData, 'rows'>,
): ConsoleAnswer {
  const { claims, scopes, seconds, context } = question;
  const token = assumeVerified(claims, role);
  const row = data.rows.get(token.issuer);
  const access = { role: role.name, scopes, seconds, kinds: undefined };
  // The page has no events: what is demanded of the job is said, and taken as met.
  const decision = decide(role, token, access, { job: assumeMet(role, context.now), ...context });
  const met = row && meetsGuard(row, claims);
  return {
    issuer: token.issuer,
    stopped: row ? (met ? undefined : 'guard_not_met') : 'issuer_unknown',
    decision,
    remedies: findRemedies(
      decision,
      claim => findRequestFlag(claim, row),
      createOpenedDescriber(role, data.rows),
    ),
  };
}
