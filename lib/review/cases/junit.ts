import { listCaseFindings } from './report.ts';
import type { CasesResult } from './tested.ts';

const NAMED: { readonly [character: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

/** XML 1.0 §2.2 has no control characters but these three, escaped or not. */
function escapeJunit(value: string): string {
  return value
    .replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '?')
    .replace(/[&<>"]/g, each => NAMED[each] ?? '');
}

function formatTestcase(suite: string, name: string, failure: readonly string[] | undefined): string {
  const head = `<testcase classname="${escapeJunit(suite)}" name="${escapeJunit(name)}"`;
  return failure
    ? `    ${head}>\n      <failure message="${escapeJunit(failure[0] ?? '')}">${escapeJunit(failure.join('\n'))}</failure>\n    </testcase>`
    : `    ${head}/>`;
}

function formatSuite(result: CasesResult): string {
  const { name } = result.tested.policy;
  const told = listCaseFindings(result);
  const good = result.trials.filter(({ differences }) => differences.length === 0);
  const cases = [
    ...good.map(trial => formatTestcase(name, trial.case.name, undefined)),
    ...told.map(each =>
      formatTestcase(name, each.of === 'case' ? each.name : `${each.of}: ${each.name}`, each.says),
    ),
  ];
  return `  <testsuite name="${escapeJunit(name)}" tests="${cases.length}" failures="${told.length}">\n${cases.join('\n')}\n  </testsuite>`;
}

/** JUnit's XML, as CI systems read it: a suite for each role and registry. */
export function formatJunit(results: readonly CasesResult[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${results.map(formatSuite).join('\n')}\n</testsuites>\n`;
}
