import type { IssuedCredential } from '../client/client.ts';
import { listSecrets, maskValues } from '../client/mask.ts';
import { createProgramRunner } from '../client/subject/program.ts';
import { TEXTS } from '../client/texts.ts';
import { Failure, type Flags, type Terminal, type VerbOptions } from './verb.ts';

/** Options of the verbs that print a credential. */
export const MASK_OPTIONS = {
  'allow-unredacted': {
    type: 'boolean',
    help: 'Print the credential where the log of the job cannot be told to hide it.',
  },
} as const satisfies VerbOptions;

/** Has the log of this job hide these values. False where it cannot. */
export function hideFromLog(values: readonly string[], { environment, error }: Terminal): Promise<boolean> {
  return maskValues(values, { environment, run: createProgramRunner(environment), say: error });
}

/** Before a credential is printed: has the log hide it. Throws `Failure` where a log would keep it, unless that was asked for. */
export async function maskOrRefuse(
  issued: IssuedCredential,
  flags: Flags,
  terminal: Terminal,
): Promise<void> {
  const hidden = await hideFromLog(listSecrets(issued), terminal);
  if (hidden || terminal.outIsFile || flags['allow-unredacted']) return;
  throw new Failure(`${TEXTS.not_hidden}\n`);
}
