import { writeComplaint } from '../../language/complaint.ts';
import { writeCount } from '../../language/counted.ts';
import { describeCondition, formatTrace } from '../explain/explain.ts';
import type { Uncovered } from './coverage.ts';
import type { CasesResult, Survivor } from './tested.ts';
import type { Trial } from './trial.ts';

/** One thing that is not as it should be, as every report tells it. */
export type CaseFinding = {
  readonly of: 'case' | 'coverage' | 'mutation';
  readonly name: string;
  readonly says: readonly string[];
};

function createCaseFinding(trial: Trial): CaseFinding {
  return {
    of: 'case',
    name: trial.case.name,
    says: [
      writeComplaint({ rule: 'case', place: trial.case.place, message: trial.case.name }),
      ...trial.differences.map(
        ({ of, expected, actual }) => `${of}: expected ${expected}, but it is ${actual}`,
      ),
      ...formatTrace(trial.trace),
    ],
  };
}

function createCoverageFinding(uncovered: Uncovered): CaseFinding {
  const { statement, condition } = uncovered;
  return condition
    ? {
        of: 'coverage',
        name: `${statement.id}: ${describeCondition(condition)}`,
        says: ['In no case is this condition alone in the way.'],
      }
    : { of: 'coverage', name: statement.id, says: ['In no case does this statement apply.'] };
}

function createSurvivorFinding(survivor: Survivor): CaseFinding {
  const { mutant, noticing } = survivor;
  const says =
    noticing.length > 0
      ? ['No case would notice. This one would:', ...noticing]
      : ['No case would notice, and none that would could be told.'];
  return { of: 'mutation', name: mutant, says };
}

/** Lists everything that is not as it should be with the cases of one role or registry. */
export function listCaseFindings(result: CasesResult): CaseFinding[] {
  const { trials, uncovered = [], mutation } = result;
  return [
    ...trials.filter(trial => trial.differences.length > 0).map(createCaseFinding),
    ...uncovered.map(createCoverageFinding),
    ...(mutation?.survivors ?? []).map(createSurvivorFinding),
    ...(mutation?.idle ?? []).map(
      ({ value }): CaseFinding => ({
        of: 'mutation',
        name: value.mutant,
        says: ['accept_survivors names it, and it does not survive. Remove it there.'],
      }),
    ),
  ];
}

const WORD: { readonly [of in CaseFinding['of']]: string } = {
  case: 'FAILED',
  coverage: 'not covered',
  mutation: 'not noticed',
};

/** A role or registry that has no cases at all is clean: nothing of them is wrong. */
export function isClean(result: CasesResult): boolean {
  return listCaseFindings(result).length === 0;
}

function formatFinding(finding: CaseFinding): string {
  const { of, name, says } = finding;
  return [`  ${WORD[of]}  ${name}`, ...says.map(each => `      ${each}`)].join('\n');
}

function formatCasesHead(result: CasesResult): string {
  const { tested, trials, mutation } = result;
  if (!tested.written)
    return `none    ${tested.policy.name}  there is no ${tested.path}: kite-sts test --init ${tested.policy.name}`;
  const mutants = mutation === undefined ? [] : [writeCount(mutation.tried, 'mutant')];
  return `${isClean(result) ? 'ok    ' : 'FAILED'}  ${tested.policy.name}  ${[writeCount(trials.length, 'case'), ...mutants].join(', ')}`;
}

function summarizeCases(results: readonly CasesResult[]): string {
  const told = results.flatMap(listCaseFindings);
  const count = (of: CaseFinding['of']): number => told.filter(each => each.of === of).length;
  const cases = results.reduce((sum, { trials }) => sum + trials.length, 0);
  const bad = (['case', 'coverage', 'mutation'] as const).filter(of => count(of) > 0);
  return [writeCount(cases, 'case'), ...bad.map(of => `${count(of)} ${WORD[of].toLowerCase()}`)].join(', ');
}

/** For people: a line for each role and registry, what is wrong below it, and the sum. */
export function formatCasesText(results: readonly CasesResult[]): string {
  return [
    ...results.flatMap(result => [formatCasesHead(result), ...listCaseFindings(result).map(formatFinding)]),
    summarizeCases(results),
  ].join('\n');
}

/** For programs. */
export function formatCasesJson(results: readonly CasesResult[]): string {
  return JSON.stringify(
    results.map(result => ({
      name: result.tested.policy.name,
      path: result.tested.path,
      cases: result.trials.map(({ case: { name }, differences }) => ({ name, differences })),
      mutants: result.mutation?.tried,
      findings: listCaseFindings(result),
    })),
    null,
    2,
  );
}
