import type { Role } from '../../../policy/role.ts';
import { headline } from '../../explain/explain.ts';
import type { Answer, Stopped } from '../answer.ts';
import { element, part } from './element.ts';

type Verdict = { readonly is: 'allowed' | 'denied' | 'open'; readonly says: string; readonly note?: string };

const STOPPED: { readonly [why in Stopped]: (issuer: string) => string } = {
  issuer_unknown: issuer =>
    `broker.yml lists no issuer "${issuer}", so its token is refused before any role.`,
  guard_not_met: issuer =>
    `The token does not meet the guard (require) of ${issuer}, which comes before any role.`,
};

const WORD = { allowed: 'Allowed', denied: 'Denied', open: 'Not decided' } as const;

function withoutWord(text: string): string {
  return text.replace(/^(ALLOWED|DENIED): /, '');
}

/** An answer as a person reads it first. */
export function verdictOf(role: Role, { stopped, issuer, decision }: Answer): Verdict {
  const says = withoutWord(headline(role, decision));
  if (stopped === undefined) return { is: decision.allowed ? 'allowed' : 'denied', says };
  return {
    is: 'denied',
    says: STOPPED[stopped](issuer),
    note: `Were it not for that: ${headline(role, decision)}`,
  };
}

/** Shows it, unless it is what is there: a reader of the screen hears each decision once. */
export function showVerdict({ is, says, note = '' }: Verdict): void {
  const place = part('verdict');
  const made = element(
    'div',
    { class: is },
    element('strong', {}, WORD[is]),
    element('p', {}, says),
    note === '' ? undefined : element('p', { class: 'quiet' }, note),
  );
  if (place.firstElementChild?.outerHTML !== made.outerHTML) place.replaceChildren(made);
}
