import { RULES } from '../../language/complaint.ts';
import type { IgnoredFinding } from './ignore.ts';
import type { LintFinding, RuleFacts } from './rule.ts';
import { IGNORE_COMMENT, LINT_RULES } from './rules.ts';

const ALL: readonly RuleFacts[] = [
  ...Object.entries(RULES).map(([rule, says]) => ({ rule, says, level: 'error' as const })),
  ...LINT_RULES,
  IGNORE_COMMENT,
];

function formatSarifResult({ rule, level, place, message }: LintFinding, reason?: string) {
  return {
    ruleId: rule,
    ruleIndex: ALL.findIndex(each => each.rule === rule),
    level,
    message: { text: message },
    locations: [
      {
        physicalLocation: {
          // §3.4.4: a relative reference is resolved against the root of the repository.
          artifactLocation: { uri: encodeURI(place.file) },
          region: { startLine: place.line, startColumn: place.column },
        },
      },
    ],
    ...(reason === undefined ? {} : { suppressions: [{ kind: 'inSource', justification: reason }] }),
  };
}

/**
 * The findings as SARIF, for code scanning; what is ignored is among them, with its reason.
 * https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
export function formatSarif(findings: readonly LintFinding[], ignored: readonly IgnoredFinding[]) {
  return {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'kite-sts',
            rules: ALL.map(({ rule, level, says }) => ({
              id: rule,
              shortDescription: { text: says },
              defaultConfiguration: { level },
            })),
          },
        },
        columnKind: 'utf16CodeUnits',
        results: [
          ...findings.map(each => formatSarifResult(each)),
          ...ignored.map(({ finding, reason }) => formatSarifResult(finding, reason)),
        ],
      },
    ],
  };
}
