import { suggestWord } from '../../language/nearest.ts';
import type { Place } from '../../language/tree.ts';
import type { LintFinding } from './rule.ts';
import { IGNORE_COMMENT, LINT_RULES } from './rules.ts';

/** A comment `# kite-sts-ignore <rule>: <reason>`, and the line of which it speaks. */
type IgnoreComment = {
  readonly rule: string;
  readonly reason: string;
  readonly place: Place;
  readonly line: number;
};

/** A finding that a comment hushes, and why. */
export type IgnoredFinding = { readonly finding: LintFinding; readonly reason: string };

const COMMENT = /(?<=^|\s)#\s*kite-sts-ignore\b\s*(?<rule>[\w-]*)(?:\s*:(?<reason>.*))?/;
/** In characters: "ok" is no reason. */
const MIN_REASON = 8;

/** Beside a line the comment speaks of that line, and on a line of its own of the next that is more than a comment. */
function findIgnoredLine(lines: readonly string[], index: number): number {
  const alone = /^\s*#/.test(lines[index] ?? '');
  const next = alone ? lines.findIndex((line, at) => at > index && !/^\s*(#|$)/.test(line)) : index;
  return next + 1;
}

function readIgnores(file: string, text: string): IgnoreComment[] {
  if (!text.includes('kite-sts-ignore')) return [];
  const lines = text.split(/\r?\n/);
  return lines.flatMap((line, index) => {
    const found = COMMENT.exec(line);
    if (!found) return [];
    const { rule = '', reason = '' } = found.groups ?? {};
    const place = { file, line: index + 1, column: found.index + 1 };
    return [{ rule, reason: reason.trim(), place, line: findIgnoredLine(lines, index) }];
  });
}

function isAboutFinding(comment: IgnoreComment, finding: LintFinding): boolean {
  const { rule, place: at, line } = comment;
  const { rule: found, place } = finding;
  return rule === found && at.file === place.file && line === place.line;
}

function findIgnoreFault(ignore: IgnoreComment, findings: readonly LintFinding[]): string | undefined {
  const names = LINT_RULES.filter(({ level }) => level !== 'error').map(({ rule }) => rule);
  if (!names.includes(ignore.rule))
    return `"${ignore.rule}" is not a rule that can be ignored.${suggestWord(ignore.rule, names)} Write # kite-sts-ignore <rule>: <reason>.`;
  if (ignore.reason.length < MIN_REASON)
    return `The reason is missing. Write # kite-sts-ignore ${ignore.rule}: <why it is right here>.`;
  return findings.some(finding => isAboutFinding(ignore, finding))
    ? undefined
    : `${ignore.rule} finds nothing on line ${ignore.line}. Remove the comment.`;
}

/** Sets apart what comments in the files hush; a comment without a reason hushes nothing, and is found itself. */
export function siftFindings(
  findings: readonly LintFinding[],
  texts: ReadonlyMap<string, string>,
): { readonly findings: readonly LintFinding[]; readonly ignored: readonly IgnoredFinding[] } {
  const ignores = [...texts].flatMap(([file, text]) => readIgnores(file, text));
  const faults = ignores.flatMap(ignore => {
    const message = findIgnoreFault(ignore, findings);
    const { rule, level } = IGNORE_COMMENT;
    return message === undefined ? [] : [{ ignore, finding: { rule, level, place: ignore.place, message } }];
  });
  const sound = ignores.filter(ignore => !faults.some(each => each.ignore === ignore));
  const hushing = (finding: LintFinding) => sound.find(ignore => isAboutFinding(ignore, finding));
  return {
    findings: [...findings.filter(each => !hushing(each)), ...faults.map(({ finding }) => finding)],
    ignored: findings.flatMap(finding => {
      const reason = hushing(finding)?.reason;
      return reason === undefined ? [] : [{ finding, reason }];
    }),
  };
}
