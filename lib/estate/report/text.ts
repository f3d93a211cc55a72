import { makePrintable } from '../../client/printable.ts';
import { writeCount } from '../../language/counted.ts';
import { escapeCsv, escapeMarkdown } from './escape.ts';
import { type Report, type ReportRow, summarizeKinds } from './model.ts';

function describeVerdict(row: ReportRow): string {
  const { verdict, role } = row;
  if (verdict === 'by hand') return 'no role could be made: by hand';
  if (verdict === 'moved') return 'trusts the broker alone';
  return `${role} ${verdict === 'narrower' ? 'is narrower' : verdict}`;
}

function writeTextRow(row: ReportRow): string {
  const who = row.who.map(each => each.says).join(' and ') || 'nobody by a token';
  const reach = row.reach === undefined ? '' : `, ${row.reach}`;
  return [
    `${row.danger.padEnd(13)}${row.source}`,
    `  lets in     ${who}${reach}`,
    `  instead     ${describeVerdict(row)}`,
    ...row.notes.map(note => `              ${note}`),
    `  delete      ${row.deleteWhen}`,
  ]
    .map(makePrintable)
    .join('\n');
}

/** For a terminal: the worst first, and what is left. */
export function writeReportText(report: Report): string {
  const { rows, others, keys, open, gaps } = report;
  const parts = [
    ...rows.map(writeTextRow),
    [
      `${writeCount(rows.length, 'role')} by tokens, ${writeCount(open, 'direct trust')} open, ${others.length} other roles, ${writeCount(keys.length, 'static key')}.`,
      ...gaps,
    ]
      .map(makePrintable)
      .join('\n'),
  ];
  return `${parts.join('\n\n')}\n`;
}

const HEAD = [
  'danger',
  'source',
  'account',
  'team',
  'who',
  'kinds',
  'role',
  'verdict',
  'admits',
  'direct trust',
  'delete it',
  'last used',
  'notes',
];

function listReportCells(row: ReportRow): string[] {
  return [
    row.danger,
    row.source,
    row.account,
    row.team ?? '',
    row.who.map(each => each.says).join('; '),
    row.kinds.map(each => each.name).join(' '),
    row.role ?? '',
    row.verdict,
    row.instead.join(' '),
    row.state,
    row.deleteWhen,
    row.lastUsed,
    row.notes.join('; '),
  ];
}

/** RFC 4180, with a head. */
export function writeReportCsv(report: Report): string {
  return [HEAD, ...report.rows.map(listReportCells)]
    .map(cells => `${cells.map(escapeCsv).join(',')}\r\n`)
    .join('');
}

/** Everything, for a program. */
export function writeReportJson(report: Report): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}

function writeMarkdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map(row => `| ${row.join(' | ')} |`).join('\n');
}

function writeMarkdownRow(row: ReportRow): string {
  const lines = [
    `### ${escapeMarkdown(row.name)}`,
    '',
    `- **${row.danger}**: ${row.who.map(each => escapeMarkdown(each.says)).join(' and ') || 'nobody by a token'}`,
    ...(row.reach === undefined ? [] : [`- it ${row.reach}`]),
    `- ${escapeMarkdown(row.source)}${row.team === undefined ? '' : ` of ${escapeMarkdown(row.team)}`}, last used: ${escapeMarkdown(row.lastUsed)}`,
    `- kinds of jobs: ${escapeMarkdown(summarizeKinds(row.kinds)) || 'none that a token tells'}`,
    `- instead: ${escapeMarkdown(describeVerdict(row))}${row.instead.length > 0 ? `, which admits ${escapeMarkdown(row.instead.join(', '))}` : ''}`,
    ...(row.shown === undefined ? [] : [`- had it and has it no more: ${escapeMarkdown(row.shown)}`]),
    ...row.notes.map(note => `- ${escapeMarkdown(note)}`),
    `- direct trust: **${row.state}**. Delete it ${escapeMarkdown(row.deleteWhen)}`,
  ];
  return lines.join('\n');
}

/** A section of a table, or nothing where it would have no rows. */
function writeMarkdownSection(
  title: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string[] {
  const escaped = rows.map(row => row.map(escapeMarkdown));
  return rows.length === 0 ? [] : [`## ${title}`, writeMarkdownTable(head, escaped)];
}

/** For a repository or an issue. Every value stands in code. */
export function writeReportMarkdown(report: Report): string {
  const { counts, rows, others, keys, accounts, made, open, gaps } = report;
  const keyRows = keys.map(each => [each.user, each.account, each.says]);
  const otherRows = others.map(each => [each.source, each.says]);
  const parts = [
    '# What lets jobs in, around the broker',
    `Accounts ${escapeMarkdown(accounts.join(', '))}, ${made.slice(0, 10)}. ${writeCount(open, 'direct trust')} ${open === 1 ? 'is' : 'are'} open.`,
    ...gaps.map(gap => `> ${gap}`),
    writeMarkdownTable(
      ['', 'roles', ''],
      counts.map(each => [each.danger, String(each.count), each.says]),
    ),
    '## Direct trusts, the worst first',
    ...rows.map(writeMarkdownRow),
    ...writeMarkdownSection('Static keys', ['user', 'account', ''], keyRows),
    ...writeMarkdownSection('Other roles', ['role', ''], otherRows),
  ];
  return `${parts.join('\n\n')}\n`;
}
