import { expect, test } from 'vitest';
import { RULES } from '../../../lib/language/complaint.ts';
import type { LintFinding } from '../../../lib/review/lint/rule.ts';
import { IGNORE_COMMENT, LINT_RULES } from '../../../lib/review/lint/rules.ts';
import { formatSarif } from '../../../lib/review/lint/sarif.ts';

function finding(rule: string, level: LintFinding['level']): LintFinding {
  return {
    rule,
    level,
    place: { file: 'my config/roles/a.yml', line: 3, column: 7 },
    message: 'Wrong.',
  };
}

function runOf(...parameters: Parameters<typeof formatSarif>) {
  const [run] = formatSarif(...parameters).runs;
  if (!run) throw new Error('no run');
  return run;
}

test('has every rule with its level', () => {
  const { rules } = runOf([], []).tool.driver;
  expect(rules.map(({ id }) => id)).toEqual([
    ...Object.keys(RULES),
    ...LINT_RULES.map(({ rule }) => rule),
    IGNORE_COMMENT.rule,
  ]);
  expect(new Set(rules.map(({ defaultConfiguration: { level } }) => level))).toEqual(
    new Set(['error', 'warning', 'note']),
  );
});

test('§3.27: has a result for each finding, with its rule, level and region', () => {
  const { results, tool } = runOf([finding('claim-unknown', 'error'), finding('no-contact', 'note')], []);
  expect(results.map(({ level }) => level)).toEqual(['error', 'note']);
  expect(results.map(({ ruleIndex }) => tool.driver.rules[ruleIndex]?.id)).toEqual(
    results.map(({ ruleId }) => ruleId),
  );
  expect(results[0]?.locations[0]?.physicalLocation).toEqual({
    artifactLocation: { uri: 'my%20config/roles/a.yml' },
    region: { startLine: 3, startColumn: 7 },
  });
});

test('§3.27.23: has what is ignored among its results, with the reason', () => {
  const ignored = { finding: finding('job-kind-admitted', 'warning'), reason: 'the mirror is public' };
  const { results } = runOf([finding('session-long', 'warning')], [ignored]);
  expect(results.map(({ ruleId, suppressions }) => [ruleId, suppressions])).toEqual([
    ['session-long', undefined],
    ['job-kind-admitted', [{ kind: 'inSource', justification: 'the mirror is public' }]],
  ]);
});
