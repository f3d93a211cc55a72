import type { ShownRequest } from '../../compare/difference.ts';
import { formatWitness } from '../../compare/report.ts';
import type { ReportLine } from '../../compare/sections.ts';
import type { Witness } from '../../space/witness.ts';
import { createButton, createElement } from './element.ts';

/** Opens a request in the page. */
export type TryWitness = (witness: Witness) => void;

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

/** One thing that changed, with a request that shows it. */
export function createChangeLine(line: ReportLine, tryIt: TryWitness): HTMLElement {
  const { says, telling, shown } = line;
  return createElement(
    'li',
    {},
    says,
    telling === undefined ? undefined : createElement('strong', { class: 'telling' }, telling),
    shown && createWitnessPart(shown, tryIt),
  );
}
