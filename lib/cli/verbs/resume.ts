import { SUSPEND_OPTIONS, SUSPEND_WORDS, suspendDemand, writeSwitch } from '../switching.ts';
import { EXIT, printResult, type Verb } from '../verb.ts';

export const resume: Verb = {
  words: SUSPEND_WORDS,
  options: SUSPEND_OPTIONS,
  about: `It holds within 60 seconds. Who did it and why stays in the table: kite-sts disabled --all.`,
  examples: [
    'kite-sts resume running deploy-web --stack kite-sts-prod --because "events come again"',
    'kite-sts resume approval deploy-web --stack kite-sts-prod --because INC-4712',
  ],
  async run(flags, terminal) {
    const change = await suspendDemand(false, flags, terminal);
    printResult(change, () => `${writeSwitch(change)}\n`, flags, terminal);
    return EXIT.done;
  },
};
