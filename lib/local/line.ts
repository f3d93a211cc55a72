/** An audit event as it was written, and as a person at a desk wants to read it. */
type Told = { readonly [member: string]: unknown };

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
function showValue(value: unknown): string {
  return String(value).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?');
}

/** Who asked: the pipeline and its branch where the token says them, and else the subject. */
function describeCaller({ organization, pipeline, branch, subject }: Told): string {
  const names = [organization, pipeline].filter(isShown).map(showValue).join('/');
  if (names === '') return isShown(subject) ? showValue(subject) : 'somebody unknown';
  return isShown(branch) ? `${names} on ${showValue(branch)}` : names;
}

function describeReason({ code, reason, statement, unmet, detail }: Told): string {
  if (!isShown(code)) return isShown(statement) ? `by "${showValue(statement)}"` : '';
  const listed = Array.isArray(unmet) ? unmet.map(showUnmet).join(', ') : '';
  const because = [reason, detail].filter(isShown).map(showValue)[0];
  const why = listed === '' ? because : `not met: ${listed}`;
  return `${showValue(code)}${why === undefined ? '' : ` (${why})`}`;
}

function showUnmet(unmet: unknown): string {
  return unmet !== null && typeof unmet === 'object' ? showValue(Object.values(unmet)[0]) : showValue(unmet);
}

/** At most so much of what is told of one decision: it is one line of a terminal. */
const LENGTH = 240;

/** One line for one decision: when, how it ended, which role, who asked, why, and the id by which to ask on. */
export function describeEvent(line: string): string {
  const event = JSON.parse(line) as Told;
  const { time, outcome, role, registry, method, path, decision_id: id } = event;
  const what = isShown(role) ? role : [registry, method, path].filter(isShown).map(showValue).join(' ');
  const told = [
    showValue(time).slice(11, 19),
    (WORDS[String(outcome)] ?? showValue(outcome)).padEnd(6),
    showValue(what || '(no role)'),
    `for ${describeCaller(event)}`,
    describeReason(event),
  ].filter(isShown);
  return `${told.join('  ').slice(0, LENGTH)}  ${showValue(id)}`;
}
