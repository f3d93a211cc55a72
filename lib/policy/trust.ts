import { addNulls, type Claims } from './claims.ts';
import { checkCondition, judgeAll } from './condition.ts';
import type { DemandName, JobFacts } from './demand.ts';
import type { IssuerFacts } from './issuer.ts';
import type { Statement } from './statement.ts';
import type { SkipReason, StatementTrace, Trace } from './trace.ts';
import type { VerifiedToken } from './verified-token.ts';

/** The facts of an issuer that `decide` needs at the time of a request. */
export type IssuerReading = Pick<IssuerFacts, 'nullable' | 'session' | 'audiences' | 'running'>;

/** Whom something is for, whatever it gives: what a role and a registry share. */
export type TrustPolicy = {
  readonly audience: string;
  readonly trust: readonly Statement[];
  readonly deny: readonly Statement[];
  readonly issuers: Readonly<Record<string, IssuerReading>>;
};

/** Why nobody's statement gives anything to this token. */
export type TrustReason = 'audience_differs' | 'explicitly_denied' | 'no_statement_holds';

/** The statement that speaks for the token, or why none does. */
export type TrustFinding = {
  /** As conditions see them: what an issuer leaves out for null is null. */
  readonly claims: Claims;
  readonly trace: Trace;
} & (
  | { readonly winner: Statement }
  | { readonly winner?: never; readonly reason: TrustReason; readonly statement: string | undefined }
);

type TrustQuestion = {
  readonly claims: Claims;
  readonly issuer: string;
  readonly context: Context;
  readonly least: number;
};

function findSkipReason({ issuer, until, effect }: Statement, asked: TrustQuestion): SkipReason | undefined {
  if (issuer !== asked.issuer) return 'issuer_differs';
  if (until === undefined) return undefined;
  const left = until - asked.context.now;
  if (left <= 0) return 'until_passed';
  // A session that the provider cannot make so short is no reason to shadow a later statement: otherwise
  // adding a condition here could turn a denial into an allowance.
  return effect === 'trust' && left < asked.least ? 'until_too_near' : undefined;
}

function traceStatement(statement: Statement, asked: TrustQuestion): StatementTrace {
  const { id, effect } = statement;
  const skip = findSkipReason(statement, asked);
  if (skip !== undefined) return { id, effect, skipped: skip, conditions: [], applies: false };
  const conditions = statement.conditions.map(each =>
    checkCondition(each, asked.claims, asked.context.sourceAddress),
  );
  const { truth } = judgeAll(conditions);
  // In doubt, a deny strikes and a trust does not: the job chooses which optional claims its token has.
  return {
    id,
    effect,
    skipped: undefined,
    conditions,
    applies: effect === 'deny' ? truth !== 'false' : truth === 'true',
  };
}

/**
 * Tries the statements of a trust policy on a token: deny statements first, then the first trust statement
 * that holds wins. Pure and total. `least` is the shortest session in seconds, which a statement's `until`
 * must leave. The trace holds every statement tried with each of its conditions.
 */
export function weighTrust(
  policy: TrustPolicy,
  token: VerifiedToken,
  { context, least }: { readonly context: Context; readonly least: number },
): TrustFinding {
  const reading = policy.issuers[token.issuer];
  const claims = addNulls(token.claims, reading?.nullable);
  const asked: TrustQuestion = { claims, issuer: token.issuer, context, least };
  const statements: StatementTrace[] = [];
  const traced: Trace = { audience: { expected: policy.audience, actual: token.audience }, statements };
  const first = (list: readonly Statement[]): Statement | undefined =>
    list.find(statement => {
      const each = traceStatement(statement, asked);
      statements.push(each);
      return each.applies;
    });
  const struck = first(policy.deny);
  const winner = first(policy.trust);
  const none = (reason: TrustReason, statement?: string): TrustFinding => ({
    claims,
    trace: traced,
    reason,
    statement,
  });
  if (![policy.audience, ...(reading?.audiences ?? [])].includes(token.audience))
    return none('audience_differs');
  if (struck) return none('explicitly_denied', struck.id);
  return winner ? { claims, trace: traced, winner } : none('no_statement_holds');
}
/** Facts of the request itself. `now` is in seconds since the epoch. */

export type Context = {
  readonly now: number;
  /** From the gateway or the socket, never from a header. */
  readonly sourceAddress: string | undefined;
  /** Facts of the token's job, as events told them. Undefined: nobody looked, so it is in doubt. */
  readonly job?: JobFacts | undefined;
  /** Demands of the role that an operator has suspended for now. */
  readonly suspended?: readonly DemandName[] | undefined;
};
