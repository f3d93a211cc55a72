import type { Claims, ClaimValue } from '../policy/claims.ts';
import type { AccessRequest } from '../policy/decide.ts';
import { DEMANDS, type JobFacts, type Unblocked } from '../policy/demand.ts';
import type { Context } from '../policy/trust.ts';
import { readStrictObject } from '../token/json.ts';

/** A member of an audit event when it is text. */
export function textIn(event: Claims, member: string): string | undefined {
  const value = event[member];
  return typeof value === 'string' ? value : undefined;
}

/** A member of an audit event when it is an object. */
export function objectIn(event: Claims, member: string): Claims | undefined {
  const value: ClaimValue | undefined = event[member];
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Claims) : undefined;
}

/** A member of an audit event when it is a list. */
export function textsIn(event: Claims, member: string): string[] | undefined {
  const value = event[member];
  return Array.isArray(value) ? value.map(String) : undefined;
}

function eventOf(line: string): Claims | undefined {
  try {
    return readStrictObject(Buffer.from(line));
  } catch {
    return undefined;
  }
}

/** The audit events of exchanges, and of registries, in a log; its other lines are passed over. */
export function eventsIn(log: Buffer): Claims[] {
  return log
    .toString('utf8')
    .split('\n')
    .map(eventOf)
    .filter(event => event !== undefined)
    .filter(event => event['event'] === 'exchange' || event['event'] === 'authorization');
}

/** Those of exchanges alone. */
export function exchangesIn(log: Buffer): Claims[] {
  return eventsIn(log).filter(event => event['event'] === 'exchange');
}

function unblockedIn(event: Claims): Unblocked | undefined {
  const evidence = objectIn(event, 'approval_evidence');
  if (!evidence) return undefined;
  const at = Date.parse(textIn(evidence, 'at') ?? '') / 1000;
  return { step: textIn(evidence, 'step') ?? '', by: textIn(evidence, 'by') ?? '', at };
}

/** What was known of the job then. */
function jobIn(event: Claims): JobFacts | undefined {
  const state = textIn(event, 'job_state');
  if (state !== 'running' && state !== 'finished') return undefined;
  return { state, build: textIn(event, 'build_id'), unblocked: unblockedIn(event) };
}

/** What was asked for, from where and when, so that it can be decided again. */
export function requestOf(event: Claims): { readonly access: AccessRequest; readonly context: Context } {
  const requested = objectIn(event, 'requested') ?? {};
  const { seconds } = requested;
  return {
    access: {
      role: textIn(event, 'role') ?? '',
      scopes: textsIn(requested, 'scopes'),
      seconds: typeof seconds === 'number' ? seconds : undefined,
      kinds: undefined,
    },
    context: {
      now: Date.parse(textIn(event, 'time') ?? '') / 1000,
      sourceAddress: textIn(event, 'source_address'),
      job: jobIn(event),
      suspended: DEMANDS.filter(demand => textIn(event, 'suspended')?.split(' ').includes(demand)),
    },
  };
}
