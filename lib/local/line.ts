/** An audit event as it was written, and as a person at a desk wants to read it. */
type ToldEvent = { readonly [member: string]: unknown };

const WORDS: { readonly [outcome: string]: string } = {
  issued: 'issued',
  authorized: 'let in',
  denied: 'DENIED',
  failed: 'FAILED',
};

function isShown(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

/** Nothing in it moves a terminal: claims are of whoever sent them. */
function showLineValue(value: unknown): string {
  return String(value).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?');
}

/** Who asked: the pipeline and its branch where the token says them, and else the subject. */
function describeEventCaller(event: ToldEvent): string {
  const { organization, pipeline, branch, subject } = event;
  const names = [organization, pipeline].filter(isShown).map(showLineValue).join('/');
  if (names === '') return isShown(subject) ? showLineValue(subject) : 'somebody unknown';
  return isShown(branch) ? `${names} on ${showLineValue(branch)}` : names;
}

function describeReason(event: ToldEvent): string {
  const { code, reason, statement, unmet, detail } = event;
  if (!isShown(code)) return isShown(statement) ? `by "${showLineValue(statement)}"` : '';
  const listed = Array.isArray(unmet) ? unmet.map(showUnmet).join(', ') : '';
  const because = [reason, detail].filter(isShown).map(showLineValue)[0];
  const why = listed === '' ? because : `not met: ${listed}`;
  return `${showLineValue(code)}${why === undefined ? '' : ` (${why})`}`;
}

function showUnmet(unmet: unknown): string {
  return showLineValue(unmet !== null && typeof unmet === 'object' ? Object.values(unmet)[0] : unmet);
}

/** At most so much of what is told of one decision: it is one line of a terminal. */
const LENGTH = 240;

/** One line for one decision: when, how it ended, which role, who asked, why, and the id by which to ask on. */
export function describeEvent(line: string): string {
  const event = JSON.parse(line) as ToldEvent;
  const { time, outcome, role, registry, method, path, decision_id: id } = event;
  const what = isShown(role) ? role : [registry, method, path].filter(isShown).map(showLineValue).join(' ');
  const told = [
    showLineValue(time).slice(11, 19),
    (WORDS[String(outcome)] ?? showLineValue(outcome)).padEnd(6),
    showLineValue(what || '(no role)'),
    `for ${describeEventCaller(event)}`,
    describeReason(event),
  ].filter(isShown);
  return `${told.join('  ').slice(0, LENGTH)}  ${showLineValue(id)}`;
}
