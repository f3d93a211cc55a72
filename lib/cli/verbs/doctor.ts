import { makePrintable } from '../../client/printable.ts';
import { checkBrokerUrl } from '../../client/url.ts';
import { type Diagnosis, writeDiagnosis } from '../../doctor/diagnosis.ts';
import { examineInside } from '../../doctor/inside.ts';
import { examineOutside, INSTRUMENTS } from '../../doctor/outside.ts';
import { openConfig, readCommandSettings } from '../configuration.ts';
import { TRUSTEE_OPTIONS } from '../estate/trustees.ts';
import { createOperatorReader, STACK_OPTIONS } from '../operator.ts';
import {
  CONFIG_OPTION,
  EXIT,
  type Flags,
  printResult,
  readFlag,
  readFlagTexts,
  type Terminal,
  UsageError,
  type Verb,
} from '../verb.ts';

function readUrl(flags: Flags, configured: string): string {
  try {
    return checkBrokerUrl(readFlag(flags, 'broker') ?? configured);
  } catch (error) {
    throw new UsageError(`--broker: ${(error as Error).message}`);
  }
}

/** Chooses the exit code. What is not known is nobody's fault, but nobody has looked there either. */
function chooseExit(found: readonly Diagnosis[]): number {
  if (found.some(({ condition }) => condition === 'wrong')) return EXIT.denied;
  return found.some(({ condition }) => condition === 'unknown') ? EXIT.undecided : EXIT.done;
}

/** With nothing in it that moves a terminal: some of it others wrote. */
function writePrintable(diagnosis: Diagnosis): string {
  return writeDiagnosis(diagnosis).split('\n').map(makePrintable).join('\n');
}

async function examine(flags: Flags, terminal: Terminal): Promise<readonly Diagnosis[]> {
  const config = openConfig(readCommandSettings(flags, terminal));
  const url = readUrl(flags, config.url);
  const stack = readFlag(flags, 'stack');
  if (stack === undefined && flags['region'] !== undefined)
    throw new UsageError('--region has no effect without --stack.');
  const outside = await examineOutside({ config, url }, INSTRUMENTS);
  if (stack === undefined) return outside;
  const { read, readIn, region } = await createOperatorReader(flags, terminal);
  const also = readFlagTexts(flags, 'also');
  const now = Date.now() / 1000;
  return [...outside, ...(await examineInside({ config, stack, region, also, read, readIn, now }))];
}

export const doctor: Verb = {
  options: {
    broker: {
      type: 'string',
      value: 'URL',
      help: 'Where it is asked: https, or http on this machine. The default is `url` of broker.yml.',
    },
    stack: {
      type: 'string',
      value: 'STACK',
      help: 'The CloudFormation stack of the broker, such as `kite-sts-prod`: it is looked at from inside too.',
    },
    region: STACK_OPTIONS.region,
    also: TRUSTEE_OPTIONS.also,
    config: CONFIG_OPTION,
    json: { type: 'boolean', help: 'One JSON array instead of lines.' },
  },
  about: `Without --stack nothing but what anybody can see is asked: health, metadata, keys, TLS, the clock, each issuer, and of
Google, Microsoft and GitHub what they tell a stranger of the roles' targets. With --stack, credentials of AWS are used
to read the stack, its tables, alarms and keys, and the target of each aws role: in the broker's account as they are,
in another account by the profile of AWS that is named by its number. Nothing is ever changed.

Exit code 0 when all is well, 2 when something is wrong, 4 when something could not be asked.`,
  examples: ['kite-sts doctor', 'kite-sts doctor --stack kite-sts-prod --region eu-central-1'],
  async run(flags, terminal) {
    const found = await examine(flags, terminal);
    printResult(found, () => found.map(each => `${writePrintable(each)}\n`).join(''), flags, terminal);
    return chooseExit(found);
  },
};
