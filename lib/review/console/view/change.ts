import type { RoleChange } from '../../compare/change.ts';
import type { ShownRequest } from '../../compare/difference.ts';
import { DIRECTIONS, judgeDirection } from '../../compare/direction.ts';
import { formatWitness } from '../../compare/report.ts';
import { listSections, type ReportLine } from '../../compare/sections.ts';
import type { Witness } from '../../space/witness.ts';
import { createButton, createElement, findPart, showText } from './element.ts';

type TryWitness = (witness: Witness) => void;

function createWitnessPart(shown: ShownRequest, tryIt: TryWitness): HTMLElement {
  return shown === 'undecided'
    ? createElement('p', { class: 'quiet' }, 'It could not be told within bounds, so it counts as wider.')
    : createElement(
        'div',
        { class: 'witness' },
        createElement('code', {}, formatWitness(shown.witness)),
        createButton('Try this request', () => tryIt(shown.witness)),
      );
}

function createChangeLine(line: ReportLine, tryIt: TryWitness): HTMLElement {
  const { says, telling, shown } = line;
  return createElement(
    'li',
    {},
    says,
    telling && createElement('strong', {}, telling),
    shown && createWitnessPart(shown, tryIt),
  );
}

/** Shows what the edit changes, each with a request that shows it; nothing where the role is as it was. */
export function showChange(edited: boolean, change: RoleChange | undefined, tryIt: TryWitness): void {
  findPart('change').hidden = !edited;
  const differences = { roles: change ? [change] : [], issuers: [], guardrails: [] };
  const [section] = edited ? listSections(differences) : [];
  const direction = judgeDirection(differences);
  findPart('direction').dataset['is'] = direction;
  showText('direction', change ? DIRECTIONS[direction] : 'Nothing: every request is decided as before.');
  findPart('changes').replaceChildren(...(section?.lines ?? []).map(each => createChangeLine(each, tryIt)));
}
