import { Complaints } from '../../lib/language/complaint.ts';
/**
 * Drives the cores of the policy tools on random roles: none may end in an error, and no request that one shows may be
 * other than it says, by the second evaluator. `node test/oracle/tools.ts [COUNT] [SEED]`.
 */

import { parse } from '../../lib/language/parse.ts';
import { compileRole, parseRole } from '../../lib/language/role.ts';
import { decide } from '../../lib/policy/decide.ts';
import type { Role } from '../../lib/policy/role.ts';
import { assumeVerified } from '../../lib/review/assume.ts';
import { createMutants } from '../../lib/review/cases/mutants.ts';
import { compareConfigs } from '../../lib/review/compare/change.ts';
import type { ShownRequest } from '../../lib/review/compare/difference.ts';
import { findHolders } from '../../lib/review/compare/holders.ts';
import { judgeJobs } from '../../lib/review/compare/jobs.ts';
import { createOpenedDescriber } from '../../lib/review/compare/opened.ts';
import { findRefutations } from '../../lib/review/compare/prove.ts';
import { formatDiffMarkdown } from '../../lib/review/compare/report.ts';
import { listSections } from '../../lib/review/compare/sections.ts';
import { explainDecision } from '../../lib/review/explain/explain.ts';
import { findRemedies } from '../../lib/review/explain/remedy.ts';
import { lintPolicies } from '../../lib/review/lint/lint.ts';
import type { Witness } from '../../lib/review/space/witness.ts';
import { PEOPLE } from '../harness/job-events.ts';
import { NOW, rowsFrom, settingOf } from '../harness/policy.ts';
import { ROWS } from './alphabet.ts';
import { documentOf, evaluate, type Ruling } from './evaluator.ts';
import { makeQuestion } from './questions.ts';
import { type Random, randomFrom } from './random.ts';
import { makeRole } from './roles.ts';

const rows = rowsFrom(ROWS);
const SETTING = { ...settingOf(rows), people: PEOPLE };
const BROKER = parse('broker.yml', `issuers:${ROWS.replace(/^(?=.)/gm, '  ')}\n`, new Complaints());
const ASKED = { findSample: () => ({}), from: NOW };

export type Driven = { readonly roles: number; readonly shown: number; readonly wrong: readonly string[] };

type Made = {
  readonly role: Role;
  readonly yaml: string;
  readonly tree: NonNullable<ReturnType<typeof parseRole>>['tree'];
};

function makeOne(random: Random): {
  readonly made: Made;
  readonly question: ReturnType<typeof makeQuestion>;
} {
  const made = makeRole(random);
  const document = parseRole('tested', 'tested.yml', made.yaml, new Complaints());
  const role = document && compileRole(document, SETTING, new Complaints());
  if (!document || !role) throw new Error(`does not load:\n${made.yaml}`);
  return { made: { role, yaml: made.yaml, tree: document.tree }, question: makeQuestion(random, made) };
}

/** What comes after trust, such as a claim that cannot be filled in, is no matter of who is admitted; a disabled role admits nobody. */
const OF_TRUST = ['audience_differs', 'explicitly_denied', 'no_statement_holds', 'role_disabled'];

function isAdmitted(ruling: Ruling): boolean {
  return ruling.allow || !OF_TRUST.includes(ruling.reason);
}

function rule(yaml: string, { issuer, audience, claims, sourceAddress, now }: Witness): Ruling {
  const question = {
    token: { issuer, audience, claims },
    request: { kinds: undefined, scopes: undefined, seconds: undefined, sessionPolicy: undefined },
    context: { now, sourceAddress },
  };
  return evaluate(documentOf(yaml), question).ruling;
}

function witnessOf(shown: ShownRequest | undefined): Witness | undefined {
  return shown === undefined || shown === 'undecided' ? undefined : shown.witness;
}

/** Every request that the tools show of these two roles, with whether it is as they say. */
function* showAll(before: Made, after: Made): Generator<boolean> {
  const policy = { roles: [after.role], rows };
  for (const { shown, statement } of findHolders(after.role, policy, ASKED)) {
    const witness = witnessOf(shown);
    if (!witness) continue;
    const ruling = rule(after.yaml, witness);
    yield isAdmitted(ruling) && (ruling.statement === undefined || ruling.statement === statement.id);
  }
  const found = compareConfigs({ roles: [before.role], rows }, policy, ASKED);
  formatDiffMarkdown(listSections(found), '');
  for (const { gained, lost } of found.roles) {
    // The audiences of both are made alike, so that one of another audience is told once.
    for (const [list, to, from] of [
      [gained, after, before],
      [lost, before, after],
    ] as const)
      for (const witness of list.flatMap(({ shown }) => witnessOf(shown) ?? []))
        yield to.role.audience !== from.role.audience ||
          (isAdmitted(rule(to.yaml, witness)) && !isAdmitted(rule(from.yaml, witness)));
  }
  const [statement] = before.role.trust;
  const only = statement ? [{ ...statement, until: undefined }] : [];
  const invariant = { id: 'one', says: '', roles: ['*'], registries: [], speaksOfAll: false, only };
  for (const each of findRefutations(invariant, after.role, policy, ASKED)) {
    const witness = 'shown' in each ? witnessOf(each.shown) : undefined;
    if (witness) yield isAdmitted(rule(after.yaml, witness));
  }
}

function driveRest({ role, tree }: Made, { claims, access, context }: ReturnType<typeof makeQuestion>): void {
  const decision = decide(role, assumeVerified(claims, role), { role: role.name, ...access }, context);
  explainDecision(role, decision);
  findRemedies(decision, () => undefined, createOpenedDescriber(role, rows));
  createMutants(role);
  judgeJobs(role, rows);
  if (BROKER)
    lintPolicies({ rows }, { broker: BROKER, policies: [{ compiled: role, tree }] }, new Map(), NOW);
}

/** Drives them on so many pairs of roles, from this seed on. */
export function driveTools(count: number, seed: number): Driven {
  let shown = 0;
  const wrong: string[] = [];
  for (let own = seed; own < seed + count; own++) {
    const random = randomFrom(own);
    const [before, after] = [makeOne(random), makeOne(random)];
    try {
      driveRest(after.made, after.question);
      for (const asSaid of showAll(before.made, after.made)) {
        shown++;
        if (!asSaid) wrong.push(`seed ${own}: shown, and not so`);
      }
    } catch (error) {
      wrong.push(`seed ${own}: ${(error as Error).stack ?? error}`);
    }
  }
  return { roles: count, shown, wrong };
}

if (import.meta.main) {
  const { roles, shown, wrong } = driveTools(
    Number(process.argv[2] ?? 100_000),
    Number(process.argv[3] ?? 1),
  );
  for (const each of wrong.slice(0, 5)) console.log(each);
  console.log(`${roles} pairs of roles, ${shown} requests shown, ${wrong.length} wrong`);
  process.exitCode = wrong.length === 0 ? 0 : 1;
}
