import type { Config, Written } from '../../config/load.ts';
import { type Ignored, sifted } from './ignore.ts';
import { lintedOf } from './linted.ts';
import type { Finding } from './rule.ts';
import { LINT_RULES } from './rules.ts';

export type LintAnswer = { readonly findings: readonly Finding[]; readonly ignored: readonly Ignored[] };

/** What one place has for many roles, such as a guard of broker.yml, is told once. */
function once(findings: readonly Finding[]): Finding[] {
  const told = new Map(
    findings.map(each => [`${each.rule} ${each.place.file}:${each.place.line}:${each.place.column}`, each]),
  );
  return [...told.values()];
}

function inOrder(findings: readonly Finding[], files: Iterable<string>): Finding[] {
  const order = new Map([...files].map((file, index) => [file, index]));
  const at = ({ place: { file } }: Finding): number => order.get(file) ?? 0;
  return findings.toSorted(
    (a, b) => at(a) - at(b) || a.place.line - b.place.line || a.place.column - b.place.column,
  );
}

/**
 * Tries every rule on a configuration that loads. `texts` holds its files by their paths, in whose comments
 * stands what is to be ignored; `now` is in seconds. Findings come in the order of the files.
 */
export function lint(
  { rows }: Pick<Config, 'rows'>,
  { broker, policies }: Pick<Written, 'broker' | 'policies'>,
  texts: ReadonlyMap<string, string>,
  now: number,
): LintAnswer {
  const all = policies.map(({ compiled, tree }) => lintedOf(compiled, tree, rows));
  const setting = { broker, issuers: [...rows.keys()], all, now };
  const found = all.flatMap(linted =>
    LINT_RULES.flatMap(({ rule, level, check }) =>
      check(linted, setting).map(each => ({ rule, level, ...each })),
    ),
  );
  const { findings, ignored } = sifted(once(found), texts);
  return { findings: inOrder(findings, texts.keys()), ignored };
}
