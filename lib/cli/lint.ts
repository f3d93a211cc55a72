import { type Loaded, loadConfig } from '../config/load.ts';
import type { LintAnswer } from '../lint/lint.ts';
import type { Finding, Level } from '../lint/rule.ts';
import { sarif } from '../lint/sarif.ts';
import { settingsOf } from './configuration.ts';
import { answerOf, counted, findingsText } from './findings.ts';
import { EXIT, type Flags, UsageError, type Verb } from './verb.ts';

const summary = (loaded: Loaded, findings: readonly Finding[], notes: boolean): string => {
  const count = (level: Level): number => findings.filter(each => each.level === level).length;
  if (!loaded.config) return counted(count('error'), 'error');
  const { folder, rows, roles, registries } = loaded.config;
  return [
    `${folder}: ${rows.size} issuers`,
    `${roles.length} roles`,
    ...(registries.length > 0 ? [`${registries.length} registries`] : []),
    'no errors',
    ...(count('warning') > 0 ? [counted(count('warning'), 'warning')] : []),
    ...(count('note') > 0 ? [`${counted(count('note'), 'note')}${notes ? '' : ' (see --notes)'}`] : []),
  ].join(', ');
};

const rendered = (flags: Flags, loaded: Loaded, { findings, ignored }: LintAnswer): string => {
  if (flags['json']) return JSON.stringify(findings, null, 2);
  if (flags['sarif']) return JSON.stringify(sarif(findings, ignored), null, 2);
  const notes = flags['notes'] === true;
  const shown = findings.filter(({ level }) => notes || level !== 'note');
  return `${findingsText(shown)}${summary(loaded, findings, notes)}`;
};

export const lint: Verb = {
  summary:
    'Checks broker.yml, every role and every registry: what no broker starts with, and what is unwise.',
  help: `kite-sts lint [--config FOLDER] [--strict] [--notes] [--json | --sarif]

  --config FOLDER  the folder with broker.yml and roles/ (default: KITE_STS_CONFIG, or config)
  --strict         warnings too end with exit code 2
  --notes          show notes too: what is worth knowing, and no fault
  --json           one JSON array instead of lines
  --sarif          SARIF 2.1.0 for code scanning, what is ignored with its reason

Each finding: file:line:column  rule  what is wrong and what to do. Exit code 2 when there is an error.
A comment "# kite-sts-ignore RULE: REASON" on the line, or above it, hushes a warning or a note.

Examples:
  kite-sts lint --strict
  kite-sts lint --config examples/queue-deny/config --json
`,
  options: {
    strict: { type: 'boolean' },
    notes: { type: 'boolean' },
    json: { type: 'boolean' },
    sarif: { type: 'boolean' },
  },
  async run(flags, terminal) {
    if (flags['json'] && flags['sarif']) throw new UsageError('Give --json or --sarif, not both.');
    const loaded = loadConfig(settingsOf(flags, terminal).config);
    const answer = answerOf(loaded);
    terminal.out(`${rendered(flags, loaded, answer)}\n`);
    const failing = flags['strict'] ? ['error', 'warning'] : ['error'];
    return answer.findings.some(({ level }) => failing.includes(level)) ? EXIT.denied : EXIT.done;
  },
};
