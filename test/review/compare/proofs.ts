import { type Invariant, readInvariants } from '../../../lib/config/invariants.ts';
import type { Claims } from '../../../lib/policy/claims.ts';
import type { Condition } from '../../../lib/policy/condition.ts';
import { decide } from '../../../lib/policy/decide.ts';
import type { Role } from '../../../lib/policy/role.ts';
import { assumeVerified } from '../../../lib/review/assume.ts';
import { findRefutations } from '../../../lib/review/compare/prove.ts';
import type { Witness } from '../../../lib/review/space/witness.ts';
import { folderOf } from '../../harness/local.ts';
import { NOW, roleFrom } from '../../harness/policy.ts';
import { type Random, randomFrom } from '../../oracle/random.ts';
import { and, judge, type Truth } from '../../oracle/truth.ts';
import { condition, ISSUER, many, ROWS, requests, SETTING, yamlOf } from './pairs.ts';

function demandText(random: Random): string {
  const claims = random.pick([['x'], ['y'], ['x', 'y']]).map(claim => condition(random, claim));
  return `{ iss: "${ISSUER}", claims: { ${claims.join(', ')} } }`;
}

function sentence(random: Random): string {
  const by = random.pick(['never', 'only', 'only']);
  const statements = Array.from({ length: 1 + random.below(2) }, () => demandText(random));
  return `- { id: one, says: A., ${by}: [${statements.join(', ')}] }\n`;
}

/** By the second evaluator's reading of each operator, so that a mistake of the engine is no proof. */
function judgeAll(conditions: readonly Condition[], claims: Claims): Truth {
  return and(conditions.map(({ name, operator, operands }) => judge(operator, claims[name], operands)));
}

function isBroken({ never, only }: Invariant, { claims }: Witness): boolean {
  return (
    (never?.some(({ conditions }) => judgeAll(conditions, claims) !== 0) ?? false) ||
    (only !== undefined && !only.some(({ conditions }) => judgeAll(conditions, claims) === 1))
  );
}

function isAllowed(role: Role, { issuer: iss, audience: aud, claims, sourceAddress, now }: Witness): boolean {
  const token = { ...assumeVerified({ iss, aud }, role), claims };
  const access = { role: role.name, scopes: undefined, seconds: undefined, kinds: undefined };
  return decide(role, token, access, { now, sourceAddress }).allowed;
}

function breaksSomewhere(invariant: Invariant, role: Role): boolean {
  for (const each of requests(role.audience, [NOW]))
    if (isAllowed(role, each) && isBroken(invariant, each)) return true;
  return false;
}

export type Proved = { readonly proved: number; readonly refuted: number; readonly wrong: readonly string[] };

/** Holds `prove` against trying every request of a small universe, for this many roles and sentences. */
export function compareProofs(count: number, seed: number): Proved {
  const tally = { proved: 0, refuted: 0 };
  const wrong: string[] = [];
  for (let index = 0; index < count; index++) {
    const random = randomFrom(seed + index);
    const role = roleFrom(yamlOf(many(random, 3, 1), many(random, 2, 0)), SETTING);
    const folder = folderOf({ 'invariants.yml': sentence(random) });
    const { invariants, complaints } = readInvariants(folder, ROWS);
    const [invariant] = invariants;
    if (!invariant) throw new Error(JSON.stringify(complaints));
    const found = findRefutations(
      invariant,
      role,
      { roles: [role], rows: ROWS },
      { findSample: () => ({}), from: NOW },
    );
    if (found.length === 0) tally.proved++;
    else tally.refuted++;
    // What refutes is a request, and must break it by this reading too.
    const shown = found.flatMap(each =>
      'shown' in each && each.shown !== 'undecided' ? [each.shown.witness] : [],
    );
    const falseWitness = shown.some(each => !isAllowed(role, each) || !isBroken(invariant, each));
    if (falseWitness || (found.length === 0 && breaksSomewhere(invariant, role)))
      wrong.push(`seed ${seed + index}`);
  }
  return { ...tally, wrong };
}
