import type { RoleSetting } from '../../lib/language/role.ts';
import { type Decision, type DenyReason, decide } from '../../lib/policy/decide.ts';
import type { Role } from '../../lib/policy/role.ts';
import { assumeVerified } from '../../lib/review/assume.ts';
import { PEOPLE } from '../harness/job-events.ts';
import { roleFrom, rowsFrom, settingOf } from '../harness/policy.ts';
import { ROWS } from './alphabet.ts';
import { documentOf, type Evaluation, evaluate, type Ruling, type Tried } from './evaluator.ts';
import { makeQuestion, type Question } from './questions.ts';
import { randomFrom } from './random.ts';
import { makeRole } from './roles.ts';

/** So many triples share a role: loading one costs as much as deciding hundreds of times. */
export const PER_ROLE = 100;

const REASONS = Object.keys({
  audience_differs: 0,
  explicitly_denied: 0,
  no_statement_holds: 0,
  role_disabled: 0,
  job_finished: 0,
  job_unknown: 0,
  approval_missing: 0,
  approval_too_old: 0,
  kind_differs: 0,
  scope_beyond_grant: 0,
  seconds_above_maximum: 0,
  seconds_below_minimum: 0,
  claim_not_usable: 0,
  session_policy_refused: 0,
  session_policy_too_large: 0,
  tag_too_long: 0,
} satisfies Record<DenyReason, 0>);
const OPERATORS =
  'equals,not_equals,in,not_in,matches,contains,contains_any,source_ip in,source_ip not_in'.split(',');

/** One triple on which the two do not agree. */
export type Difference = Question & {
  /** With this seed, the role's triples are the first that are made. */
  readonly seed: number;
  readonly yaml: string;
  readonly ours: Decision;
  readonly theirs: Evaluation;
};

export type Tally = {
  triples: number;
  failed: number;
  /** How often each ending occurred: `allowed`, and each reason of a denial. */
  readonly endings: Map<string, number>;
  /** How often each operator was true, false and in doubt: `matches 0.5`. */
  readonly outcomes: Map<string, number>;
};

function tallyOf(): Tally {
  return {
    triples: 0,
    failed: 0,
    endings: new Map(['allowed', ...REASONS].map(each => [each, 0])),
    outcomes: new Map(OPERATORS.flatMap(each => [0, 0.5, 1].map(truth => [`${each} ${truth}`, 0] as const))),
  };
}

function count(counts: Map<string, number>, key: string): void {
  return void counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** Which endings and outcomes never occurred: then the run has proved nothing of them. */
export function missing({ endings, outcomes }: Tally): string[] {
  return [...endings, ...outcomes].filter(([, times]) => times === 0).map(([name]) => name);
}

function sameScopes(one: readonly string[], other: readonly string[]): boolean {
  return [...new Set(one)].sort().join(' ') === [...new Set(other)].sort().join(' ');
}

function sameEnding(ours: Decision, theirs: Ruling): boolean {
  if (!ours.allowed || !theirs.allow)
    return (
      !ours.allowed && !theirs.allow && ours.reason === theirs.reason && ours.statement === theirs.statement
    );
  return (
    ours.statement === theirs.statement &&
    ours.grant.seconds === theirs.seconds &&
    sameScopes(ours.grant.scopes, theirs.scopes)
  );
}

const TRUTHS = { true: 1, doubt: 0.5, false: 0 };

/** Are the conditions of this statement, one by one, what the trace says they are? */
function sameTruths(ours: Decision, { statement, seen }: Tried): boolean {
  const traced = ours.trace.statements.find(({ id }) => id === statement);
  return (
    traced?.conditions.length === seen.length &&
    traced.conditions.every(({ truth }, index) => TRUTHS[truth] === seen[index]?.[1])
  );
}

function agree(ours: Decision, { ruling, tried }: Evaluation): boolean {
  return sameEnding(ours, ruling) && tried.every(each => sameTruths(ours, each));
}

function decideOurs(role: Role, { claims, access, context }: Question): Decision {
  return decide(role, assumeVerified(claims, role), { role: role.name, ...access }, context);
}

function load(yaml: string, setting: RoleSetting, seed: number): Role {
  try {
    return roleFrom(yaml, setting);
  } catch (cause) {
    throw new Error(`The role of seed ${seed} does not load:\n${yaml}`, { cause });
  }
}

/** Makes `triples` triples from this seed and holds the two evaluators against each other. */
export function compare(triples: number, seed: number, differs: (difference: Difference) => void): Tally {
  const tally = tallyOf();
  const setting = { ...settingOf(rowsFrom(ROWS)), people: PEOPLE };
  for (let own = seed; tally.triples < triples; own++) {
    const random = randomFrom(own);
    const made = makeRole(random);
    const role = load(made.yaml, setting, own);
    const document = documentOf(made.yaml);
    for (let index = 0; index < PER_ROLE && tally.triples < triples; index++) {
      const question = makeQuestion(random, made);
      const { claims, access, context } = question;
      const token = { issuer: String(claims['iss']), audience: String(claims['aud']), claims };
      const theirs = evaluate(document, { token, request: access, context });
      const ours = decideOurs(role, question);
      tally.triples++;
      count(tally.endings, theirs.ruling.allow ? 'allowed' : theirs.ruling.reason);
      for (const { seen } of theirs.tried)
        for (const [operator, truth] of seen) count(tally.outcomes, `${operator} ${truth}`);
      if (agree(ours, theirs)) continue;
      tally.failed++;
      differs({ ...question, seed: own, yaml: made.yaml, ours, theirs });
    }
  }
  return tally;
}
