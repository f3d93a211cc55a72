import type { Config, ConfigTexts } from '../../config/load.ts';
import { type IgnoredFinding, siftFindings } from './ignore.ts';
import { createLinted } from './linted.ts';
import type { LintFinding } from './rule.ts';
import { LINT_RULES } from './rules.ts';

export type LintAnswer = {
  readonly findings: readonly LintFinding[];
  readonly ignored: readonly IgnoredFinding[];
};

/** Keeps one finding of a place that many roles share, such as a guard of broker.yml. */
function dropRepeated(findings: readonly LintFinding[]): LintFinding[] {
  const told = new Map(
    findings.map(each => [`${each.rule} ${each.place.file}:${each.place.line}:${each.place.column}`, each]),
  );
  return [...told.values()];
}

function sortFindings(findings: readonly LintFinding[], files: Iterable<string>): LintFinding[] {
  const order = new Map([...files].map((file, index) => [file, index]));
  const at = ({ place: { file } }: LintFinding): number => order.get(file) ?? 0;
  return findings.toSorted(
    (a, b) => at(a) - at(b) || a.place.line - b.place.line || a.place.column - b.place.column,
  );
}

/**
 * Tries every rule on a configuration that loads. `texts` holds its files by their paths, in whose comments
 * stands what is to be ignored; `now` is in seconds. Findings come in the order of the files.
 */
export function lintPolicies(
  config: Pick<Config, 'rows'> & Partial<Pick<Config, 'teams'>>,
  files: ConfigTexts,
  texts: ReadonlyMap<string, string>,
  now: number,
): LintAnswer {
  const all = files.policies.map(({ compiled, tree }) => createLinted(compiled, tree, config.rows));
  const setting = { broker: files.broker, issuers: [...config.rows.keys()], all, teams: config.teams, now };
  const found = all.flatMap(linted =>
    LINT_RULES.flatMap(({ rule, level, check }) =>
      check(linted, setting).map(each => ({ rule, level, ...each })),
    ),
  );
  const { findings, ignored } = siftFindings(dropRepeated(found), texts);
  return { findings: sortFindings(findings, texts.keys()), ignored };
}
