import { BrokerError } from './errors.ts';
import type { Outcome, Reached, Refused, Requested } from './outcome.ts';
import { type AccessRequest, type Context, decide, type Grant } from './policy/decide.ts';
import { meets } from './policy/guard.ts';
import type { Credential } from './providers/provider.ts';
import type { RoleStore } from './stores/roles.ts';
import type { SpentStore } from './stores/spent.ts';
import type { IssuerRow } from './token/issuer.ts';
import type { Verify } from './token/verify.ts';

/** What a caller presents: an opaque token, and what it asks for. Made by each protocol's `parse`. */
export type ExchangeRequest = {
  readonly subjectToken: string;
  readonly access: AccessRequest & { readonly sessionName: string | undefined };
};

/** The parts that an exchange runs on; `broker.ts` puts them together. */
export type Parts = {
  readonly verify: Verify;
  readonly rows: ReadonlyMap<string, IssuerRow>;
  readonly roles: Pick<RoleStore, 'find' | 'near'>;
  readonly spent: SpentStore;
  readonly issue: (grant: Grant, now: number) => Promise<Credential>;
  /** Milliseconds of a monotonic clock. */
  readonly elapsed: () => number;
};

/** Who is asking, through which door, and how it is to be named. */
export type Visit = Context & {
  readonly decisionId: string;
  readonly protocol: string;
  /** The door's clients send one subject token again and again, as every SDK does when it renews. */
  readonly repeats: boolean;
};

const requested = ({ role, scopes, seconds, sessionName }: ExchangeRequest['access']): Requested => ({
  role,
  scopes,
  seconds,
  sessionName,
});

/** The beginning of every outcome, also of one that ends before there is a request. */
export const begin = (
  { decisionId, protocol, now, sourceAddress }: Visit,
  access?: ExchangeRequest['access'],
): Reached => ({
  decisionId,
  protocol,
  at: now,
  sourceAddress,
  ...(access ? { requested: requested(access) } : {}),
  ms: {},
});

/**
 * The broker, whole: authenticate → decide → issue. Never throws: a denial and a failure are outcomes,
 * and whatever is not a `BrokerError` fails closed as `internal_error`.
 */
export const exchange = async (parts: Parts, request: ExchangeRequest, visit: Visit): Promise<Outcome> => {
  const { subjectToken, access } = request;
  const reached = begin(visit, access);
  const denied = (reason: Refused): Outcome => ({ kind: 'denied', reached, reason });
  const timed = async <T>(step: string, work: () => T | Promise<T>): Promise<T> => {
    const started = parts.elapsed();
    try {
      return await work();
    } finally {
      reached.ms[step] = parts.elapsed() - started;
    }
  };
  try {
    const token = await timed('authenticate', () => parts.verify(subjectToken, visit.now));
    reached.token = token;
    const row = parts.rows.get(token.issuer);
    reached.row = row;

    // The fleet's guard comes before any role, so that one careless role cannot open the house.
    if (!row || !meets(row, token.claims)) return denied('guard_not_met');
    const snapshot = parts.roles.find(access.role);
    if (!snapshot) {
      if (row.guardBinds) reached.nearRole = parts.roles.near(access.role);
      return denied('role_unknown');
    }
    reached.snapshot = snapshot;
    const decision = await timed('decide', () => decide(snapshot.role, token, access, visit));
    reached.decision = decision;
    if (!decision.allowed) return denied(decision.reason);

    if (snapshot.role.singleUse) {
      if (visit.repeats) return denied('single_use_not_here');
      const key = `${snapshot.role.name}:${token.digest}`;
      const first = await timed('spend', () => parts.spent.spend(key, token.acceptedUntil, visit.now));
      if (!first) return denied('token_already_used');
    }
    const credential = await timed('issue', () => parts.issue(decision.grant, visit.now));
    return { kind: 'issued', reached, grant: decision.grant, credential };
  } catch (error) {
    const known =
      error instanceof BrokerError
        ? error
        : new BrokerError('internal_error', { detail: (error as Error)?.name, cause: error });
    return { kind: 'failed', reached, error: known };
  }
};
