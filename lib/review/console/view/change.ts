import type { RoleChange } from '../../compare/change.ts';
import type { Shown } from '../../compare/difference.ts';
import { DIRECTIONS, directionOf } from '../../compare/direction.ts';
import { witnessText } from '../../compare/report.ts';
import { type Line, listSections } from '../../compare/sections.ts';
import type { Witness } from '../../space/witness.ts';
import { button, element, part, say } from './element.ts';

type Try = (witness: Witness) => void;

function witnessPart(shown: Shown, tryIt: Try): HTMLElement {
  return shown === 'undecided'
    ? element('p', { class: 'quiet' }, 'It could not be told within bounds, so it counts as wider.')
    : element(
        'div',
        { class: 'witness' },
        element('code', {}, witnessText(shown.witness)),
        button('Try this request', () => tryIt(shown.witness)),
      );
}

function line({ says, telling, shown }: Line, tryIt: Try): HTMLElement {
  return element(
    'li',
    {},
    says,
    telling && element('strong', {}, telling),
    shown && witnessPart(shown, tryIt),
  );
}

/** What the edit changes, each with a request that shows it; nothing where the role is as it was. */
export function showChange(edited: boolean, change: RoleChange | undefined, tryIt: Try): void {
  part('change').hidden = !edited;
  const differences = { roles: change ? [change] : [], issuers: [], guardrails: [] };
  const [section] = edited ? listSections(differences) : [];
  const direction = directionOf(differences);
  part('direction').dataset['is'] = direction;
  say('direction', change ? DIRECTIONS[direction] : 'Nothing: every request is decided as before.');
  part('changes').replaceChildren(...(section?.lines ?? []).map(each => line(each, tryIt)));
}
