import { makePrintable } from '../../client/printable.ts';
import { readAwsEstate } from '../../estate/aws/dump.ts';
import {
  DRIFT,
  type DriftFinding,
  describeCode,
  findDrift,
  listSettled,
  nameFinding,
} from '../../estate/drift.ts';
import { gatherDumps, listForeignTrusts } from '../../estate/gather.ts';
import { writeCount } from '../../language/counted.ts';
import type { ClaimValue } from '../../policy/claims.ts';
import type { LintFinding, RuleFacts } from '../../review/lint/rule.ts';
import { writeSarif } from '../../review/lint/sarif.ts';
import { FINDINGS } from '../../review/targets/findings.ts';
import { readStrictJson } from '../../token/json.ts';
import { openConfig, readCommandSettings } from '../configuration.ts';
import { readDump, readEstate } from '../estate/bring.ts';
import { demandBroker, TRUSTEE_OPTIONS } from '../estate/trustees.ts';
import { readInput } from '../input.ts';
import {
  createConfigOption,
  EXIT,
  Failure,
  type Flags,
  printJson,
  printResult,
  readFlag,
  readFlagTexts,
  UsageError,
  type Verb,
} from '../verb.ts';

const MEMBERS = 1_000_000;

/** Codes that say that something could not be told. */
const DOUBTS: readonly string[] = ['dump-incomplete', 'undecided'];

type AcceptedFinding = { readonly code: string; readonly of: string; readonly detail?: string };

function isAccepted(value: ClaimValue): value is AcceptedFinding & ClaimValue {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return false;
  const { code, of, detail } = value as { readonly [name: string]: ClaimValue };
  return (
    typeof code === 'string' && typeof of === 'string' && ['string', 'undefined'].includes(typeof detail)
  );
}

/** The names of the findings that a file lists, as `drift --json` prints them. */
async function readKnown(flags: Flags): Promise<ReadonlySet<string>> {
  const path = readFlag(flags, 'known');
  if (path === undefined) return new Set();
  const text = (await readInput(path)).toString('utf8');
  const list = readDump(() => readStrictJson(text, { members: MEMBERS }));
  if (!Array.isArray(list) || !list.every(isAccepted))
    throw new Failure(`${path} is not a list of findings, as kite-sts drift --json prints it.\n`);
  return new Set(list.map(each => nameFinding(each as AcceptedFinding as DriftFinding)));
}

function chooseLevel(code: string): RuleFacts['level'] {
  return DOUBTS.includes(code) ? 'warning' : 'error';
}

/** A finding as that of a rule, at the file of its role. */
function convertDrift(found: DriftFinding, folder: string): LintFinding {
  const { code: rule, of, detail, role } = found;
  const file = role === undefined ? `${folder}/broker.yml` : `${folder}/roles/${role}.yml`;
  const message = [of, detail, describeCode(rule)].filter(Boolean).join(': ');
  return { rule, level: chooseLevel(rule), place: { file, line: 1, column: 1 }, message };
}

function writeDriftSarif(findings: readonly DriftFinding[], folder: string) {
  const codes = Object.entries({ ...DRIFT, ...FINDINGS });
  const [fresh, known] = [false, true].map(isKnown =>
    findings.filter(each => each.known === isKnown).map(each => convertDrift(each, folder)),
  ) as [LintFinding[], LintFinding[]];
  return writeSarif({
    rules: codes.map(([rule, says]) => ({ rule, says, level: chooseLevel(rule) })),
    findings: fresh,
    ignored: known.map(finding => ({ finding, reason: 'It is among those of --known.' })),
    kind: 'external',
  });
}

function writeDrift(findings: readonly DriftFinding[], settled: readonly string[]): string {
  const fresh = findings.filter(({ known }) => !known);
  return [
    ...fresh.map(({ code, of, detail, role }) =>
      [
        `${code.padEnd(25)}${makePrintable(of)}${role === undefined ? '' : `  (role ${role})`}`,
        ...(detail === undefined ? [] : [`  ${makePrintable(detail)}`]),
        `  ${describeCode(code)}`,
      ].join('\n'),
    ),
    ...settled.map(each => `no longer there: ${makePrintable(each)}. Take it out of the file of --known.`),
    `${writeCount(fresh.length, 'finding')}, ${findings.length - fresh.length} known.`,
  ].join('\n');
}

function chooseDriftExit(findings: readonly DriftFinding[]): number {
  const fresh = findings.filter(({ known }) => !known);
  if (fresh.length === 0) return EXIT.done;
  return fresh.every(({ code }) => DOUBTS.includes(code)) ? EXIT.undecided : EXIT.denied;
}

export const drift: Verb = {
  options: {
    account: {
      type: 'string',
      value: 'FILE',
      multiple: true,
      required: true,
      help: 'An account, as the AWS CLI, gcloud, az or vault printed it: a file, or a folder of them, [as for import](#a-whole-account). May be repeated.',
    },
    ...TRUSTEE_OPTIONS,
    'broker-role-arn': { ...TRUSTEE_OPTIONS['broker-role-arn'], required: true },
    boundary: { type: 'string', value: 'ARN', help: 'The permissions boundary that each target must have.' },
    issuer: {
      type: 'string',
      value: 'URL',
      help: 'Of roles of Vault, where no dump has the config of their mount: who signs the tokens.',
    },
    known: {
      type: 'string',
      value: 'FILE',
      help: 'Findings that were accepted, as `--json` prints them. They are told as known, and fail nothing.',
    },
    config: createConfigOption('The folder with broker.yml, roles/ and teams.yml.'),
    json: { type: 'boolean', help: 'Every finding, as JSON.' },
    sarif: {
      type: 'boolean',
      help: 'Every finding, as SARIF 2.1.0 for code scanning; what is known is suppressed.',
    },
  },
  about: `No call to AWS is made here. Exit code 0 when nothing is new, 2 when something is, 4 when something could not be told.`,
  examples: [
    'kite-sts drift --account details.json --account providers.json --broker-role-arn arn:aws:iam::111122223333:role/kite-sts-prod-eu-central-1-exchange',
    'kite-sts drift --account details.json --broker-role-arn arn:aws:iam::111122223333:role/kite-sts --known drift.json --sarif',
  ],
  async run(flags, terminal) {
    if (flags['json'] && flags['sarif']) throw new UsageError('Give --json or --sarif, not both.');
    const broker = demandBroker(flags);
    const files = await readEstate(flags);
    if (files.length === 0) throw new UsageError('--account is required.');
    const config = openConfig(readCommandSettings(flags, terminal));
    const accepted = await readKnown(flags);
    const dumps = readDump(() => gatherDumps(files));
    const estate = readDump(() => readAwsEstate(dumps.aws));
    const given = { issuer: readFlag(flags, 'issuer'), app: undefined, owner: undefined };
    const setting = {
      broker,
      also: readFlagTexts(flags, 'also'),
      boundary: readFlag(flags, 'boundary'),
      accepted,
      foreign: listForeignTrusts(dumps, given),
    };
    const findings = findDrift(estate, config, setting);
    const json = findings.map(each => ({ ...each, says: describeCode(each.code) }));
    const write = () => `${writeDrift(findings, listSettled(findings, accepted))}\n`;
    if (flags['sarif']) printJson(writeDriftSarif(findings, config.folder), terminal);
    else printResult(json, write, flags, terminal);
    return chooseDriftExit(findings);
  },
};
