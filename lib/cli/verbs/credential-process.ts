import { listSecrets } from '../../client/mask.ts';
import { ROLE_OPTIONS, readRoleExchange, TOKEN_ABOUT, TOKEN_OPTIONS } from '../asking.ts';
import { MASK_OPTIONS, maskOrRefuse } from '../masking.ts';
import { tellReason } from '../refusal.ts';
import { EXIT, Failure, type Verb } from '../verb.ts';

export const credentialProcess: Verb = {
  options: {
    ...ROLE_OPTIONS,
    ...TOKEN_OPTIONS,
    json: { type: 'boolean', help: 'The reason why there are no keys, as JSON. Keys are always JSON.' },
    ...MASK_OPTIONS,
  },
  about: `${TOKEN_ABOUT}

For tools that are too old for both doors of the broker. Standard output has the JSON of
credential_process and nothing else, with or without --json; why there is none goes to standard error.`,
  examples: [
    'kite-sts credential-process --broker https://sts.acme.example --role deploy-web',
    "kite-sts credential-process --role deploy-web --token-command 'cat /run/secrets/subject-token'",
  ],
  async run(flags, terminal) {
    const asking = readRoleExchange(flags, terminal);
    const exchanged = await asking.ask();
    if (exchanged.outcome !== 'issued') return tellReason(exchanged, asking, flags, terminal);
    if (exchanged.kind !== 'aws')
      throw new Failure(
        `The role ${asking.role} is of the kind ${exchanged.kind}. A profile takes keys of AWS.\n`,
      );
    await maskOrRefuse(listSecrets(exchanged), flags, terminal);
    // The version must be a number: botocore and the JavaScript SDK refuse "1".
    terminal.out(`${JSON.stringify({ Version: 1, ...exchanged.aws })}\n`);
    return EXIT.done;
  },
};
