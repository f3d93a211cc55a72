import { isInForce } from '../../switch.ts';
import { operated, STACK_HELP, STACK_OPTIONS } from '../operator.ts';
import { switchLine } from '../switching.ts';
import { EXIT, printJson, type Verb } from '../verb.ts';

export const disabled: Verb = {
  summary: 'Lists what is switched off or suspended, by whom, since when and why.',
  help: `kite-sts disabled --stack STACK [options]

${STACK_HELP}  --all               what was switched on again or has ended too
  --json              one JSON array instead of lines

Exit code 0 when nothing is off or suspended, 2 when something is.

Examples:
  kite-sts disabled --stack kite-sts-prod
  kite-sts disabled --stack kite-sts-prod --all --json
`,
  withoutConfig: true,
  options: { ...STACK_OPTIONS, all: { type: 'boolean' }, json: { type: 'boolean' } },
  async run(flags, terminal) {
    const all = await (await operated(flags, terminal)).list();
    const now = Date.now() / 1000;
    const shown = all
      .filter(each => isInForce(each, now) || flags['all'])
      .sort((a, b) => (a.at < b.at ? -1 : 1));
    if (flags['json']) printJson(shown, terminal);
    else terminal.out(shown.map(each => `${switchLine(each)}\n`).join(''));
    return all.some(each => isInForce(each, now)) ? EXIT.denied : EXIT.done;
  },
};
