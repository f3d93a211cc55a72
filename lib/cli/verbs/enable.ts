import { SWITCH_ABOUT, SWITCH_OPTIONS, SWITCH_WORDS, setSwitch, writeSwitch } from '../switching.ts';
import { EXIT, printResult, type Verb } from '../verb.ts';

export const enable: Verb = {
  words: SWITCH_WORDS,
  options: SWITCH_OPTIONS,
  about: `${SWITCH_ABOUT}

Who did it and why stays in the table: kite-sts disabled --all. What its policy says of \`disabled\` is another matter.`,
  examples: [
    'kite-sts enable role deploy-web --stack kite-sts-prod --because "INC-4711 is closed"',
    'kite-sts enable issuer https://agent.buildkite.com --stack kite-sts-prod --because "keys were changed"',
  ],
  async run(flags, terminal) {
    const change = await setSwitch(false, flags, terminal);
    printResult(change, () => `${writeSwitch(change)}\n`, flags, terminal);
    return EXIT.done;
  },
};
