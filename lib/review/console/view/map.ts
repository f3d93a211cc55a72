import { writeCount } from '../../../language/counted.ts';
import type { Statement } from '../../../policy/statement.ts';
import { describeTarget } from '../../compare/gives.ts';
import type { LintLevel } from '../../lint/rule.ts';
import type { ReachLine } from '../reach.ts';
import type { RoleSurvey } from '../survey.ts';
import { isFailing } from '../trials.ts';
import { createElement, createStep, findPart } from './element.ts';

/** A role with its lines of the map; its survey comes later than they do. */
export type MappedRole = { readonly lines: readonly ReachLine[]; readonly survey: RoleSurvey | undefined };

/** Where a line leads: to its role, or to all roles with the same text. */
export type MapSteps = { readonly choose: (role: string) => void; readonly narrow: (text: string) => void };

type ColumnName = 'Gives' | 'To tokens of' | 'Organization' | 'Pipeline' | 'If also';

/** The name of its column stands in it too: a phone shows each role as a card. */
function createCell(column: ColumnName, texts: readonly string[]): HTMLElement {
  return createElement('td', { 'data-column': column }, ...texts.map(text => createElement('p', {}, text)));
}

/** A cell whose text leads to all roles that have it too. */
function createStepCell(
  column: ColumnName,
  text: string,
  narrow: MapSteps['narrow'],
  also: readonly string[],
): HTMLElement {
  const step = createStep(text, () => narrow(text));
  step.title = 'Show all roles with this';
  const cell = createCell(column, also);
  cell.prepend(step);
  return cell;
}

function createGrantCell(line: ReachLine, narrow: MapSteps['narrow']): HTMLElement {
  const { role, statement } = line;
  return createStepCell('Gives', describeTarget(role.template), narrow, [
    ...(statement.scopes ?? []),
    ...(role.disabled === undefined ? [] : [`disabled: ${role.disabled}`]),
  ]);
}

/** One cell for all lines, where each gives the same; else one for each. */
function createGrantCells(lines: readonly ReachLine[], narrow: MapSteps['narrow']): HTMLElement[] {
  const scopes = new Set(lines.map(({ statement }) => JSON.stringify(statement.scopes)));
  const [first] = lines;
  if (!first || scopes.size > 1) return lines.map(line => createGrantCell(line, narrow));
  const cell = createGrantCell(first, narrow);
  cell.setAttribute('rowspan', String(lines.length));
  return [cell];
}

function describeUntil(statement: Statement): string[] {
  return statement.until === undefined ? [] : [`until ${new Date(statement.until * 1000).toISOString()}`];
}

function createFurtherCell(line: ReachLine): HTMLElement {
  const { further, statement, denies } = line;
  return createCell('If also', [
    ...further,
    ...describeUntil(statement),
    ...(denies > 0 ? [`no deny statement strikes (${denies})`] : []),
  ]);
}

type Badge = { readonly is: string; readonly says: string; readonly title: string };

function createLevelBadge({ findings }: RoleSurvey, level: LintLevel): Badge[] {
  const found = findings.filter(each => each.level === level);
  const title = [...new Set(found.map(({ rule }) => rule))].join(', ');
  return found.length === 0 ? [] : [{ is: level, says: writeCount(found.length, level), title }];
}

/** Lists what is worth a look in a role, the gravest first. */
function listBadges(survey: RoleSurvey): Badge[] {
  const { kinds, trials } = survey;
  const caused = (danger: string): string[] =>
    kinds.filter(({ kind }) => kind.danger === danger).map(({ name }) => name);
  const [outsider, colleague] = [caused('outsider'), caused('colleague')];
  return [
    ...(isFailing(trials) ? [{ is: 'error', says: 'cases fail', title: '' }] : []),
    ...createLevelBadge(survey, 'error'),
    ...(outsider.length > 0 ? [{ is: 'error', says: 'open to outsiders', title: outsider.join(', ') }] : []),
    ...createLevelBadge(survey, 'warning'),
    ...(colleague.length > 0
      ? [{ is: 'note', says: 'open to colleagues', title: colleague.join(', ') }]
      : []),
  ];
}

function createBadgeList(survey: RoleSurvey): HTMLElement | undefined {
  const badges = listBadges(survey);
  if (badges.length === 0) return undefined;
  return createElement(
    'span',
    { class: 'badges' },
    ...badges.map(({ is, says, title }) =>
      createElement('span', { class: `badge ${is}`, ...(title === '' ? {} : { title }) }, says),
    ),
  );
}

function createRoleCell({ lines, survey }: MappedRole, choose: MapSteps['choose']): HTMLElement {
  const name = lines[0]?.role.name ?? '';
  return createElement(
    'th',
    { scope: 'rowgroup', rowspan: String(lines.length) },
    createStep(name, () => choose(name)),
    survey?.team === undefined ? undefined : createElement('span', { class: 'quiet' }, survey.team),
    survey && createBadgeList(survey),
  );
}

function createMapRow(
  line: ReachLine,
  heads: readonly (HTMLElement | undefined)[],
  steps: MapSteps,
): HTMLElement {
  const { issuer, organization, pipeline, statement } = line;
  return createElement(
    'tr',
    {},
    ...heads,
    createStepCell('To tokens of', issuer.replace(/^https:\/\//, ''), steps.narrow, [statement.id]),
    createCell('Organization', organization),
    createCell('Pipeline', pipeline),
    createFurtherCell(line),
  );
}

function createMapGroup(role: MappedRole, steps: MapSteps): HTMLElement {
  const { lines } = role;
  const grants = createGrantCells(lines, steps.narrow);
  const name = createRoleCell(role, steps.choose);
  return createElement(
    'tbody',
    {},
    ...lines.map((line, at) => createMapRow(line, [at === 0 ? name : undefined, grants[at]], steps)),
  );
}

/** Shows these roles, a group of rows for each. */
export function showMap(roles: readonly MappedRole[], steps: MapSteps): void {
  const table = findPart('map');
  for (const body of table.querySelectorAll('tbody')) body.remove();
  table.append(...roles.map(role => createMapGroup(role, steps)));
}
