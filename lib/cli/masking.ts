import { maskValues } from '../client/mask.ts';
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
export function hideFromLog(values: readonly string[], terminal: Terminal): Promise<boolean> {
  const { environment, error } = terminal;
  return maskValues(values, { environment, run: createProgramRunner(environment), say: error });
}

/** Has the log hide secrets before they are printed. Throws `Failure` where a log would keep them, unless `--allow-unredacted` is given. */
export async function maskOrRefuse(
  secrets: readonly string[],
  flags: Flags,
  terminal: Terminal,
): Promise<void> {
  const hidden = await hideFromLog(secrets, terminal);
  if (hidden || terminal.outIsFile || flags['allow-unredacted']) return;
  throw new Failure(`${TEXTS.not_hidden}\n`);
}
