import type { IssuedCredential } from '../../client/client.ts';
import { listSecrets } from '../../client/mask.ts';
import { listVariables } from '../../protocols/variables.ts';
import { ROLE_OPTIONS, readRoleExchange, TOKEN_ABOUT, TOKEN_OPTIONS } from '../asking.ts';
import { MASK_OPTIONS, maskOrRefuse } from '../masking.ts';
import { tellReason } from '../refusal.ts';
import { EXIT, Failure, printResult, type Verb } from '../verb.ts';

/** Text that a shell, an env file and a Dockerfile all read as it stands. */
const PLAIN = /^[\w+/=.,:@%~-]+$/;

function listIssuedVariables(issued: IssuedCredential): { readonly [name: string]: string } {
  if (issued.kind !== 'aws') return listVariables({ ...issued, token: issued.accessToken });
  const { expiresAt, aws } = issued;
  const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: sessionToken } = aws;
  return listVariables({ kind: 'aws', accessKeyId, secretAccessKey, sessionToken, expiresAt });
}

function writeVariable([name, value]: [string, string]): string {
  if (!PLAIN.test(value))
    throw new Failure(`${name} holds a character that a shell would not take as it stands. Use --json.\n`);
  return `${name}=${value}\n`;
}

export const exchange: Verb = {
  options: { ...ROLE_OPTIONS, ...TOKEN_OPTIONS, ...MASK_OPTIONS },
  about: `${TOKEN_ABOUT}

Prints NAME=value lines; the first is KIND. A refusal goes to standard error, and exits with 2; what could
not run exits with 1.`,
  examples: [
    'kite-sts exchange --broker https://sts.acme.example --role deploy-web > credential.env',
    'kite-sts exchange --role packages-publish --token-file subject-token --json',
  ],
  async run(flags, terminal) {
    const asking = readRoleExchange(flags, terminal);
    const exchanged = await asking.ask();
    if (exchanged.outcome !== 'issued') return tellReason(exchanged, asking, flags, terminal);
    const lines = flags['json'] ? [] : Object.entries(listIssuedVariables(exchanged)).map(writeVariable);
    await maskOrRefuse(listSecrets(exchanged), flags, terminal);
    printResult(exchanged, () => lines.join(''), flags, terminal);
    return EXIT.done;
  },
};
