import type { Switch } from '../../switch.ts';
import { SWITCH_ABOUT, SWITCH_OPTIONS, SWITCH_WORDS, setSwitch, writeSwitch } from '../switching.ts';
import { EXIT, printResult, type Verb } from '../verb.ts';

function describeChange(change: Switch): string {
  const misses = change.byName
    ? `By name${change.id === undefined ? '' : ', where a token has no id'}: whoever renames or moves it is issued again.\n`
    : '';
  return `${writeSwitch(change)}\n${misses}It holds within 60 seconds. What was issued before lives on: kite-sts revoke.\n`;
}

export const disable: Verb = {
  words: SWITCH_WORDS,
  options: SWITCH_OPTIONS,
  about: `${SWITCH_ABOUT}

Within 60 seconds nothing more is issued for it, nor let into a registry. What was issued before lives on
until it ends: kite-sts revoke. No deployment switches it on again; kite-sts enable does.`,
  examples: [
    'kite-sts disable role deploy-web --stack kite-sts-prod --because "INC-4711: web was taken over"',
    'kite-sts disable kid gq6imMF7 --stack kite-sts-prod --because INC-4711',
  ],
  async run(flags, terminal) {
    const change = await setSwitch(true, flags, terminal);
    printResult(change, () => describeChange(change), flags, terminal);
    return EXIT.done;
  },
};
