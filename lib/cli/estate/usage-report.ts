import { makePrintable } from '../../client/printable.ts';
import { escapeMarkdown } from '../../estate/report/escape.ts';
import type { TrailReport } from '../../estate/usage/trail.ts';
import type { RoleUsage, Usage, UsedValue } from '../../estate/usage/usage.ts';
import { writeCount } from '../../language/counted.ts';
import type { NarrowedFile, NarrowedFiles } from './narrowed.ts';

/** All that `usage` tells. `isWhole`: the log goes back as far as was asked. */
export type UsageTold = {
  readonly usage: Usage;
  readonly isWhole: boolean;
  readonly narrowed: NarrowedFiles;
  readonly trail: TrailReport | undefined;
};

const MOST_VALUES = 8;

function writeUsedValues(values: readonly UsedValue[]): string {
  const shown = values.slice(0, MOST_VALUES).map(({ value, times }) => `${value || '(empty)'} (${times})`);
  const more = values.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join(', ');
}

function writeStatementUsage(statement: RoleUsage['statements'][number]): string {
  const { id, times, scopes, unusedScopes } = statement;
  return [
    `"${id}" (${times})`,
    ...(scopes.length > 0 ? [`scopes ${writeUsedValues(scopes)}`] : []),
    ...(unusedScopes.length > 0 ? [`not used: ${unusedScopes.join(', ')}`] : []),
  ].join('; ');
}

function listRoleUsage(role: RoleUsage): string[] {
  const { issued, denied, last, statements, pipelines, branches, tags, seconds } = role;
  if (issued === 0 || last === undefined)
    return [denied === 0 ? 'not used' : `not used, ${writeCount(denied, 'time')} denied`];
  const idle = statements.filter(({ times }) => times === 0).map(({ id }) => `"${id}"`);
  const date = new Date(last * 1000).toISOString().slice(0, 10);
  return [
    `${writeCount(issued, 'time')}, last on ${date}; ${writeCount(denied, 'time')} denied`,
    `pipelines  ${writeUsedValues(pipelines)}`,
    `branches   ${writeUsedValues(branches)}`,
    ...tags.map(({ tag, values }) => `tag ${tag}  ${writeUsedValues(values)}`),
    ...statements.filter(({ times }) => times > 0).map(writeStatementUsage),
    ...(idle.length > 0 ? [`nobody came by ${idle.join(', ')}`] : []),
    ...(seconds.asked < seconds.max
      ? [`sessions of ${seconds.asked} seconds, and ${seconds.max} could be had`]
      : []),
  ];
}

function describeCover(told: UsageTold): string {
  const { days, covered } = told.usage;
  return told.isWhole
    ? `The last ${days} days.`
    : `The log goes back ${covered} of ${days} days: nothing is concluded from what is not in it, and nothing proposed.`;
}

function listTrailLines(trail: TrailReport): string[] {
  const { roles, untold, unlogged, forPeople } = trail;
  const missing = `Not in this trail, since data events are not logged: ${unlogged.join(', ')}. What was done there is not seen.`;
  const judge = `For a person to judge: ${forPeople.map(service => `${service}:*`).join(', ')}.`;
  return [
    ...roles.flatMap(({ role, sessions, seen, refused, longest }) => [
      `${role}: ${writeCount(sessions, 'session')}, the longest in use for ${Math.round(longest)} seconds`,
      `  seen     ${writeUsedValues(seen) || 'nothing'}`,
      ...(refused.length > 0 ? [`  refused  ${writeUsedValues(refused)}`] : []),
    ]),
    ...untold.map(
      ({ session, arn }) =>
        `NO AUDIT EVENT tells of the session ${session} of ${arn}, which the broker's role opened`,
    ),
    ...(unlogged.length > 0 ? [missing] : []),
    ...(forPeople.length > 0 ? [judge] : []),
  ];
}

function listFileProposals(file: Pick<NarrowedFile, 'role' | 'proposals'>): string[] {
  return file.proposals.flatMap(({ says, kept }) => [
    `${file.role}: ${says}`,
    ...(kept.length > 0 ? [`  stays: ${writeUsedValues(kept)}`] : []),
  ]);
}

function listProposals(narrowed: NarrowedFiles): string[] {
  const dropped = narrowed.dropped.map(({ role, why }) => `${role}: nothing is proposed, since ${why}`);
  return [...narrowed.files.flatMap(listFileProposals), ...dropped];
}

/** A title and below it these lines, set in; nothing where there are none. */
function indentBelow(title: string, lines: readonly string[]): string[] {
  return lines.length > 0 ? [title, ...lines.map(line => `  ${line}`)] : [];
}

/** For a terminal. */
export function writeUsageText(told: UsageTold): string {
  const { usage, narrowed, trail } = told;
  const lines = [
    describeCover(told),
    ...usage.roles.flatMap(each => indentBelow(each.role, listRoleUsage(each))),
    ...(usage.strangers.length > 0 ? [`Of no role here: ${usage.strangers.join(', ')}`] : []),
    ...indentBelow(
      'Proposed, each proved not wider and held against every exchange:',
      listProposals(narrowed),
    ),
    ...(trail ? ['By CloudTrail:', ...listTrailLines(trail).map(line => `  ${line}`)] : []),
  ];
  return lines.map(line => `${makePrintable(line)}\n`).join('');
}

function writeItems(lines: readonly string[]): string {
  return lines.map(line => `${line.startsWith('  ') ? '  ' : ''}- ${escapeMarkdown(line)}`).join('\n');
}

/** For an issue. Every value stands in code. */
export function writeUsageMarkdown(told: UsageTold): string {
  const { usage, narrowed, trail } = told;
  const proposals = listProposals(narrowed);
  return `${[
    '# What of the roles was used',
    describeCover(told),
    ...usage.roles.flatMap(each => [`## ${escapeMarkdown(each.role)}`, writeItems(listRoleUsage(each))]),
    ...(proposals.length > 0 ? ['## Proposed', writeItems(proposals)] : []),
    ...(trail ? ['## By CloudTrail', writeItems(listTrailLines(trail))] : []),
  ].join('\n\n')}\n`;
}

/** The text of the pull request that takes away what nobody used. */
export function writePullRequest(narrowed: NarrowedFiles, days: number): string {
  const sections = narrowed.files.map(
    each => `## ${escapeMarkdown(each.role)}\n\n${writeItems(listFileProposals(each))}`,
  );
  return `# Take away what nobody used in ${days} days

Of ${writeCount(sections.length, 'role')}. Each change was proved not to be wider than what it replaces, and every exchange of the log would end as
it did. **What stays is what came**: if somebody came who should not have, they are in this list. Look at what came once.

${sections.join('\n\n')}

Denies, guards, invariants and ceilings are as they were.
`;
}
