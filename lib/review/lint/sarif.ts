import { RULES } from '../../language/complaint.ts';
import type { IgnoredFinding } from './ignore.ts';
import type { LintFinding, RuleFacts } from './rule.ts';
import { IGNORE_COMMENT, LINT_RULES } from './rules.ts';

const ALL: readonly RuleFacts[] = [
  ...Object.entries(RULES).map(([rule, says]) => ({ rule, says, level: 'error' as const })),
  ...LINT_RULES,
  IGNORE_COMMENT,
];

function formatSarifResult(rules: readonly RuleFacts[], finding: LintFinding, suppression?: object) {
  const { rule, level, place, message } = finding;
  return {
    ruleId: rule,
    ruleIndex: rules.findIndex(each => each.rule === rule),
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
    ...(suppression === undefined ? {} : { suppressions: [suppression] }),
  };
}

/** The findings of lint as SARIF; what is ignored is among them, with its reason. */
export function formatSarif(findings: readonly LintFinding[], ignored: readonly IgnoredFinding[]) {
  return writeSarif({ rules: ALL, findings, ignored, kind: 'inSource' });
}

/** Findings of any rules, and where those are hushed that are ignored: beside what they are about, or elsewhere. */
export type SarifRun = {
  readonly rules: readonly RuleFacts[];
  readonly findings: readonly LintFinding[];
  readonly ignored: readonly IgnoredFinding[];
  readonly kind: 'inSource' | 'external';
};

/**
 * SARIF, for code scanning.
 * https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
export function writeSarif(sarifRun: SarifRun) {
  const { rules, findings, ignored, kind } = sarifRun;
  return {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'kite-sts',
            rules: rules.map(({ rule, level, says }) => ({
              id: rule,
              shortDescription: { text: says },
              defaultConfiguration: { level },
            })),
          },
        },
        columnKind: 'utf16CodeUnits',
        results: [
          ...findings.map(each => formatSarifResult(rules, each)),
          ...ignored.map(({ finding, reason }) =>
            formatSarifResult(rules, finding, { kind, justification: reason }),
          ),
        ],
      },
    ],
  };
}
