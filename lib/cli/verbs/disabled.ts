import { isInForce } from '../../switch.ts';
import { openOperatedBroker, STACK_OPTIONS } from '../operator.ts';
import { writeSwitch } from '../switching.ts';
import { EXIT, printResult, type Verb } from '../verb.ts';

export const disabled: Verb = {
  options: {
    ...STACK_OPTIONS,
    all: { type: 'boolean', help: 'What was switched on again or has ended too.' },
    json: { type: 'boolean', help: 'One JSON array instead of lines.' },
  },
  about: `Exit code 0 when nothing is off or suspended, 2 when something is.`,
  examples: [
    'kite-sts disabled --stack kite-sts-prod',
    'kite-sts disabled --stack kite-sts-prod --all --json',
  ],
  async run(flags, terminal) {
    const all = await (await openOperatedBroker(flags, terminal)).list();
    const now = Date.now() / 1000;
    const shown = all
      .filter(each => isInForce(each, now) || flags['all'])
      .sort((a, b) => (a.at < b.at ? -1 : 1));
    printResult(shown, () => shown.map(each => `${writeSwitch(each)}\n`).join(''), flags, terminal);
    return all.some(each => isInForce(each, now)) ? EXIT.denied : EXIT.done;
  },
};
