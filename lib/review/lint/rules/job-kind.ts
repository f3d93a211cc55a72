import { findTeams } from '../../../config/teams.ts';
import { describeKinds, type JobKind } from '../../../jobs/kind.ts';
import { suggestWord } from '../../../language/nearest.ts';
import { findEntry, listItems } from '../../../language/tree.ts';

import { judgeJobs, type StatementJobs } from '../../compare/jobs.ts';
import type { Linted, LintedStatement } from '../linted.ts';
import type { LintMatch, LintRule } from '../rule.ts';

const JUDGED = new WeakMap<Linted, readonly StatementJobs[]>();

/** Both rules ask the same of a policy: it is looked at once. */
function judgeOnce(linted: Linted): readonly StatementJobs[] {
  const known = JUDGED.get(linted);
  if (known) return known;
  const rows = new Map(linted.trust.map(({ row }) => [row.issuer, row]));
  const judged = judgeJobs(linted.compiled, rows);
  JUDGED.set(linted, judged);
  return judged;
}

type JudgedStatement = {
  readonly linted: LintedStatement;
  readonly admitted: readonly JobKind[];
  readonly known: readonly JobKind[];
};

function listJudgedStatements(linted: Linted): JudgedStatement[] {
  return judgeOnce(linted).flatMap(({ statement, jobs }) => {
    const found = linted.trust.find(each => each.statement.id === statement.id);
    if (!found) return [];
    const admitted = jobs.filter(({ answer }) => answer === 'admits').map(({ kind }) => kind);
    return [{ linted: found, admitted, known: jobs.map(({ kind }) => kind) }];
  });
}

/** The claims that would shut them out: the first that each kind tells itself by. */
function listTellingClaims(kinds: readonly JobKind[]): string {
  return [...new Set(kinds.flatMap(({ tells }) => tells?.at(0)?.[0] ?? []))].join(' and ');
}

function findAdmittedKinds(judged: JudgedStatement): LintMatch[] {
  const {
    linted: { statement, tree },
    admitted,
  } = judged;
  const meant = statement.knowingly?.jobs ?? [];
  const kinds = admitted.filter(({ name, danger }) => danger !== undefined && !meant.includes(name));
  if (kinds.length === 0) return [];
  return [
    {
      place: tree.place,
      message: `${statement.id} admits ${describeKinds(kinds)}. Bind ${listTellingClaims(kinds)}, or say knowingly: { jobs: [${kinds.map(({ name }) => name).join(', ')}], reason: … }.`,
    },
  ];
}

/** So no rule must foresee each spelling: whatever leaves such a job in is told. */
export const jobKindAdmitted: LintRule = {
  rule: 'job-kind-admitted',
  level: 'warning',
  says: 'A trust statement admits jobs that an outsider, or a colleague without further rights, can cause.',
  check: linted => listJudgedStatements(linted).flatMap(findAdmittedKinds),
};

function findIdleWords(judged: JudgedStatement): LintMatch[] {
  const {
    linted: { statement, tree },
    admitted,
    known,
  } = judged;
  const written = findEntry(tree, 'knowingly')?.value;
  const names = written && findEntry(written, 'jobs')?.value;
  return listItems(names).flatMap(item => {
    const name = item.kind === 'scalar' ? String(item.value) : '';
    const isAdmitted = admitted.some(each => each.name === name && each.danger !== undefined);
    return isAdmitted ? [] : [{ place: item.place, message: explainIdleWord(name, statement.id, known) }];
  });
}

function explainIdleWord(word: string, id: string, known: readonly JobKind[]): string {
  const names = known.map(({ name }) => name);
  const kind = known.find(({ name }) => name === word);
  if (!kind) return `"${word}" is no kind of job of this issuer.${suggestWord(word, names)}`;
  return kind.danger === undefined
    ? `"${word}" needs no such word: whoever causes it has the rights for it.`
    : `${id} does not admit ${word}. Remove the word: it would let such jobs in unseen once the statement is loosened.`;
}

/** A word that opens nothing today would hush the warning of tomorrow (threat T97). */
export const knowinglyIdle: LintRule = {
  rule: 'knowingly-idle',
  level: 'error',
  says: 'knowingly names a kind of job that the statement does not admit.',
  check: linted => listJudgedStatements(linted).flatMap(findIdleWords),
};

function findBeyond(judged: JudgedStatement, allowed: readonly string[], team: string): LintMatch[] {
  const {
    linted: { statement, tree },
    admitted,
  } = judged;
  const beyond = admitted.filter(({ name }) => !allowed.includes(name)).map(({ name }) => name);
  if (beyond.length === 0) return [];
  return [
    {
      place: tree.place,
      message: `${statement.id} admits ${beyond.join(', ')}, and the ceiling of team ${team} has ${allowed.join(', ')} alone. Bind what tells them apart.`,
    },
  ];
}

/** The kinds of jobs that a team's ceiling names are all that its roles may admit, whatever a statement says of it. */
export const ceilingExceeded: LintRule = {
  rule: 'ceiling-exceeded',
  level: 'error',
  says: "A statement admits a kind of job that the ceiling of the role's team does not.",
  check(linted, { teams }) {
    const [found] = linted.role && teams ? findTeams(linted.name, teams.teams) : [];
    const [team = '', { ceiling } = { ceiling: undefined }] = found ?? [];
    const allowed = ceiling?.jobs;
    return allowed ? listJudgedStatements(linted).flatMap(each => findBeyond(each, allowed, team)) : [];
  },
};
