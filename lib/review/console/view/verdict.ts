import type { Role } from '../../../policy/role.ts';
import { summarizeDecision } from '../../explain/explain.ts';
import type { ConsoleAnswer, StopReason } from '../answer.ts';
import { createElement, findPart } from './element.ts';

type Verdict = { readonly is: 'allowed' | 'denied' | 'open'; readonly says: string; readonly note?: string };

const STOPPED: { readonly [why in StopReason]: (issuer: string) => string } = {
  issuer_unknown: issuer =>
    `broker.yml lists no issuer "${issuer}", so its token is refused before any role.`,
  guard_not_met: issuer =>
    `The token does not meet the guard (require) of ${issuer}, which comes before any role.`,
};

const WORD = { allowed: 'Allowed', denied: 'Denied', open: 'Not decided' } as const;

/** An answer as a person reads it first. */
export function createVerdict(role: Role, answer: ConsoleAnswer): Verdict {
  const { stopped, issuer, decision } = answer;
  const says = summarizeDecision(role, decision).replace(/^(ALLOWED|DENIED): /, '');
  if (stopped === undefined) return { is: decision.allowed ? 'allowed' : 'denied', says };
  return {
    is: 'denied',
    says: STOPPED[stopped](issuer),
    note: `Were it not for that: ${summarizeDecision(role, decision)}`,
  };
}

/** Shows it, unless it is what is there: a reader of the screen hears each decision once. */
export function showVerdict(verdict: Verdict): void {
  const { is, says, note = '' } = verdict;
  const place = findPart('verdict');
  const made = createElement(
    'div',
    { class: is },
    createElement('strong', {}, WORD[is]),
    createElement('p', {}, says),
    note === '' ? undefined : createElement('p', { class: 'quiet' }, note),
  );
  if (place.firstElementChild?.outerHTML !== made.outerHTML) place.replaceChildren(made);
}
