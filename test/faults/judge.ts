import type { AuditEvent } from '../../lib/audit/event.ts';
import { CODES, type Code } from '../../lib/errors.ts';
import type { HttpAnswer } from '../../lib/protocols/protocol.ts';
import type { TestBroker } from '../harness/broker.ts';
import type { Deployment } from './deployment.ts';
import type { Asking, End } from './questions.ts';

export type Answered = { readonly asking: Asking; readonly answer: HttpAnswer };

type Body = { readonly code?: Code; readonly access_token?: string };

export function endOf({ status, body }: HttpAnswer): End {
  if (status === 200) return 'issued';
  return (JSON.parse(body) as Body).code ?? 'internal_error';
}

/**
 * May this be the answer while something is broken? It may be as it was, or a fault that is ours; where the fault is
 * `lasting`, what a person must mend.
 */
function allowed({ asking, answer }: Answered, lasting: boolean): boolean {
  const { clean, role } = asking.question;
  const end = endOf(answer);
  if (end !== 'issued' && CODES[end].fault === 'setup') return lasting && answer.status < 500;
  if (end !== 'issued' && CODES[end].fault === 'ours')
    return answer.status === 503 && answer.headers['retry-after'] !== undefined;
  return end === clean || (clean === 'issued' && role !== 'publish' && end === 'token_already_used');
}

function nameOf({ asking, answer }: Answered): string {
  return `${asking.question.name} ended as ${answer.status} ${endOf(answer)}`;
}

export function wrongEnds(answers: readonly Answered[], lasting = false): string[] {
  return answers.filter(each => !allowed(each, lasting)).map(nameOf);
}

/** What is mended is as it was, at the next request. */
export function notRecovered(answers: readonly Answered[]): string[] {
  return answers
    .filter(({ asking, answer }) => endOf(answer) !== asking.question.clean)
    .map(each => `afterwards ${nameOf(each)}`);
}

/** At most one credential for each token of a role that takes it once. */
function issuedTwice(answers: readonly Answered[]): string[] {
  const once = answers.filter(({ asking }) => asking.question.role !== 'publish');
  const issued = once.filter(({ answer }) => answer.status === 200).map(({ asking }) => asking);
  return issued
    .filter((asking, index) => issued.indexOf(asking) < index || asking.question.used)
    .map(({ question }) => `${question.name} was issued twice`);
}

function idsIn(lines: readonly string[]): Set<unknown> {
  return new Set(
    lines
      .map(line => JSON.parse(line) as AuditEvent)
      .filter(({ outcome }) => outcome === 'issued')
      .map(({ decision_id }) => decision_id),
  );
}

/** Each credential has its event, on standard output and where it must have arrived. */
function unrecorded(
  answers: readonly Answered[],
  processes: readonly Written[],
  { delivered }: Deployment,
): string[] {
  const places = [idsIn(processes.flatMap(({ audit }) => audit)), idsIn(delivered())];
  return answers
    .filter(({ answer }) => answer.status === 200)
    .filter(({ answer }) => !places.every(ids => ids.has(answer.headers['decision-id'])))
    .map(each => `${nameOf(each)} without an audit event`);
}

function told(error: unknown): string[] {
  return error instanceof Error ? [String(error.stack), error.message, ...told(error.cause)] : [];
}

/** What a process wrote: its audit events, and of its faults all that there is. */
type Written = { readonly audit: readonly string[]; readonly faults: readonly string[] };

export function writtenBy({ audit, faults }: TestBroker): Written {
  return { audit, faults: faults.flatMap(fault => [fault.detail ?? '', ...told(fault)]) };
}

function signatureOf(token: string): string {
  return token.slice(token.lastIndexOf('.') + 1);
}

/** Of a token its signature: it comes nowhere else. */
function leaked(
  answers: readonly Answered[],
  processes: readonly Written[],
  { proxy, delivered }: Deployment,
): string[] {
  const refusals = answers.filter(({ answer }) => answer.status !== 200);
  const said = refusals.map(({ answer }) => JSON.stringify([answer.body, answer.headers]));
  const wrote = processes.flatMap(({ audit, faults }) => [...audit, ...faults]);
  const out = [...said, ...wrote, ...delivered()].join('\n');
  const secrets = [...proxy.gave, ...answers.map(({ asking }) => signatureOf(asking.token))];
  return [...new Set(secrets)]
    .filter(secret => out.includes(secret))
    .map(secret => `a secret of ${secret.length} characters got out`);
}

function strayed({ proxy }: Deployment): string[] {
  return proxy.followed() > 0 ? [`a redirect was followed ${proxy.followed()} times`] : [];
}

/** What must not be whatever happened, over all that was answered. */
export function forbidden(
  answers: readonly Answered[],
  processes: readonly Written[],
  deployed: Deployment,
): string[] {
  return [
    ...issuedTwice(answers),
    ...unrecorded(answers, processes, deployed),
    ...leaked(answers, processes, deployed),
    ...strayed(deployed),
  ];
}
