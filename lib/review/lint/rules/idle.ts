import {
  findIdleStatements,
  type IdleReason,
  type IdleStatement,
  isUnreachable,
} from '../../compare/idle.ts';
import { createSearchSpace, type GuardedPolicy } from '../../space/space.ts';
import type { Linted, LintedStatement } from '../linted.ts';
import type { LintMatch, LintRule } from '../rule.ts';

/** No clock is asked: what will end is still there, and what has ended is for whoever looks at the date. */
const FROM_THE_FIRST = 0;

type IssuerIdle = { readonly statements: readonly IdleStatement[]; readonly nobody: boolean };

function findIdlePerIssuer(
  role: GuardedPolicy['role'],
  statements: readonly LintedStatement[],
): IssuerIdle[] {
  return [...new Map(statements.map(({ row }) => [row.issuer, row])).values()].map(row => {
    const standing: GuardedPolicy = { role, row };
    const space = createSearchSpace({ issuer: row.issuer, standings: [standing], from: FROM_THE_FIRST });
    const statements = findIdleStatements(space, standing);
    return { statements, nobody: isUnreachable(space, standing) === true };
  });
}

const KNOWN = new WeakMap<Linted, readonly IssuerIdle[]>();

/** Three rules ask the same of a role: it is looked at once. */
function findIdleOnce(linted: Linted): readonly IssuerIdle[] {
  const { role, trust, deny } = linted;
  const known = KNOWN.get(linted) ?? (role ? findIdlePerIssuer(role, [...trust, ...deny]) : []);
  KNOWN.set(linted, known);
  return known;
}

type IdleRuleFacts = {
  readonly rule: string;
  readonly why: IdleReason;
  readonly says: string;
  readonly message: string;
};

function createIdleRule(facts: IdleRuleFacts): LintRule {
  const { rule, why, says, message } = facts;
  return {
    rule,
    level: 'warning',
    says,
    check: (linted): LintMatch[] => {
      const idle = findIdleOnce(linted).flatMap(({ statements }) =>
        statements.filter(each => each.why === why),
      );
      const ids = new Set(idle.map(({ id }) => id));
      return [...linted.trust, ...linted.deny]
        .filter(({ statement }) => ids.has(statement.id))
        .map(({ statement, tree: { place } }) => ({ place, message: `${statement.id} ${message}` }));
    },
  };
}

/** Proved for every token there can be, and not guessed from the text. */
export const neverHolds = createIdleRule({
  rule: 'statement-never-holds',
  why: 'never_holds',
  says: 'No token can meet a statement.',
  message: 'can be met by no token: its conditions contradict each other, or the guard of its issuer.',
});

export const statementShadowed = createIdleRule({
  rule: 'statement-shadowed',
  why: 'shadowed',
  says: 'Earlier trust statements admit all that this one does.',
  message:
    'admits nobody whom an earlier statement does not, and its scopes are never granted. Remove it, or put it first.',
});

export const deniesNothing = createIdleRule({
  rule: 'deny-denies-nothing',
  why: 'denies_nothing',
  says: 'A deny statement denies nobody whom the role trusts.',
  message:
    'denies nobody whom a trust statement admits. It may have been meant for a claim of another name or value.',
});

/** Each statement may hold, and yet together they admit nobody: the denies strike all of them. */
export const roleUnreachable: LintRule = {
  rule: 'role-unreachable',
  level: 'warning',
  says: 'Nobody can have a role: its deny statements strike all whom it trusts.',
  check: linted => {
    const { role, tree } = linted;
    const found = role?.disabled === undefined ? findIdleOnce(linted) : [];
    const told = found.some(({ statements }) => statements.some(({ why }) => why === 'never_holds'));
    if (found.length === 0 || told || !found.every(({ nobody }) => nobody)) return [];
    return [
      { place: tree.place, message: `${linted.name} can be had by no token: what it trusts, it denies.` },
    ];
  },
};
