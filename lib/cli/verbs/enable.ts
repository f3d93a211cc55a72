import { SWITCH_HELP, SWITCH_OPTIONS, setSwitch, switchLine } from '../switching.ts';
import { EXIT, printJson, type Verb } from '../verb.ts';

export const enable: Verb = {
  summary: 'Switches on again what `disable` switched off.',
  help: `kite-sts enable WHAT NAME --stack STACK --because REASON [options]

${SWITCH_HELP}
Who did it and why stays in the table: kite-sts disabled --all. What its policy says of \`disabled\` is another matter.

Examples:
  kite-sts enable role deploy-web --stack kite-sts-prod --because "INC-4711 is closed"
  kite-sts enable issuer https://agent.buildkite.com --stack kite-sts-prod --because "keys were changed"
`,
  withoutConfig: true,
  words: ['WHAT', 'NAME'],
  options: SWITCH_OPTIONS,
  async run(flags, terminal) {
    const change = await setSwitch(false, flags, terminal);
    if (flags['json']) printJson(change, terminal);
    else terminal.out(`${switchLine(change)}\n`);
    return EXIT.done;
  },
};
