import { SUSPEND_HELP, SUSPEND_OPTIONS, suspendDemand, switchLine } from '../switching.ts';
import { EXIT, printJson, type Verb } from '../verb.ts';

export const resume: Verb = {
  summary: 'Has a role look again at what `suspend` suspended.',
  help: `kite-sts resume running|approval ROLE --stack STACK --because REASON [options]

${SUSPEND_HELP}  --because REASON    for whoever comes after you

It holds within 60 seconds. Who did it and why stays in the table: kite-sts disabled --all.

Examples:
  kite-sts resume running deploy-web --stack kite-sts-prod --because "events come again"
  kite-sts resume approval deploy-web --stack kite-sts-prod --because INC-4712
`,
  withoutConfig: true,
  words: ['DEMAND', 'ROLE'],
  options: SUSPEND_OPTIONS,
  async run(flags, terminal) {
    const change = await suspendDemand(false, flags, terminal);
    if (flags['json']) printJson(change, terminal);
    else terminal.out(`${switchLine(change)}\n`);
    return EXIT.done;
  },
};
