import { type AuthenticationParts, authenticateCaller, checkSwitches } from './authenticate.ts';
import { admitUse, type Counters, countRefusal } from './counts.ts';
import { BrokerError } from './errors.ts';
import {
  decideByJob,
  EVENT_WAIT,
  type JobParts,
  type Question,
  refuseLate,
  settleDecision,
} from './job-facts.ts';
import { deny, type Outcome, type Refused, type Step } from './outcome.ts';
import { type AccessRequest, type Allow, decide, type Grant } from './policy/decide.ts';
import type { Role } from './policy/role.ts';
import type { Credential } from './providers/provider.ts';
import { releaseIfUndone, spendToken } from './spend.ts';
import type { RoleStore } from './stores/roles.ts';
import type { SpentStore } from './stores/spent.ts';
import { createFailure, isStale, type Journal, openJournal, readTimeAgain, type Visit } from './visit.ts';

/** What a caller presents: an opaque token, and what it asks for. Made by each protocol's `parse`. */
export type ExchangeRequest = {
  readonly subjectToken: string;
  readonly access: AccessRequest & { readonly sessionName: string | undefined };
};

/** The parts that an exchange runs on; `broker.ts` puts them together. */
export type Parts = Counters &
  AuthenticationParts &
  JobParts & {
    readonly roles: Pick<RoleStore, 'find' | 'findNear'>;
    readonly spent: SpentStore;
    readonly issue: (grant: Grant, now: number) => Promise<Credential>;
    /** Seconds since the epoch, read again where time counts. */
    readonly now: () => number;
    /** Milliseconds of a monotonic clock. */
    readonly elapsed: () => number;
  };

/**
 * The broker, whole: authenticate → decide → issue. Never throws: a denial and a failure are outcomes, and whatever is
 * not a `BrokerError` fails closed as `internal_error`.
 */
export async function runExchange(parts: Parts, request: ExchangeRequest, visit: Visit): Promise<Outcome> {
  const { role, scopes, seconds, sessionName } = request.access;
  const journal = openJournal(visit, parts.elapsed, { role, scopes, seconds, sessionName });
  try {
    const issued = await followExchange(parts, request, visit, journal);
    const { reached } = journal;
    if (!('denied' in issued)) return { kind: 'issued', reached, ...issued.value };
    countRefusal(parts, reached);
    return { kind: 'denied', reached, reason: issued.denied };
  } catch (error) {
    return createFailure(journal.reached, error);
  }
}

type Issued = { readonly grant: Grant; readonly credential: Credential };

/** Each step gives what the next one needs, or the reason that ends the exchange. */
async function followExchange(
  parts: Parts,
  { subjectToken, access }: ExchangeRequest,
  visit: Visit,
  journal: Journal,
): Promise<Step<Issued, Refused>> {
  const token = await authenticateCaller(parts, subjectToken, journal);
  if ('denied' in token) return token;
  const role = findRole(parts, access.role, journal);
  if ('denied' in role) return role;
  const question: Question = { role: role.value, token: token.value, access, context: visit };
  const decided = await decideByPolicy(parts, question, journal);
  if ('denied' in decided) return decided;
  const admitted = admitToRole(parts, role.value, visit, journal);
  if ('denied' in admitted) return admitted;
  const allowed = await decideWithJob(parts, question, decided.value, journal);
  if ('denied' in allowed) return allowed;
  const spent = await spendToken(parts, question, journal);
  if ('denied' in spent) return spent;
  return releaseIfUndone(spent.value, () => issueByNow(parts, question, allowed.value, journal));
}

function findRole(parts: Parts, name: string, journal: Journal): Step<Role, 'role_unknown'> {
  const snapshot = parts.roles.find(name);
  if (snapshot) {
    journal.note({ snapshot });
    return { value: snapshot.role };
  }
  if (journal.reached.row?.guardBinds) journal.note({ nearRole: parts.roles.findNear(name) });
  return deny('role_unknown');
}

/** Allowed, or allowed but for what the role demands of the job: only then is anything looked up of it. */
type Decided = { readonly allow: Allow | undefined };

/** The role's policy, and what is switched off. */
async function decideByPolicy(
  parts: Parts,
  { role, token, access, context }: Question,
  journal: Journal,
): Promise<Step<Decided, Refused>> {
  const decision = await journal.time('decide', () => decide(role, token, access, context));
  journal.note({ decision });
  if (!decision.allowed && decision.reason !== 'job_unknown') return deny(decision.reason);
  const on = await checkSwitches(parts, journal);
  return 'denied' in on ? on : { value: { allow: decision.allowed ? decision : undefined } };
}

/** Before anything is used up, and after the decision: what strangers are told stays as it is. */
function admitToRole(
  parts: Parts,
  { name, singleUse }: Role,
  { repeats }: Visit,
  { reached }: Journal,
): Step<undefined, 'single_use_not_here'> {
  admitUse(parts, reached, [name]);
  return singleUse && repeats ? deny('single_use_not_here') : { value: undefined };
}

/** A decision for which nothing more is to be asked, and whether the job was asked about. */
type Settled = { readonly allow: Allow; readonly asksJob: boolean };

async function decideWithJob(
  parts: Parts,
  question: Question,
  { allow }: Decided,
  journal: Journal,
): Promise<Step<Settled, Refused>> {
  if (allow) return { value: { allow, asksJob: false } };
  const settled = await journal.time('job', () => decideByJob(parts, journal, question, EVENT_WAIT));
  return settled.allowed ? { value: { allow: settled, asksJob: true } } : deny(settled.reason);
}

async function issueByNow(
  parts: Parts,
  { context, ...question }: Question,
  { allow, asksJob }: Settled,
  journal: Journal,
): Promise<Step<Issued, Refused>> {
  const now = readTimeAgain(parts.now, journal.reached);
  // Also where the job is asked about: it may have ended while the token was taken.
  const late = asksJob || isStale(now, journal.reached);
  const asked = { ...question, context: { ...context, now } };
  const allowed = late ? await decideAgain(parts, asked, asksJob, journal) : { value: allow };
  if ('denied' in allowed) return allowed;
  const { grant } = allowed.value;
  const credential = await journal.time('issue', () => parts.issue(grant, now));
  return { value: { grant, credential } };
}

/**
 * Decides by the time that it is now: a process may be frozen at any step, and thawed when the token, a statement's
 * `until` or a switch says otherwise (threat T78).
 */
async function decideAgain(
  parts: Parts,
  question: Question,
  asksJob: boolean,
  journal: Journal,
): Promise<Step<Allow, Refused>> {
  const { role, token, access, context } = question;
  if (token.acceptedUntil <= context.now) throw new BrokerError('token_expired', { at: 'exp', undone: true });
  const decision = asksJob
    ? await decideByJob(parts, journal, question, 0)
    : settleDecision(decide(role, token, access, context));
  if (asksJob) refuseLate(parts.now(), journal.reached);
  journal.note({ decision });
  if (!decision.allowed) return deny(decision.reason);
  const on = await checkSwitches(parts, journal);
  return 'denied' in on ? on : { value: decision };
}
