import { admitUse, type Counters, checkRefusals, countRefusal } from './counts.ts';
import { BrokerError } from './errors.ts';
import { decideByJob, EVENT_WAIT, type JobParts, type Question, type Settled, settle } from './job-facts.ts';
import type { Failed, Outcome, Reached, Refused, Requested, Stopped } from './outcome.ts';
import { type AccessRequest, decide, type Grant } from './policy/decide.ts';
import { meetsGuard } from './policy/guard.ts';
import type { Context } from './policy/trust.ts';
import type { VerifiedToken } from './policy/verified-token.ts';
import type { Credential } from './providers/provider.ts';
import type { RoleStore } from './stores/roles.ts';
import type { Spent, SpentStore } from './stores/spent.ts';
import {
  findMissingId,
  reasonOf,
  type Switched,
  type Switches,
  type SwitchReason,
  struck,
  VOUCHERS,
} from './switch.ts';
import type { IssuerRow } from './token/issuer.ts';
import { originOf } from './token/origin.ts';
import type { Verify } from './token/verify.ts';

/** What a caller presents: an opaque token, and what it asks for. Made by each protocol's `parse`. */
export type ExchangeRequest = {
  readonly subjectToken: string;
  readonly access: AccessRequest & { readonly sessionName: string | undefined };
};

