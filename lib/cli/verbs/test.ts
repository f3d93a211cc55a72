import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { type Config, loadConfig } from '../../config/load.ts';
import { Complaints } from '../../language/complaint.ts';
import { findCasesPath, readAllCases, readPolicyCases, type TestedPolicy } from '../../review/cases/files.ts';
import { writeFirstCases } from '../../review/cases/first.ts';
import { formatJunit } from '../../review/cases/junit.ts';
import { formatCasesJson, formatCasesText, isClean } from '../../review/cases/report.ts';
import { type CasesResult, checkCases } from '../../review/cases/tested.ts';
import type { PolicyItem } from '../../review/compare/item.ts';
import { lintConfig, writeComplaints } from '../../review/findings.ts';
import { colorText } from '../color.ts';
import { findPolicies, openConfig, readCommandSettings } from '../configuration.ts';
import { writeOutput } from '../output.ts';
import {
  CONFIG_OPTION,
  EXIT,
  Failure,
  type Flags,
  readFlag,
  type Terminal,
  UsageError,
  type Verb,
} from '../verb.ts';

function selectCases(flags: Flags, config: Config): readonly TestedPolicy[] {
  const complaints = new Complaints();
  const name = readFlag(flags, 'role');
  const tested =
    name === undefined
      ? readAllCases(config, complaints)
      : readPolicyCases([findPolicies(name, config)[0]], config, complaints);
  if (complaints.all.length > 0) throw new Failure(writeComplaints(complaints.all));
  return tested;
}

async function writeFirstCasesFile(policy: PolicyItem, config: Config, terminal: Terminal): Promise<void> {
  const path = findCasesPath(config.folder, policy);
  if (existsSync(path)) throw new Failure(`Nothing was written: ${path} is there already.\n`);
  const { findings } = lintConfig(loadConfig(config.folder));
  const wrong = findings.filter(({ level }) => level === 'error');
  // Cases are written from the policy as it is: they would agree with a value that was never meant.
  if (wrong.length > 0) throw new Failure(`${writeComplaints(wrong)}Nothing was written: mend this first.\n`);
  await writeFile(path, writeFirstCases({ policy, rows: config.rows }), { flag: 'wx' });
  terminal.out(`${path}\n`);
}

async function reportCases(results: readonly CasesResult[], flags: Flags, terminal: Terminal): Promise<void> {
  const junit = readFlag(flags, 'junit');
  if (junit === '-') return terminal.out(formatJunit(results));
  if (junit !== undefined) await writeOutput(junit, formatJunit(results));
  terminal.out(
    `${flags['json'] ? formatCasesJson(results) : colorText(formatCasesText(results), terminal)}\n`,
  );
}

export const test: Verb = {
  usage: ['[--role NAME] [--coverage] [--mutate] [--json] [--junit FILE]', '--init NAME'],
  options: {
    role: { type: 'string', value: 'NAME', help: 'The cases of this role or registry alone.' },
    coverage: {
      type: 'boolean',
      help: 'Also each condition that is in no case alone in the way, and statements that never apply.',
    },
    mutate: {
      type: 'boolean',
      help: 'Also what could be lost or grow (a statement, a condition, a scope, a length, a demand of the job) without a case noticing.',
    },
    json: { type: 'boolean', help: 'Everything as JSON.' },
    junit: {
      type: 'string',
      value: 'FILE',
      help: "JUnit's XML for a CI system. `-` is standard output, which then has nothing else.",
    },
    init: {
      type: 'string',
      value: 'NAME',
      help: 'Writes a first set of cases for a role or registry that has none. Never overwrites.',
    },
    config: CONFIG_OPTION,
  },
  about: `roles/NAME.test.yml has the cases of roles/NAME.yml. Exit code 0 when all is as it should be, 2 when not, 1 when a
file of cases cannot be read.`,
  examples: ['kite-sts test --coverage --mutate', 'kite-sts test --role deploy-web --junit test.xml'],
  async run(flags, terminal) {
    const config = openConfig(readCommandSettings(flags, terminal));
    const first = readFlag(flags, 'init');
    if (first !== undefined) {
      if (Object.keys(flags).some(name => !['init', 'config'].includes(name)))
        throw new UsageError('--init stands alone.');
      await writeFirstCasesFile(findPolicies(first, config)[0], config, terminal);
      return EXIT.done;
    }
    const depth = { coverage: flags['coverage'] === true, mutate: flags['mutate'] === true };
    const results = selectCases(flags, config).map(each => checkCases(each, config.rows, depth));
    await reportCases(results, flags, terminal);
    return results.every(isClean) ? EXIT.done : EXIT.denied;
  },
};
