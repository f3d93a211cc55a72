import { type LoadResult, loadConfig } from '../../config/load.ts';
import { writeCount } from '../../language/counted.ts';
import { lintConfig, writeFindingList } from '../../review/findings.ts';
import type { LintAnswer } from '../../review/lint/lint.ts';
import type { LintFinding, LintLevel } from '../../review/lint/rule.ts';
import { formatSarif } from '../../review/lint/sarif.ts';
import { readCommandSettings } from '../configuration.ts';
import { findDialectFindings } from '../dialect.ts';
import {
  CONFIG_OPTION,
  EXIT,
  type Flags,
  printResult,
  readFlag,
  type Terminal,
  UsageError,
  type Verb,
} from '../verb.ts';

function countLevel(findings: readonly LintFinding[], level: LintLevel): number {
  return findings.filter(each => each.level === level).length;
}

/** How many there are of each level; what is milder than an error is left out where there is none. */
function countLevels(findings: readonly LintFinding[], notes: boolean): string[] {
  const errors = countLevel(findings, 'error');
  const [warnings, worthKnowing] = [countLevel(findings, 'warning'), countLevel(findings, 'note')];
  return [
    errors === 0 ? 'no errors' : writeCount(errors, 'error'),
    ...(warnings > 0 ? [writeCount(warnings, 'warning')] : []),
    ...(worthKnowing > 0 ? [`${writeCount(worthKnowing, 'note')}${notes ? '' : ' (see --notes)'}`] : []),
  ];
}

function summarizeLint(loaded: LoadResult, findings: readonly LintFinding[], notes: boolean): string {
  if (!loaded.config) return writeCount(countLevel(findings, 'error'), 'error');
  const { folder, rows, roles, registries, teams } = loaded.config;
  return [
    `${folder}: ${writeCount(rows.size, 'issuer')}`,
    writeCount(roles.length, 'role'),
    ...(registries.length > 0 ? [`${registries.length} registries`] : []),
    ...(teams ? [writeCount(Object.keys(teams.teams).length, 'team')] : []),
    ...countLevels(findings, notes),
  ].join(', ');
}

function writeFindings(flags: Flags, findings: readonly LintFinding[]): string {
  return writeFindingList(findings.filter(({ level }) => flags['notes'] === true || level !== 'note'));
}

function renderLint(flags: Flags, loaded: LoadResult, answer: LintAnswer): string {
  const { findings, ignored } = answer;
  if (flags['json']) return JSON.stringify(findings, null, 2);
  if (flags['sarif']) return JSON.stringify(formatSarif(findings, ignored), null, 2);
  return `${writeFindings(flags, findings)}${summarizeLint(loaded, findings, flags['notes'] === true)}`;
}

function chooseLintExit(flags: Flags, findings: readonly LintFinding[]): number {
  const failing = flags['strict'] ? ['error', 'warning'] : ['error'];
  return findings.some(({ level }) => failing.includes(level)) ? EXIT.denied : EXIT.done;
}

/** The policy of somebody else's page: none of our configuration is looked at. */
function tellDialectFindings(file: string, flags: Flags, terminal: Terminal): number {
  if (flags['sarif']) throw new UsageError('--sarif is for a configuration. Give --json beside --dialect.');
  const findings = findDialectFindings(file);
  const counts = countLevels(findings, flags['notes'] === true).join(', ');
  printResult(findings, () => `${writeFindings(flags, findings)}${file}: ${counts}\n`, flags, terminal);
  return chooseLintExit(flags, findings);
}

/** The file to be read in that dialect; undefined when neither is given. */
function readDialectFile(flags: Flags): string | undefined {
  const [name, file] = [readFlag(flags, 'dialect'), readFlag(flags, 'FILE')];
  if (name === undefined && file === undefined) return undefined;
  if (name === undefined)
    throw new UsageError(
      `"${file}" is not expected here. A policy of another dialect is read with --dialect.`,
    );
  if (name !== 'buildkite') throw new UsageError('The one dialect there is: --dialect buildkite FILE.');
  if (file === undefined) throw new UsageError('--dialect buildkite needs the FILE with the policy.');
  return file;
}

export const lint: Verb = {
  usage: [
    '[--config FOLDER] [--strict] [--notes] [--json | --sarif]',
    '--dialect buildkite FILE [--strict] [--notes] [--json]',
  ],
  words: [{ name: 'FILE', optional: true, help: 'With --dialect: the policy of a registry.' }],
  options: {
    config: CONFIG_OPTION,
    strict: { type: 'boolean', help: 'Warnings too end with exit code 2.' },
    notes: { type: 'boolean', help: 'Shows notes too: what is worth knowing, and no fault.' },
    json: { type: 'boolean', help: 'One JSON array of findings instead of lines, notes among them.' },
    sarif: { type: 'boolean', help: 'SARIF 2.1.0 for code scanning, what is ignored with its reason.' },
    dialect: {
      type: 'string',
      value: 'NAME',
      help: '`buildkite`: FILE is a policy [for the page of a Buildkite registry](lint.md#for-the-page-of-a-buildkite-registry). Shows what it refuses or reads otherwise.',
    },
  },
  about: `Each finding: file:line:column  rule  what is wrong and what to do. Exit code 2 when there is an error.
A comment "# kite-sts-ignore RULE: REASON" on the line, or above it, hushes a warning or a note.`,
  examples: [
    'kite-sts lint --config policies/ci --strict',
    'kite-sts lint --dialect buildkite registry-policy.yml',
  ],
  async run(flags, terminal) {
    if (flags['json'] && flags['sarif']) throw new UsageError('Give --json or --sarif, not both.');
    const file = readDialectFile(flags);
    if (file !== undefined) return tellDialectFindings(file, flags, terminal);
    const loaded = loadConfig(readCommandSettings(flags, terminal).config);
    const answer = lintConfig(loaded);
    terminal.out(`${renderLint(flags, loaded, answer)}\n`);
    return chooseLintExit(flags, answer.findings);
  },
};
