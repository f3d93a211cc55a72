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

/** The facts of a request that decide whether a statement is tried. */
type TrustContext = {
  readonly context: Context;
  /** The shortest session in seconds that could be given, which a statement's `until` must leave. */
  readonly shortestSession: number;
};

type TrustQuestion = TrustContext & { readonly claims: Claims; readonly issuer: string };

function findSkipReason(statement: Statement, question: TrustQuestion): SkipReason | undefined {
  const { issuer, until, effect } = statement;
  if (issuer !== question.issuer) return 'issuer_differs';
  if (until === undefined) return undefined;
  const left = until - question.context.now;
  if (left <= 0) return 'until_passed';
  // A session that the provider cannot make so short is no reason to shadow a later statement: otherwise
  // adding a condition here could turn a denial into an allowance.
  return effect === 'trust' && left < question.shortestSession ? 'until_too_near' : undefined;
}

function traceStatement(statement: Statement, question: TrustQuestion): StatementTrace {
  const { id, effect } = statement;
  const skipped = findSkipReason(statement, question);
  if (skipped !== undefined) return { id, effect, skipped, conditions: [], applies: false };
  const { claims, context } = question;
  const conditions = statement.conditions.map(each => checkCondition(each, claims, context.sourceAddress));
  const { truth } = judgeAll(conditions);
  // In doubt, a deny strikes and a trust does not: the job chooses which optional claims its token has.
  const applies = effect === 'deny' ? truth !== 'false' : truth === 'true';
  return { id, effect, skipped: undefined, conditions, applies };
}

type Tried = { readonly traces: readonly StatementTrace[]; readonly applying: Statement | undefined };

/** Tries statements in their order, up to the first that applies. */
function tryStatements(statements: readonly Statement[], question: TrustQuestion): Tried {
  const traces: StatementTrace[] = [];
  for (const statement of statements) {
    const trace = traceStatement(statement, question);
    traces.push(trace);
    if (trace.applies) return { traces, applying: statement };
  }
  return { traces, applying: undefined };
}

/**
 * Tries the statements of a trust policy on a token: deny statements first, then the first trust statement
 * that holds wins. Pure and total. The trace holds every statement tried with each of its conditions.
 */
export function weighTrust(policy: TrustPolicy, token: VerifiedToken, request: TrustContext): TrustFinding {
  const reading = policy.issuers[token.issuer];
  const claims = addNulls(token.claims, reading?.nullable);
  const question = { ...request, claims, issuer: token.issuer };
  const denying = tryStatements(policy.deny, question);
  const trusting = tryStatements(policy.trust, question);
  const trace: Trace = {
    audience: { expected: policy.audience, actual: token.audience },
    statements: [...denying.traces, ...trusting.traces],
  };
  const found = { claims, trace };
  if (![policy.audience, ...(reading?.audiences ?? [])].includes(token.audience))
    return { ...found, reason: 'audience_differs', statement: undefined };
  if (denying.applying) return { ...found, reason: 'explicitly_denied', statement: denying.applying.id };
  if (trusting.applying) return { ...found, winner: trusting.applying };
  return { ...found, reason: 'no_statement_holds', statement: undefined };
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
