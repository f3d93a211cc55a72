import { makePrintable } from '../../client/printable.ts';
import { escapeMarkdown } from '../../estate/report/escape.ts';
import type { TrailReport } from '../../estate/usage/trail.ts';
import type { RoleUsage, Usage, UsedValue } from '../../estate/usage/usage.ts';
import { writeCount } from '../../language/counted.ts';
import type { NarrowedFiles } from './narrowed.ts';

/** All that `usage` tells. `isWhole`: the log goes back as far as was asked. */
export type UsageTold = {
  readonly usage: Usage;
  readonly isWhole: boolean;
  readonly narrowed: NarrowedFiles;
  readonly trail: TrailReport | undefined;
};

const MOST_VALUES = 8;

function writeDate(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10);
}

function listUsedWords(values: readonly UsedValue[]): string {
  const told = values.slice(0, MOST_VALUES).map(({ value, times }) => `${value || '(empty)'} (${times})`);
  return [...told, ...(values.length > MOST_VALUES ? [`and ${values.length - MOST_VALUES} more`] : [])].join(
    ', ',
  );
}

function listLines({
  issued,
  denied,
  last,
  statements,
  pipelines,
  branches,
  tags,
  seconds,
}: RoleUsage): string[] {
  if (issued === 0 || last === undefined)
    return [denied === 0 ? 'not used' : `not used, ${denied} times denied`];
  const idle = statements.filter(({ times }) => times === 0).map(({ id }) => `"${id}"`);
  return [
    `${issued} times, last on ${writeDate(last)}; ${denied} times denied`,
    `pipelines  ${listUsedWords(pipelines)}`,
    `branches   ${listUsedWords(branches)}`,
    ...tags.map(({ tag, values }) => `tag ${tag}  ${listUsedWords(values)}`),
    ...statements
      .filter(({ times }) => times > 0)
      .map(({ id, times, scopes, unusedScopes }) =>
        [
          `"${id}" (${times})`,
          scopes.length > 0 ? `scopes ${listUsedWords(scopes)}` : '',
          unusedScopes.length > 0 ? `not used: ${unusedScopes.join(', ')}` : '',
        ]
          .filter(Boolean)
          .join('; '),
      ),
    ...(idle.length > 0 ? [`nobody came by ${idle.join(', ')}`] : []),
    ...(seconds.asked < seconds.max
      ? [`sessions of ${seconds.asked} seconds, and ${seconds.max} could be had`]
      : []),
  ];
}

function describeCover({ usage: { days, covered }, isWhole }: UsageTold): string {
  return isWhole
    ? `The last ${days} days.`
    : `The log goes back ${covered} of ${days} days: nothing is concluded from what is not in it, and nothing proposed.`;
}

function listTrailLines(trail: TrailReport): string[] {
  return [
    ...trail.roles.flatMap(({ role, sessions, seen, refused, longest }) => [
      `${role}: ${writeCount(sessions, 'session')}, the longest in use for ${Math.round(longest)} seconds`,
      `  seen     ${listUsedWords(seen) || 'nothing'}`,
      ...(refused.length > 0 ? [`  refused  ${listUsedWords(refused)}`] : []),
    ]),
    ...trail.untold.map(
      ({ session, arn }) =>
        `NO AUDIT EVENT tells of the session ${session} of ${arn}, which the broker's role opened`,
    ),
    ...(trail.unlogged.length > 0
      ? [
          `Not in this trail, since data events are not logged: ${trail.unlogged.join(', ')}. What was done there is not seen.`,
        ]
      : []),
    ...(trail.forPeople.length > 0
      ? [`For a person to judge: ${trail.forPeople.map(service => `${service}:*`).join(', ')}.`]
      : []),
  ];
}

function listProposals({ files, dropped }: NarrowedFiles): string[] {
  return [
    ...files.flatMap(({ role, proposals }) =>
      proposals.flatMap(({ says, kept }) => [
        `${role}: ${says}`,
        ...(kept.length > 0 ? [`  stays: ${listUsedWords(kept)}`] : []),
      ]),
    ),
    ...dropped.map(({ role, why }) => `${role}: nothing is proposed, since ${why}`),
  ];
}

/** For a terminal. */
export function writeUsageText(told: UsageTold): string {
  const { usage, narrowed, trail } = told;
  const proposals = listProposals(narrowed);
  return `${[
    describeCover(told),
    ...usage.roles.flatMap(each => [each.role, ...listLines(each).map(line => `  ${line}`)]),
    ...(usage.strangers.length > 0 ? [`Of no role here: ${usage.strangers.join(', ')}`] : []),
    ...(proposals.length > 0
      ? [
          'Proposed, each proved not wider and held against every exchange:',
          ...proposals.map(line => `  ${line}`),
        ]
      : []),
    ...(trail ? ['By CloudTrail:', ...listTrailLines(trail).map(line => `  ${line}`)] : []),
  ]
    .map(makePrintable)
    .join('\n')}\n`;
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
    ...usage.roles.flatMap(each => [`## ${escapeMarkdown(each.role)}`, writeItems(listLines(each))]),
    ...(proposals.length > 0 ? ['## Proposed', writeItems(proposals)] : []),
    ...(trail ? ['## By CloudTrail', writeItems(listTrailLines(trail))] : []),
  ].join('\n\n')}\n`;
}

/** The text of the pull request that takes away what nobody used. */
export function writePullRequest(narrowed: NarrowedFiles, { days }: Usage): string {
  const roles = narrowed.files.length;
  return `# Take away what nobody used in ${days} days

Of ${writeCount(roles, 'role')}. Each change was proved not to be wider than what it replaces, and every exchange of the log would end as
it did. **What stays is what came**: if somebody came who should not have, they are in this list. Look at what came once.

${narrowed.files
  .map(
    ({ role, proposals }) =>
      `## ${escapeMarkdown(role)}\n\n${writeItems(listProposals({ files: [{ role, proposals, text: '' }], dropped: [] }))}`,
  )
  .join('\n\n')}

Denies, guards, invariants and ceilings are as they were.
`;
}
