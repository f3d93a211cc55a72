import { type AuthenticationParts, authenticateCaller, checkKillSwitches } from './authenticate.ts';
import { admitUse, type Counters, countRefusal } from './counts.ts';
import { BrokerError } from './errors.ts';
import {
  decideWithJobFacts,
  EVENT_WAIT,
  type JobParts,
  type Question,
  refuseIfTooLate,
  requireKnownJob,
} from './job-facts.ts';
import { deny, type Outcome, type Refused, type Step } from './outcome.ts';
import { type AccessRequest, type Allow, decide, type Grant } from './policy/decide.ts';
import type { Role } from './policy/role.ts';
import type { Credential } from './providers/provider.ts';
import { releaseIfNotIssued, spendTokenOnce } from './spend.ts';
import type { RoleStore } from './stores/roles.ts';
import type { SpentStore } from './stores/spent.ts';
import { createFailure, isStale, type Journal, openJournal, readTimeAgain, type Visit } from './visit.ts';

/** A caller's request: an opaque token, and what it asks for. Made by each protocol's `parse`. */
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
 * The broker, whole: authenticate → decide → issue, in the steps of `followExchange`. Never throws: a denial and a failure are outcomes, and whatever is
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

/**
 * Who is asking, for which role, may they, how often, does their job run, was the token used before, and at last the
 * credential. Each step gives what the next one needs, or denies with the reason that ends the exchange; what is nobody's
 * denial (a store that is away, a limit, a token that is not good) is thrown.
 */
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
  const admitted = admitUseOfRole(parts, role.value, visit, journal);
  if ('denied' in admitted) return admitted;
  const allowed = await askJobIfNeeded(parts, question, decided.value, journal);
  if ('denied' in allowed) return allowed;
  const spent = await spendTokenOnce(parts, question, journal);
  if ('denied' in spent) return spent;
  return releaseIfNotIssued(spent.value, () => issueAtThisTime(parts, question, allowed.value, journal));
}

function findRole(parts: Parts, name: string, journal: Journal): Step<Role, 'role_unknown'> {
  const snapshot = parts.roles.find(name);
  if (snapshot) {
    journal.note({ snapshot });
    return { value: snapshot.role };
  }
  if (journal.reached.row?.guardNamesTenant) journal.note({ nearRole: parts.roles.findNear(name) });
  return deny('role_unknown');
}

/** Allowed; or undefined where all that is missing is what events tell of the job, which nobody has looked up yet. */
type PolicyAnswer = { readonly allow: Allow | undefined };

/** The role's policy, and what is switched off. `job_unknown`: allowed, if the job is as the role demands. */
async function decideByPolicy(
  parts: Parts,
  { role, token, access, context }: Question,
  journal: Journal,
): Promise<Step<PolicyAnswer, Refused>> {
  const decision = await journal.time('decide', () => decide(role, token, access, context));
  journal.note({ decision });
  if (!decision.allowed && decision.reason !== 'job_unknown') return deny(decision.reason);
  const on = await checkKillSwitches(parts, journal);
  return 'denied' in on ? on : { value: { allow: decision.allowed ? decision : undefined } };
}

/**
 * Counts this use by its tenant; throws `rate_limited` where it is one too many. After the decision, so that a stranger
 * cannot learn whether there is such a role, and before anything is used up.
 */
function admitUseOfRole(
  parts: Parts,
  { name, singleUse }: Role,
  { reusesToken }: Visit,
  { reached }: Journal,
): Step<undefined, 'single_use_not_here'> {
  admitUse(parts, reached, [name]);
  return singleUse && reusesToken ? deny('single_use_not_here') : { value: undefined };
}

/** A decision for which nothing more is to be asked, and whether the job was asked about. */
type JobAnswer = { readonly allow: Allow; readonly asksJob: boolean };

async function askJobIfNeeded(
  parts: Parts,
  question: Question,
  { allow }: PolicyAnswer,
  journal: Journal,
): Promise<Step<JobAnswer, Refused>> {
  if (allow) return { value: { allow, asksJob: false } };
  const settled = await journal.time('job', () => decideWithJobFacts(parts, journal, question, EVENT_WAIT));
  return settled.allowed ? { value: { allow: settled, asksJob: true } } : deny(settled.reason);
}

async function issueAtThisTime(
  parts: Parts,
  { context, ...question }: Question,
  { allow, asksJob }: JobAnswer,
  journal: Journal,
): Promise<Step<Issued, Refused>> {
  const now = readTimeAgain(parts.now, journal.reached);
  // Also where the job is asked about: it may have ended while the token was spent.
  const mustDecideAgain = asksJob || isStale(now, journal.reached);
  const asked = { ...question, context: { ...context, now } };
  const allowed = mustDecideAgain ? await decideAgain(parts, asked, asksJob, journal) : { value: allow };
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
    ? await decideWithJobFacts(parts, journal, question, 0)
    : requireKnownJob(decide(role, token, access, context));
  if (asksJob) refuseIfTooLate(parts.now(), journal.reached);
  journal.note({ decision });
  if (!decision.allowed) return deny(decision.reason);
  const on = await checkKillSwitches(parts, journal);
  return 'denied' in on ? on : { value: decision };
}
