import type { ScalarTree } from '../../../language/tree.ts';
import type { Condition } from '../../../policy/condition.ts';
import { type LintedStatement, listOperandTrees } from '../linted.ts';
import type { LintMatch, LintRule } from '../rule.ts';
import { canBeSent, type Grammar } from '../values/grammar.ts';
import { explainMisfit, findLookalike } from '../values/misfit.ts';

/** A text that a condition compares a claim with. */
type TextOperand = {
  readonly condition: Condition;
  readonly text: string;
  readonly isPattern: boolean;
  readonly place: ScalarTree['place'];
  readonly grammars: readonly Grammar[];
};

function listTextOperands(linted: LintedStatement): TextOperand[] {
  const {
    statement,
    tree,
    known: { sent },
  } = linted;
  return statement.conditions.flatMap(condition => {
    const { name, operator } = condition;
    const grammars = (Object.hasOwn(sent, name) ? sent[name] : undefined) ?? [];
    return listOperandTrees(tree, condition).flatMap(({ value: text, place }) =>
      typeof text === 'string'
        ? [{ condition, text, isPattern: operator === 'matches', place, grammars }]
        : [],
    );
  });
}

/** Finds the grammar that the operand misses; first of those that the vendor fixes. */
function findMissed(operand: TextOperand): Grammar | undefined {
  const { grammars, text, isPattern } = operand;
  const missed = grammars.filter(each => !canBeSent(each, text, isPattern));
  return missed.find(({ fixed }) => fixed) ?? missed[0];
}

function explainMissed(linted: LintedStatement, operand: TextOperand, grammar: Grammar): LintMatch {
  const { condition, text, isPattern, place } = operand;
  const slip = explainMisfit(text, isPattern);
  const can = grammar.fixed ? 'can never send' : 'never sends';
  const message = `${linted.row.issuer} ${can} "${text}" as ${condition.name}, which is ${grammar.says}.${slip ? ` ${slip}` : ''}`;
  return { place, message };
}

function findImpossibleValues(statement: LintedStatement, isFixed: boolean): LintMatch[] {
  return listTextOperands(statement).flatMap(operand => {
    const missed = findMissed(operand);
    return missed?.fixed === isFixed ? [explainMissed(statement, operand, missed)] : [];
  });
}

/** A condition that is never met admits nobody, and in a deny statement it stops nobody. */
export const valueNeverSent: LintRule = {
  rule: 'value-never-sent',
  level: 'warning',
  says: 'A claim is compared with a value that its issuer never sends.',
  check: ({ trust, deny }) => [...trust, ...deny].flatMap(each => findImpossibleValues(each, false)),
};

/** As above, where it is no habit of the vendor but the form of the claim: no token will ever hold it. */
export const valueImpossible: LintRule = {
  rule: 'value-impossible',
  level: 'error',
  says: 'A claim is compared with a value that it can never have.',
  check: ({ trust, deny }) => [...trust, ...deny].flatMap(each => findImpossibleValues(each, true)),
};

function findSuspects(statement: LintedStatement): LintMatch[] {
  return listTextOperands(statement).flatMap(operand => {
    const { text, isPattern, place } = operand;
    const slip = findMissed(operand) ? undefined : findLookalike(text, isPattern);
    return slip === undefined ? [] : [{ place, message: `"${text}" may be a slip. ${slip}` }];
  });
}

/** It may be sent, and hardly is what was meant. */
export const valueSuspect: LintRule = {
  rule: 'value-suspect',
  level: 'warning',
  says: 'A value looks like a slip: a regular expression, a curly quote, a letter of another script.',
  check: ({ trust, deny }) => [...trust, ...deny].flatMap(findSuspects),
};
