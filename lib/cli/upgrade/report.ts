import { makePrintable } from '../../client/printable.ts';
import { writeCount } from '../../language/counted.ts';
import { DIRECTIONS, type Direction } from '../../review/compare/direction.ts';
import { hashForPeople, nameTarball } from '../../vendor/pin.ts';
import type { Judgement } from '../judge/request.ts';
import type { Release } from './changes.ts';
import type { DecidedOtherwise, ReadOtherwise, VersionComparison } from './compare.ts';
import type { Check, ProofPair } from './judge.ts';

/** Everything that is known before one version takes the place of another. */
export type VersionReport = {
  readonly from: string;
  readonly to: string;
  readonly bytes: Buffer;
  /** The changes between the two that can alter a decision; of a rollback those that are undone. */
  readonly decisive: readonly Release[];
  readonly checks: readonly Check[];
  readonly proofs: readonly ProofPair[];
  /** Undefined where one of them could not judge, with the reason. */
  readonly comparison: VersionComparison | undefined;
  readonly hindered: string | undefined;
  readonly direction: Direction;
};

/** Does the other version find the policy as sound as this one does? */
export function hasPassed(report: VersionReport): boolean {
  const isSound = report.proofs.every(({ before, after }) => after === 'proved' || after === before);
  return isSound && report.checks.every(({ clean }) => clean);
}

function describeDecisive(report: VersionReport): string[] {
  const { from, to, decisive } = report;
  const between = `between ${from} and ${to}`;
  if (decisive.length === 0) return [`No change ${between} can alter a decision (★).`];
  const entries = decisive.flatMap(({ version, changes }) =>
    changes.map(({ text }) => `  ★ ${version}: ${text}`),
  );
  return [`${writeCount(entries.length, 'change')} ${between} can alter a decision (★):`, ...entries];
}

/** All of what went wrong; of what went well, the last line. */
function describeVersionCheck(check: Check, version: string): string[] {
  const { verb, clean, says } = check;
  const lines = says.trimEnd().split('\n');
  const told = clean ? lines.slice(-1) : lines;
  return [
    `${verb} by ${version}: ${clean ? 'as it should be' : 'NOT as it should be'}`,
    ...told.map(line => `  ${line}`),
  ];
}

function describeProofs(report: VersionReport): string[] {
  const { proofs, from, to } = report;
  if (proofs.length === 0) return ['prove: there is no invariants.yml.'];
  const rows = proofs.map(({ id, before, after }) => `  ${before.padEnd(10)} ${after.padEnd(10)} ${id}`);
  return [`prove by ${from}, and by ${to}:`, ...rows];
}

function describeJudgement(judgement: Judgement): string {
  if (!judgement.allowed) return `denied (${judgement.reason})`;
  const { statement, scopes, seconds } = judgement;
  const given = [...scopes, ...(seconds === null ? [] : [`${seconds} seconds`])];
  return `allowed by "${statement}"${given.length > 0 ? `: ${given.join(', ')}` : ''}`;
}

const TURNS: { readonly [turn in DecidedOtherwise['turn']]: string } = {
  wider: 'MORE',
  narrower: 'less',
  otherwise: 'otherwise',
};

function describeDecided(decided: DecidedOtherwise): string[] {
  const { request, before, after, turn } = decided;
  const { of, name } = JSON.parse(request) as { of: string; name: string };
  return [
    `  ${TURNS[turn]}  ${of} ${name}: was ${describeJudgement(before)}, now ${describeJudgement(after)}`,
    `    ${makePrintable(request)}`,
  ];
}

function describeRead(read: ReadOtherwise): string[] {
  const { of, name, members } = read;
  if (members.length === 0) return [];
  return [
    `  ${of} ${name} is read otherwise:`,
    ...members.map(
      ({ member, before, after }) =>
        `    ${member}: ${JSON.stringify(before) ?? 'not there'} → ${JSON.stringify(after) ?? 'not there'}`,
    ),
  ];
}

function describeComparison(report: VersionReport): string[] {
  const { from, to, comparison, hindered, direction } = report;
  if (!comparison) return [`${from} and ${to} could not be compared. ${hindered ?? ''}`.trimEnd()];
  const { engines, policies, alike, asked, read, decided } = comparison;
  const engine =
    engines.before === engines.after
      ? `by the same engine, ${engines.after}`
      : `by ${engines.before}, and by ${engines.after}`;
  return [
    `What ${from} and ${to} make of the same policy, ${engine}:`,
    `  ${alike} of ${policies} roles and registries with the same policy_digest as before.`,
    `  ${writeCount(asked, 'request')} decided by both, ${asked - decided.length} alike: what your cases ask, a token that each statement admits,`,
    '  that token as every kind of job, and for each condition a token that only it keeps out. Examples, and not all tokens.',
    ...read.flatMap(describeRead),
    ...decided.flatMap(describeDecided),
    DIRECTIONS[direction],
  ];
}

/** For people. */
export function writeReport(report: VersionReport): string {
  const { from, to, bytes, checks } = report;
  const sections = [
    [`kite-sts ${from} → ${to}`, `sha256 ${hashForPeople(bytes)}  ${nameTarball(to)}`],
    describeDecisive(report),
    ...checks.map(check => describeVersionCheck(check, to)),
    describeProofs(report),
    describeComparison(report),
  ];
  return `${sections.map(lines => lines.join('\n')).join('\n\n')}\n`;
}

/** For programs. `written` says whether the version was put in place. */
export function describeReport(report: VersionReport, written: boolean): object {
  const { bytes, direction, comparison, ...rest } = report;
  const decided = comparison?.decided.map(each => ({ ...each, request: JSON.parse(each.request) }));
  return {
    ...rest,
    sha256: hashForPeople(bytes),
    comparison: comparison ? { ...comparison, decided } : null,
    direction,
    written,
  };
}
