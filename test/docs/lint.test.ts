import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { RULES } from '../../lib/language/complaint.ts';
import { IGNORE_COMMENT, LINT_RULES } from '../../lib/review/lint/rules.ts';
import { lintFolder } from '../harness/lint.ts';
import { folderOf } from '../harness/local.ts';
import { type Block, blocks, ROOT, read } from '../harness/markdown.ts';

const INDEX = 'docs/lint/README.md';
const BROKER = 'url: https://sts.acme.example\nissuers:\n  - preset: buildkite\n  - preset: github-actions\n';

/** Rules that are tried when a configuration is loaded, and have a page all the same. */
const REFUSED = ['audience-shared', 'operand-type'] as const;

const rows = [
  ...[...LINT_RULES, IGNORE_COMMENT].map(({ rule, level, says: finds }) => ({ rule, level, finds })),
  ...REFUSED.map(rule => ({ rule, level: 'error', finds: RULES[rule] })),
];

function pageOf(rule: string): string {
  return read(`docs/lint/${rule}.md`);
}

/** A page shows what to change as a difference: what it has before, and what it has after. */
type Side = 'before' | 'after';
const OTHERS = { before: '+', after: '-' } as const;

/** The part of a page that has its difference, or that has what is left alone. */
function partOf(rule: string, part: 'change' | 'left alone'): string {
  const [change = '', rest = ''] = pageOf(rule).split('\n## Why\n');
  return part === 'change' ? change : (rest.split('\n## Left alone\n')[1] ?? '');
}

function policies(markdown: string, kind: string): string[] {
  return blocks(markdown)
    .filter(({ words }) => words.includes(kind))
    .map(({ text }) => text);
}

function takeSide(text: string, side: Side): string {
  const lines = text.split('\n').filter(line => !line.startsWith(OTHERS[side]));
  return lines.map(line => line.slice(1)).join('\n');
}

/** A role file; of statements alone, one that has them and gives a JWT. */
function writeRole({ words, text }: Block): string {
  if (!words.includes('trust')) return text;
  return `trust:\n${text.replace(/^(?=.)/gm, '  ')}\njwt: { audience: https://api.acme.example }\n`;
}

function rolesIn(markdown: string, side?: Side): string[] {
  const shown = blocks(markdown).filter(
    ({ language }) => language === (side === undefined ? 'yaml' : 'diff'),
  );
  return shown
    .filter(({ words }) => words.includes('role') || words.includes('trust'))
    .map(block => writeRole(side === undefined ? block : { ...block, text: takeSide(block.text, side) }));
}

const OF_JOBS = ['job-kind-admitted', 'knowingly-idle', 'ignore-comment'];

/** The teams.yml of a page that has one. */
function teamsOf(rule: string): { readonly 'teams.yml'?: string } {
  const [teams] = policies(pageOf(rule), 'teams');
  return teams === undefined ? {} : { 'teams.yml': teams };
}

/** Roles that look like what a rule finds: on its page, or in a file here where the page tells of it in a sentence. */
function leftAlone(rule: string): string[] {
  const shown = rolesIn(partOf(rule, 'left alone'));
  return shown.length > 0 ? shown : [read(`test/docs/left-alone/${rule}.yml`)];
}

/** What lint finds in these roles beside the broker.yml of a page, all of them in one folder. */
function foundIn(rule: string, roles: readonly string[]): Set<string> {
  expect(roles).not.toEqual([]);
  const folder = folderOf({
    'broker.yml': policies(pageOf(rule), 'broker')[0] ?? BROKER,
    ...teamsOf(rule),
    ...Object.fromEntries(roles.map((text, index) => [`roles/role-${index}.yml`, text])),
  });
  // Notes, and which jobs get in, are true of many a short example; each is looked for by its own pages alone.
  return new Set(
    lintFolder(folder)
      .findings.filter(each => each.level !== 'note' || each.rule === rule)
      .filter(each => each.rule !== 'job-kind-admitted' || OF_JOBS.includes(rule))
      .map(each => each.rule),
  );
}

// A rule that is new, or says something else, is written into the index by `npx vitest run test/docs/lint.test.ts -u`.
test('the index has each rule with its level, and with what it finds', async () => {
  const table = rows.map(({ rule, level, finds }) => `| [\`${rule}\`](${rule}.md) | ${level} | ${finds} |\n`);
  const index = read(INDEX).replace(/(?<=\n\| --- \| --- \| --- \|\n)(\|.*\n)+/, table.join(''));
  await expect(index).toMatchFileSnapshot(`../../${INDEX}`);
});

test('there is a page for each rule of the index, and no other', () => {
  const pages = readdirSync(join(ROOT, 'docs/lint')).filter(file => file !== 'README.md');
  expect(pages.sort()).toEqual(rows.map(({ rule }) => `${rule}.md`).sort());
});

describe.each(rows)('the page of $rule', ({ rule, level, finds }) => {
  const change = partOf(rule, 'change');
  const also = blocks(change).flatMap(({ words }) =>
    words.filter(word => word.startsWith('also=')).map(word => word.replace('also=', '')),
  );

  test('has the outline of all', () => {
    const headings = [...pageOf(rule).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading);
    expect(headings).toEqual([rule, 'Why', 'Left alone']);
    expect(pageOf(rule).toLowerCase()).toContain(`\n\n${level}: ${finds.toLowerCase()}\n\n`);
  });

  test('has a policy that the rule finds', () => {
    expect(foundIn(rule, rolesIn(change, 'before'))).toEqual(new Set([rule, ...also]));
  });

  test('has a change of it that nothing finds', () => {
    expect(foundIn(rule, rolesIn(change, 'after'))).toEqual(new Set());
  });

  test('says what is left alone, and it is', () => {
    expect(foundIn(rule, leftAlone(rule))).toEqual(new Set());
  });
});
