import { SUSPEND_OPTIONS, SUSPEND_WORDS, suspendDemand, writeSwitch } from '../switching.ts';
import { EXIT, printResult, type Verb } from '../verb.ts';

export const suspend: Verb = {
  words: SUSPEND_WORDS,
  options: {
    ...SUSPEND_OPTIONS,
    hours: { type: 'string', value: 'N', required: true, help: 'For how long: 1 to 72 hours.' },
  },
  about: `For when events of Buildkite are lost, so that not every deployment stops. Within 60 seconds the role is given without
that look, to whom its trust policy admits; each audit event says so, and an alarm rings. It ends by itself.`,
  examples: [
    'kite-sts suspend running deploy-web --hours 4 --stack kite-sts-prod --because "INC-4712: no events since noon"',
    'kite-sts suspend approval deploy-web --hours 1 --stack kite-sts-prod --because INC-4712',
  ],
  async run(flags, terminal) {
    const change = await suspendDemand(true, flags, terminal);
    const write = () => `${writeSwitch(change)}\nIt holds within 60 seconds, and ends by itself.\n`;
    printResult(change, write, flags, terminal);
    return EXIT.done;
  },
};
