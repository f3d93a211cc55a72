import { SUSPEND_HELP, SUSPEND_OPTIONS, suspendDemand, switchLine } from '../switching.ts';
import { EXIT, printJson, type Verb } from '../verb.ts';

export const suspend: Verb = {
  summary: 'Suspends for some hours that a role looks whether jobs run, or were approved.',
  help: `kite-sts suspend running|approval ROLE --hours N --stack STACK --because REASON [options]

${SUSPEND_HELP}  --hours N           for how long, 1 to 72
  --because REASON    for whoever comes after you

For when events of Buildkite are lost, so that not every deployment stops. Within 60 seconds the role is given without
that look, to whom its trust policy admits; each audit event says so, and an alarm rings. It ends by itself.

Examples:
  kite-sts suspend running deploy-web --hours 4 --stack kite-sts-prod --because "INC-4712: no events since noon"
  kite-sts suspend approval deploy-web --hours 1 --stack kite-sts-prod --because INC-4712
`,
  withoutConfig: true,
  words: ['DEMAND', 'ROLE'],
  options: { ...SUSPEND_OPTIONS, hours: { type: 'string' } },
  async run(flags, terminal) {
    const change = await suspendDemand(true, flags, terminal);
    if (flags['json']) printJson(change, terminal);
    else terminal.out(`${switchLine(change)}\nIt holds within 60 seconds, and ends by itself.\n`);
    return EXIT.done;
  },
};