/** The parts that an exchange runs on; `broker.ts` puts them together. */
export type Parts = Counters &
  JobParts & {
    readonly verify: Verify;
    readonly rows: ReadonlyMap<string, IssuerRow>;
    readonly roles: Pick<RoleStore, 'find' | 'near'>;
    readonly spent: SpentStore;
    readonly switches: Switches;
    readonly issue: (grant: Grant, now: number) => Promise<Credential>;
    /** Seconds since the epoch, read again where time counts. */
    readonly now: () => number;
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

function requested({ role, scopes, seconds, sessionName }: ExchangeRequest['access']): Requested {
  return {
    role,
    scopes,
    seconds,
    sessionName,
  };
}

/** The beginning of every outcome, also of one that ends before there is a request. */
export function begin(
  { decisionId, protocol, now, sourceAddress }: Visit,
  access?: ExchangeRequest['access'],
): Reached {
  return {
    decisionId,
    protocol,
    at: now,
    sourceAddress,
    ...(access ? { requested: requested(access) } : {}),
    ms: {},
  };
}

/** Does a step of a visit, and notes how long it took. */
export function timer({ elapsed }: Pick<Parts, 'elapsed'>, { ms }: Reached) {
  return async <T>(step: string, work: () => T | Promise<T>): Promise<T> => {
    const started = elapsed();
    try {
      return await work();
    } finally {
      ms[step] = elapsed() - started;
    }
  };
}

/** Why what was reached is switched off, if one of these is. The switch is noted for the audit event. */
export async function switchedOff(
  { switches }: Pick<Parts, 'switches'>,
  reached: Reached,
  among?: readonly Switched[],
): Promise<SwitchReason | undefined> {
  const { token, row, snapshot } = reached;
  if (!token) return undefined;
  const origin = originOf(token, row, snapshot?.role.name);
  const off = struck(await switches(), origin, among);
  if (off) {
    reached.off = off;
    reached.missingId = findMissingId(off, origin);
  }
  return off && reasonOf(off);
}

/** Who is asking, or why that is the end of it. Throws a `BrokerError` for a token that is not good. */
export function authenticated(
  parts: Pick<Parts, 'verify' | 'rows' | 'switches' | 'elapsed'>,
  subjectToken: string,
  reached: Reached,
): Promise<VerifiedToken | Stopped> {
  return timer(parts, reached)('authenticate', async () => {
    const token = await parts.verify(subjectToken, reached.at);
    reached.token = token;
    reached.row = parts.rows.get(token.issuer);
    // The fleet's guard comes before any policy, so that one careless role cannot open the house.
    if (!reached.row || !meetsGuard(reached.row, token.claims)) return 'guard_not_met';
    return (await switchedOff(parts, reached, VOUCHERS)) ?? token;
  });
}

/** Of a role that takes a token as often as it comes. */
const FREE: Spent = { release: async () => {} };

/** What was refused, or never asked for, was no use of the token: it may be tried again (T63). */
function givingBack({ release }: Spent) {
  return async (error: unknown): Promise<never> => {
    if (error instanceof BrokerError && error.undone) await release();
    throw error;
  };
}

/** How it ended when something was thrown; what is not a `BrokerError` fails closed as `internal_error`. */
export function failed(reached: Reached, error: unknown): Failed {
  return {
    kind: 'failed',
    reached,
    error:
      error instanceof BrokerError
        ? error
        : new BrokerError('internal_error', { detail: (error as Error)?.name, cause: error }),
  };
}

/**
 * Decides again where the time has gone on since: a process may be frozen at any step, and thawed when the token, a
 * statement's `until` or a switch says otherwise (threat T78).
 */
async function decideByNow(
  parts: Parts,
  reached: Reached,
  question: Question,
  asksJob: boolean,
): Promise<Settled | SwitchReason> {
  const { role, token, access, context } = question;
  if (token.acceptedUntil <= context.now) throw new BrokerError('token_expired', { at: 'exp', undone: true });
  const decision = asksJob
    ? await decideByJob(parts, reached, question, 0)
    : settle(decide(role, token, access, context));
  reached.decision = decision;
  return decision.allowed ? ((await switchedOff(parts, reached)) ?? decision) : decision;
}

/** Seconds that a visit may take before what was decided is decided again. */
const STALE = 1;

/** Whether so much time has passed since a visit began that what was decided then must be decided again (threat T78). */
export function isStale(now: number, { at }: Reached): boolean {
  return now - at >= STALE;
}

/**
 * The broker, whole: authenticate → decide → issue. Never throws: a denial and a failure are outcomes,
 * and whatever is not a `BrokerError` fails closed as `internal_error`.
 */
export async function exchange(parts: Parts, request: ExchangeRequest, visit: Visit): Promise<Outcome> {
  const { subjectToken, access } = request;
  const reached = begin(visit, access);
  const denied = (reason: Refused): Outcome => {
    countRefusal(parts, reached);
    return { kind: 'denied', reached, reason };
  };
  const timed = timer(parts, reached);
  try {
    const token = await authenticated(parts, subjectToken, reached);
    checkRefusals(parts, reached);
    if (typeof token === 'string') return denied(token);

    const snapshot = parts.roles.find(access.role);
    if (!snapshot) {
      if (reached.row?.guardBinds) reached.nearRole = parts.roles.near(access.role);
      return denied('role_unknown');
    }
    reached.snapshot = snapshot;
    const decision = await timed('decide', () => decide(snapshot.role, token, access, visit));
    reached.decision = decision;
    // Allowed but for what the role demands of the job: only then is anything looked up of it.
    const asksJob = !decision.allowed && decision.reason === 'job_unknown';
    if (!decision.allowed && decision.reason !== 'job_unknown') return denied(decision.reason);

    const off = await switchedOff(parts, reached);
    if (off) return denied(off);

    const { name, singleUse } = snapshot.role;
    // Before anything is used up, and after the decision: what strangers are told stays as it is.
    admitUse(parts, reached, [name]);
    if (singleUse && visit.repeats) return denied('single_use_not_here');
    const asked = { role: snapshot.role, token, access, context: visit };
    const known = asksJob
      ? await timed('job', () => decideByJob(parts, reached, asked, EVENT_WAIT))
      : settle(decision);
    if (!known.allowed) return denied(known.reason);
    const use = () => parts.spent.spend(`${name}:${token.digest}`, token.acceptedUntil, visit.now);
    const spent = singleUse ? await timed('spend', use) : FREE;
    if (!spent) return denied('token_already_used');

    const now = Math.max(parts.now(), visit.now);
    const question = { ...asked, context: { ...visit, now } };
    // Also where the job is asked about: it may have ended while the token was taken.
    const late =
      asksJob || isStale(now, reached)
        ? await decideByNow(parts, reached, question, asksJob).catch(givingBack(spent))
        : known;
    if (typeof late === 'string' || !late.allowed) {
      await spent.release();
      return denied(typeof late === 'string' ? late : late.reason);
    }
    const { grant } = late;
    const credential = await timed('issue', () => parts.issue(grant, now)).catch(givingBack(spent));
    return { kind: 'issued', reached, grant, credential };
  } catch (error) {
    return failed(reached, error);
  }
}
