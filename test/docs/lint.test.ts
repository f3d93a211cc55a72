import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { RULES } from '../../lib/language/complaint.ts';
import { IGNORE_COMMENT, LINT_RULES } from '../../lib/review/lint/rules.ts';
import { lintFolder } from '../harness/lint.ts';
import { folderOf } from '../harness/local.ts';
import { blocks, ROOT, read } from '../harness/markdown.ts';

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

/** What stands under a heading of a rule's page. */
function section(rule: string, heading: string): string {
  return new RegExp(`^## ${heading}\\n([\\s\\S]*?)(?=^## |$(?![\\s\\S]))`, 'm').exec(pageOf(rule))?.[1] ?? '';
}

function policies(markdown: string, kind: string): string[] {
  return blocks(markdown)
    .filter(({ words }) => words.includes(kind))
    .map(({ text }) => text);
}

const OF_JOBS = ['job-kind-admitted', 'knowingly-idle', 'ignore-comment'];

/** The teams.yml of a page that has one. */
function teamsOf(rule: string): { readonly 'teams.yml'?: string } {
  const [teams] = policies(pageOf(rule), 'teams');
  return teams === undefined ? {} : { 'teams.yml': teams };
}

/** What lint finds in the policies of a section, all of them in one folder. */
function foundUnder(rule: string, heading: string): Set<string> {
  const roles = policies(section(rule, heading), 'role');
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
  const also = blocks(section(rule, 'Avoid')).flatMap(({ words }) =>
    words.filter(word => word.startsWith('also=')).map(word => word.replace('also=', '')),
  );

  test('has the outline of all', () => {
    const headings = [...pageOf(rule).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading);
    expect(headings).toEqual([rule, 'Avoid', 'Prefer', 'Why', 'Left alone']);
    expect(pageOf(rule).toLowerCase()).toContain(`\n\n${level}: ${finds.toLowerCase()}\n\n`);
  });

  test('has a policy that the rule finds', () => {
    expect(foundUnder(rule, 'Avoid')).toEqual(new Set([rule, ...also]));
  });

  test.each(['Prefer', 'Left alone'])('has one under %s that nothing finds', heading => {
    expect(foundUnder(rule, heading)).toEqual(new Set());
  });
});
