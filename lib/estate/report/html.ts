import { writeCount } from '../../language/counted.ts';
import { escapeHtml } from './escape.ts';
import { type Report, type ReportRow, summarizeKinds } from './model.ts';
import { drawReport } from './picture.ts';

const STYLE = `
:root { color-scheme: light dark; --back: #fff; --text: #1b1f24; --quiet: #57606a; --line: #d0d7de; --raised: #f6f8fa;
  --anyone: #a40e26; --outsider: #bc4c00; --any-pipeline: #8a6100; --colleague: #0757ba; --expected: #1a7f37; --nobody: #6e7781; }
@media (prefers-color-scheme: dark) { :root { --back: #0d1117; --text: #e6edf3; --quiet: #9198a1; --line: #3d444d; --raised: #161b22;
  --anyone: #ff8182; --outsider: #ffa657; --any-pipeline: #e3b341; --colleague: #79c0ff; --expected: #56d364; --nobody: #9198a1; } }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 1120px; padding: 24px 20px 80px; background: var(--back); color: var(--text);
  font: 15px/1.5 system-ui, sans-serif; overflow-wrap: anywhere }
h1 { font-size: 26px; line-height: 1.2; margin: 0 0 4px } h2 { margin: 40px 0 8px; font-size: 19px }
h3 { margin: 0; font-size: 15px } p { margin: 4px 0 } .quiet { color: var(--quiet) }
.counts { display: grid; grid-template-columns: repeat(auto-fit, minmax(165px, 1fr)); gap: 10px; margin: 20px 0; padding: 0; list-style: none }
.counts li { border: 1px solid var(--line); border-top: 4px solid var(--own); border-radius: 6px; padding: 8px 12px; background: var(--raised) }
.counts b { display: block; font-size: 24px; line-height: 1.2 } .counts small { color: var(--quiet); display: block; line-height: 1.35 }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 6px; padding: 8px }
svg { display: block; width: 100%; min-width: 760px; height: auto; font: 13px system-ui, sans-serif }
svg rect { fill: var(--raised); stroke: var(--own); stroke-width: 1.5 } svg text { fill: var(--text) }
svg .head { fill: var(--quiet); font-weight: 600 } svg .line { fill: none; stroke: var(--own); stroke-width: 1.6; opacity: .7 }
article { border: 1px solid var(--line); border-left: 4px solid var(--own); border-radius: 6px; padding: 10px 14px; margin: 10px 0 }
dl { display: grid; grid-template-columns: 8.5em 1fr; gap: 2px 12px; margin: 6px 0 0 } dt { color: var(--quiet) } dd { margin: 0 }
.mark { color: var(--own); font-weight: 600 } code { font: 13px ui-monospace, monospace }
table { border-collapse: collapse; width: 100% } td, th { text-align: left; padding: 4px 10px 4px 0; border-bottom: 1px solid var(--line); vertical-align: top }
summary { cursor: pointer; color: var(--quiet) } .gap { border-left: 4px solid var(--outsider); padding-left: 10px }
.anyone { --own: var(--anyone) } .outsider { --own: var(--outsider) } .any-pipeline { --own: var(--any-pipeline) }
.colleague { --own: var(--colleague) } .expected { --own: var(--expected) } .nobody { --own: var(--nobody) }
@media (max-width: 600px) { dl { grid-template-columns: 1fr } dt { margin-top: 6px } }
`;

function writePair(term: string, html: string): string {
  return html === '' ? '' : `<dt>${term}</dt><dd>${html}</dd>`;
}

function writeNotes(notes: readonly string[]): string {
  return notes.length === 0
    ? ''
    : `<details><summary>${writeCount(notes.length, 'note')}</summary>${notes.map(each => `<p>${escapeHtml(each)}</p>`).join('')}</details>`;
}

function writeInstead(row: ReportRow): string {
  const { verdict, role, instead } = row;
  if (verdict === 'by hand') return '<b>no role could be made of it: by hand</b>';
  if (verdict === 'moved') return 'trusts the broker alone';
  const kinds =
    instead.length === 0
      ? ''
      : `<br><span class="quiet">which admits ${escapeHtml(instead.join(', '))}</span>`;
  return `<code>${escapeHtml(role ?? '')}</code> ${verdict === 'narrower' ? '<b>is narrower</b>' : 'admits the same'}${kinds}`;
}

function writeRow(row: ReportRow): string {
  const who = row.who.map(each => escapeHtml(each.says)).join('<br>') || 'nobody by a token';
  const team = row.team === undefined ? '' : `, team ${escapeHtml(row.team)}`;
  return `<article class="${row.danger}"><h3><span class="mark">${row.danger}</span> ${escapeHtml(row.name)}</h3>
<p class="quiet"><code>${escapeHtml(row.source)}</code>${team}, last used: ${escapeHtml(row.lastUsed)}</p>
<dl>${writePair('lets in', who)}${writePair('opens', escapeHtml(row.reach ?? ''))}${writePair('kinds of jobs', escapeHtml(summarizeKinds(row.kinds)))}${writePair('instead', writeInstead(row))}${writePair('no longer let in', row.shown === undefined ? '' : `<code>${escapeHtml(row.shown)}</code>`)}${writePair('direct trust', `<b>${escapeHtml(row.state)}</b>. Delete it ${escapeHtml(row.deleteWhen)}.`)}${writePair('notes', writeNotes(row.notes))}</dl></article>`;
}

function writeHtmlTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (tag: string, row: readonly string[]): string =>
    `<tr>${row.map(cell => `<${tag}>${escapeHtml(cell)}</${tag}>`).join('')}</tr>`;
  return `<div class="scroll"><table>${cells('th', head)}${rows.map(row => cells('td', row)).join('')}</table></div>`;
}

function writeSection(title: string, html: string): string {
  return html === '' ? '' : `<h2>${title}</h2>${html}`;
}

/** A section of a table, or nothing where it would have no rows. */
function writeHtmlSection(
  title: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  return writeSection(title, rows.length === 0 ? '' : writeHtmlTable(head, rows));
}

/** One page that needs nothing else, and runs no script. */
export function writeReportHtml(report: Report): string {
  const { accounts, made, open, counts, rows, keys, others, gaps } = report;
  const picture = drawReport(report);
  const keyRows = keys.map(each => [each.user, each.account, each.says]);
  const otherRows = others.map(each => [each.source, each.says]);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>What lets jobs in, around the broker</title><style>${STYLE}</style></head><body>
<h1>What lets jobs in, around the broker</h1>
<p class="quiet">${escapeHtml(accounts.length === 1 ? `Account ${accounts[0]}` : `${accounts.length} accounts`)}, ${made.slice(0, 10)}. ${writeCount(open, 'direct trust')} ${open === 1 ? 'is' : 'are'} open.</p>
${gaps.map(gap => `<p class="gap">${escapeHtml(gap)}</p>`).join('')}
<ul class="counts">${counts.map(({ danger, says, count }) => `<li class="${danger}"><b>${count}</b>${danger}<small>${escapeHtml(says)}</small></li>`).join('')}</ul>
${picture === '' ? '' : `<div class="scroll">${picture}</div>`}
${writeSection('Direct trusts, the worst first', rows.map(writeRow).join('\n'))}
${writeHtmlSection('Static keys', ['user', 'account', ''], keyRows)}
${writeHtmlSection('Other roles', ['role', ''], otherRows)}
</body></html>
`;
}
