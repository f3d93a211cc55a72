import type { Claims } from '../policy/claims.ts';
import type { AccessRequest } from '../policy/decide.ts';
import { DEMANDS, type JobFacts, type Unblocked } from '../policy/demand.ts';
import type { Context } from '../policy/trust.ts';
import { readStrictObject } from '../token/json.ts';

/** A member of an audit event when it is text. */
export function readEventText(event: Claims, member: string): string | undefined {
  const value = event[member];
  return typeof value === 'string' ? value : undefined;
}

/** A member of an audit event when it is an object. */
export function readEventObject(event: Claims, member: string): Claims | undefined {
  const value = event[member];
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Claims) : undefined;
}

/** A member of an audit event when it is a list. */
export function readEventTexts(event: Claims, member: string): string[] | undefined {
  const value = event[member];
  return Array.isArray(value) ? value.map(String) : undefined;
}

function parseEvent(line: string): Claims | undefined {
  try {
    return readStrictObject(Buffer.from(line));
  } catch {
    return undefined;
  }
}

/** The audit events of exchanges, and of registries, in a log; its other lines are passed over. */
export function listEvents(log: Buffer): Claims[] {
  return log
    .toString('utf8')
    .split('\n')
    .map(parseEvent)
    .filter(event => event !== undefined)
    .filter(event => event['event'] === 'exchange' || event['event'] === 'authorization');
}

/** Those of exchanges alone. */
export function listExchanges(log: Buffer): Claims[] {
  return listEvents(log).filter(event => event['event'] === 'exchange');
}

function readRecordedApproval(event: Claims): Unblocked | undefined {
  const evidence = readEventObject(event, 'approval_evidence');
  if (!evidence) return undefined;
  const at = Date.parse(readEventText(evidence, 'at') ?? '') / 1000;
  return { step: readEventText(evidence, 'step') ?? '', by: readEventText(evidence, 'by') ?? '', at };
}

/** Reads what was known of the job then. */
function readRecordedJob(event: Claims): JobFacts | undefined {
  const state = readEventText(event, 'job_state');
  if (state !== 'running' && state !== 'finished') return undefined;
  return { state, build: readEventText(event, 'build_id'), unblocked: readRecordedApproval(event) };
}

/** Reads what was asked for, from where and when, so that it can be decided again. */
export function readDecidedRequest(event: Claims): {
  readonly access: AccessRequest;
  readonly context: Context;
} {
  const requested = readEventObject(event, 'requested') ?? {};
  const { seconds } = requested;
  return {
    access: {
      role: readEventText(event, 'role') ?? '',
      scopes: readEventTexts(requested, 'scopes'),
      seconds: typeof seconds === 'number' ? seconds : undefined,
      kinds: undefined,
    },
    context: {
      now: Date.parse(readEventText(event, 'time') ?? '') / 1000,
      sourceAddress: readEventText(event, 'source_address'),
      job: readRecordedJob(event),
      suspended: DEMANDS.filter(demand => readEventText(event, 'suspended')?.split(' ').includes(demand)),
    },
  };
}
