import { describe, expect, test } from 'vitest';
import { escapeCsv, escapeHtml, escapeMarkdown } from '../../../lib/estate/report/escape.ts';
import { writeReportHtml } from '../../../lib/estate/report/html.ts';
import { describeMigration } from '../../../lib/estate/report/model.ts';
import {
  writeReportCsv,
  writeReportJson,
  writeReportMarkdown,
  writeReportText,
} from '../../../lib/estate/report/text.ts';
import { migrated, SMALL } from '../aws/migrated.ts';
import { large } from '../dumps.ts';

const REPORT = describeMigration(SMALL);

describe('T100: what a dump holds is text in every report:', () => {
  test('of the page nothing is an element, a link or a script that is not ours', () => {
    const html = writeReportHtml(REPORT);
    expect(html).not.toContain('<img');
    expect(html).not.toMatch(/<(script|a|iframe|form|object|link|base)\b/i);
    expect(html).not.toMatch(/\son\w+=["']/);
    expect(html).toContain("default-src 'none'");
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;');
  });

  test('of the table nothing is computed', () => {
    const cells = [...writeReportCsv(REPORT).matchAll(/"((?:[^"]|"")*)"/g)].map(([, cell = '']) => cell);
    expect(cells.length).toBeGreaterThan(100);
    expect(cells.filter(cell => /^\s*[=+@|%-]/.test(cell))).toEqual([]);
    expect(cells).toContain(`'=HYPERLINK(""https://evil.example"",""x"")`);
  });

  test('of Markdown nothing stands outside of code', () => {
    const outside = writeReportMarkdown(REPORT).replace(/`[^`\n]*`/g, '');
    expect(outside).not.toMatch(/onerror|HYPERLINK|cron\.d|<b>/);
  });

  test('of a terminal nothing is a command', () => {
    const [role] = SMALL.roles;
    if (!role) throw new Error('no role');
    const evil = { ...SMALL, roles: [{ ...role, notes: ['\u001b]0;x\u0007\u202e'] }] };
    expect(writeReportText(describeMigration(evil))).not.toMatch(/[\u001b\u0007\u202e]/);
  });
});

test.each<[text: string, html: string, markdown: string, csv: string]>([
  ['<b>&"\'', '&lt;b&gt;&amp;&quot;&#39;', '`<b>&"\'`', '"<b>&""\'"'],
  ['a`b|c', 'a`b|c', "`a'b\\|c`", '"a`b|c"'],
  ['=1+1', '=1+1', '`=1+1`', `"'=1+1"`],
  [' @x', ' @x', '`@x`', `"' @x"`],
  ['\u202ea\n', '\ufffda\ufffd', '`\ufffda\ufffd`', '"\u202ea\n"'],
  ['', '', '', '""'],
])('%j', (text, html, markdown, csv) => {
  expect([escapeHtml(text), escapeMarkdown(text), escapeCsv(text)]).toEqual([html, markdown, csv]);
});

test('each way of writing tells of each role, and that it is open', () => {
  const names = REPORT.rows.map(({ source }) => source).filter(source => !source.includes('<'));
  for (const write of [
    writeReportHtml,
    writeReportMarkdown,
    writeReportText,
    writeReportCsv,
    writeReportJson,
  ]) {
    const text = write(REPORT);
    expect(names.filter(name => !text.includes(name))).toEqual([]);
    expect(text).toContain('open');
  }
  expect(REPORT.open).toBe(15);
});

test('a picture of many roles shows the worst and counts the rest', () => {
  const few = { ...large(), RoleDetailList: (large()['RoleDetailList'] as object[]).slice(0, 60) };
  const html = writeReportHtml(describeMigration(migrated(few)));
  expect(html).toMatch(/>\d+ more</);
});
