import type { LoadResult } from '../config/load.ts';
import { readSource } from '../config/sources.ts';
import { type Complaint, Complaints, writeComplaint } from '../language/complaint.ts';
import { writeCount } from '../language/counted.ts';
import { formatExcerpt } from './lint/excerpt.ts';
import { type LintAnswer, lintPolicies } from './lint/lint.ts';
import type { LintFinding } from './lint/rule.ts';

/** Undefined where a finding is not about a file, such as one about the environment. */
function readFileText(file: string): string | undefined {
  return readSource(file, new Complaints());
}

/** One finding as people read it: a line, and below it the line of the file with a caret. */
function writeFinding(finding: LintFinding): string {
  const { level, rule, place } = finding;
  const line = writeComplaint({ ...finding, rule: level === 'error' ? rule : `${level} ${rule}` });
  const text = readFileText(place.file);
  return `${line}\n${text === undefined ? '' : formatExcerpt(text, place)}`;
}

export function writeFindingList(findings: readonly LintFinding[]): string {
  return findings.map(writeFinding).join('');
}

function listErrors(complaints: readonly (Complaint | LintFinding)[]): LintFinding[] {
  return complaints.map(each => ({ ...each, level: 'error' }));
}

/** The complaints as people read them, with a count. */
export function writeComplaints(complaints: readonly (Complaint | LintFinding)[]): string {
  return `${writeFindingList(listErrors(complaints))}${writeCount(complaints.length, 'error')}\n`;
}

/** Lints what was loaded. Where there are complaints, they alone are its findings. */
export function lintConfig(loaded: LoadResult, now = Date.now() / 1000): LintAnswer {
  if (!loaded.config) return { findings: listErrors(loaded.complaints), ignored: [] };
  const { broker, policies } = loaded.written;
  const files = [broker, ...policies.map(({ tree }) => tree)].map(({ place: { file } }) => file);
  return lintPolicies(
    loaded.config,
    loaded.written,
    new Map(files.map(file => [file, readFileText(file) ?? ''])),
    now,
  );
}
