import { makePrintable } from '../../client/printable.ts';
import type { Config } from '../../config/load.ts';
import { findTeams } from '../../config/teams.ts';
import { escapeCsv, escapeMarkdownCell } from '../../estate/report/escape.ts';
import type { Role } from '../../policy/role.ts';
import { describeTarget } from '../../review/compare/gives.ts';
import { judgeJobs } from '../../review/compare/jobs.ts';
import { describeDemands } from '../../review/explain/demand-text.ts';
import { openConfig, readCommandSettings } from '../configuration.ts';
import { createConfigOption, EXIT, printResult, UsageError, type Verb } from '../verb.ts';

/** Whom one trust statement lets in. */
type RoleCaller = {
  readonly statement: string;
  readonly issuer: string;
  /** The kinds of jobs that it admits, and those that no token tells apart. */
  readonly jobs: readonly string[];
};

/** A role as an inventory has it. */
type RoleEntry = {
  readonly role: string;
  readonly who: readonly RoleCaller[];
  readonly target: string;
  /** Demands on the job whoever asks: the row of one issuer demands nothing of others' jobs. */
  readonly demands: readonly string[];
  /** Seconds that its sessions last: those that are given unasked, and the most. */
  readonly seconds: { readonly default: number; readonly max: number };
  /** Null where no teams.yml is. */
  readonly team: string | null;
  /** Why it is disabled; null where it is not. */
  readonly disabled: string | null;
};

function listCallers(role: Role, config: Config): RoleCaller[] {
  return judgeJobs(role, config.rows).map(({ statement: { id, issuer }, jobs }) => ({
    statement: id,
    issuer,
    jobs: jobs.filter(({ answer }) => answer !== 'excludes').map(({ kind }) => kind.name),
  }));
}

function listDemandsOfAll(role: Role): string[] {
  const [first = [], ...others] = role.trust.map(({ issuer }) => describeDemands(role, issuer));
  return first.filter(each => others.every(other => other.includes(each)));
}

function describeRole(role: Role, config: Config): RoleEntry {
  const [team] = config.teams ? findTeams(role.name, config.teams.teams) : [];
  return {
    role: role.name,
    who: listCallers(role, config),
    target: describeTarget(role.template),
    demands: listDemandsOfAll(role),
    seconds: { default: role.session.seconds, max: role.session.max },
    team: team?.[0] ?? null,
    disabled: role.disabled ?? null,
  };
}

function describeRoleCaller(caller: RoleCaller): string {
  const { statement, issuer, jobs } = caller;
  return `"${statement}" of ${issuer}${jobs.length > 0 ? `: ${jobs.join(', ')}` : ''}`;
}

const HEAD = ['role', 'who', 'target', 'demands', 'seconds', 'team', 'disabled'];

/** The cells of one role, in the order of `HEAD`. */
function listRoleCells(entry: RoleEntry, separator: string): string[] {
  const { role, target, seconds, team, disabled } = entry;
  const who = entry.who.map(describeRoleCaller).join(separator);
  const least = seconds.default === seconds.max ? '' : `${seconds.default}, at most `;
  const demands = entry.demands.join(separator);
  return [role, who, target, demands, `${least}${seconds.max}`, team ?? '', disabled ?? ''];
}

function writeRoleEntry(entry: RoleEntry): string {
  const cells = listRoleCells(entry, '\n            ').map(cell =>
    cell.split('\n').map(makePrintable).join('\n'),
  );
  const lines = HEAD.map((name, at) => [name.padEnd(8), cells[at] ?? ''] as const).slice(1);
  const told = lines.filter(([, cell]) => cell !== '').map(line => `  ${line.join('  ')}\n`);
  return `${entry.role}\n${told.join('')}`;
}

function writeRolesCsv(entries: readonly RoleEntry[]): string {
  const rows = [HEAD, ...entries.map(entry => listRoleCells(entry, '; '))];
  return rows.map(row => `${row.map(escapeCsv).join(',')}\r\n`).join('');
}

function writeRolesMarkdown(entries: readonly RoleEntry[]): string {
  const rows = entries.map(entry => listRoleCells(entry, '\n').map(escapeMarkdownCell));
  return [HEAD, HEAD.map(() => '---'), ...rows].map(row => `| ${row.join(' | ')} |\n`).join('');
}

export const roles: Verb = {
  options: {
    config: createConfigOption('The folder with broker.yml, roles/ and teams.yml.'),
    json: { type: 'boolean', help: 'One JSON array.' },
    csv: { type: 'boolean', help: 'RFC 4180, with a head; no cell is a formula.' },
    markdown: { type: 'boolean', help: 'A table.' },
  },
  about: `Who is each trust statement, its issuer, and the kinds of jobs that it admits or cannot tell apart. kite-sts who-can
says everything of one role.`,
  examples: ['kite-sts roles', 'kite-sts roles --csv > roles.csv'],
  async run(flags, terminal) {
    const chosen = ['json', 'csv', 'markdown'].filter(format => flags[format]);
    if (chosen.length > 1) throw new UsageError(`Give one of --${chosen.join(' and --')}.`);
    const config = openConfig(readCommandSettings(flags, terminal));
    const entries = config.roles.map(role => describeRole(role, config));
    const write = () => {
      if (flags['csv']) return writeRolesCsv(entries);
      return flags['markdown'] ? writeRolesMarkdown(entries) : entries.map(writeRoleEntry).join('\n');
    };
    printResult(entries, write, flags, terminal);
    return EXIT.done;
  },
};
