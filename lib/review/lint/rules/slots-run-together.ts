import { findEntry } from '../../../language/tree.ts';
import { findVocabularyTypes } from '../../../policy/issuer.ts';
import { findSlots, isIamVariable, type Slot } from '../../../policy/template.ts';
import { type Linted, type LintedStatement, listScalarTrees } from '../linted.ts';
import type { LintMatch, LintRule } from '../rule.ts';
import { DIGITS } from '../values/forms.ts';
import { canHold, type Grammar, isOfOneLength } from '../values/grammar.ts';

/** Two claims in one value, and what stands between them. */
type SlotPair = { readonly before: string; readonly after: string; readonly between: string };

function listSlotPairs(text: string): SlotPair[] {
  const found = findSlots(text).filter((each): each is Slot => each.name !== undefined);
  return found.flatMap((slot, index) => {
    const next = found[index + 1];
    if (!next || slot.name === next.name || [slot, next].some(({ name }) => isIamVariable(name))) return [];
    return [{ before: slot.name, after: next.name, between: text.slice(slot.to, next.from) }];
  });
}

/** The values that a statement leaves of a claim; undefined where they are not listed. */
function listBoundValues(linted: LintedStatement, claim: string): readonly string[] | undefined {
  const bound = linted.conditions.find(
    ({ name, operator }) => name === claim && (operator === 'equals' || operator === 'in'),
  );
  return bound?.operands.map(String);
}

function findGrammars(linted: LintedStatement, claim: string): readonly Grammar[] {
  const { row, known } = linted;
  const types = row.vocabulary && findVocabularyTypes(row.vocabulary, claim);
  if (types?.every(type => type === 'number')) return [DIGITS];
  return (Object.hasOwn(known.sent, claim) ? known.sent[claim] : undefined) ?? [];
}

/** Of listed values: does one go on where another ends? */
function canRunOn(values: readonly string[], between: string): boolean {
  return values.some(one =>
    values.some(other => other !== one && (other + between).startsWith(one + between)),
  );
}

function isPairAmbiguous(linted: Linted, pair: SlotPair): boolean {
  const { before, between } = pair;
  const listed = linted.trust.map(each => listBoundValues(each, before));
  const open = linted.trust.filter((_, index) => listed[index] === undefined);
  if (open.length === 0)
    return canRunOn(
      listed.flatMap(each => each ?? []),
      between,
    );
  return open.some(each => {
    const grammars = findGrammars(each, before);
    return !grammars.some(isOfOneLength) && canHold(grammars, between);
  });
}

function suggestSeparator(linted: Linted, pair: SlotPair): string {
  const safe = ['/', ':', '=', '@', '+'].find(sign =>
    linted.trust.every(each => !canHold(findGrammars(each, pair.before), sign)),
  );
  return safe === undefined
    ? 'Give each claim a value of its own.'
    : `Put "${safe}" between them, which it cannot hold.`;
}

function findAmbiguousPairs(linted: Linted): LintMatch[] {
  const { role, tree } = linted;
  const written = role && findEntry(tree, role.template.kind)?.value;
  return listScalarTrees(written).flatMap(({ value, place }) =>
    listSlotPairs(String(value))
      .filter(pair => isPairAmbiguous(linted, pair))
      .slice(0, 1)
      .map(pair => ({ place, message: explainPair(linted, pair) })),
  );
}

function explainPair(linted: Linted, pair: SlotPair): string {
  const { before, after, between } = pair;
  const why =
    between === '' ? 'Nothing stands between' : `${before} may hold "${between}", which stands between`;
  const example = `${before} "a" with ${after} "b${between}c", and "a${between}b" with "c"`;
  return `${why} ${before} and ${after}, so two jobs can make one value: ${example}. ${suggestSeparator(linted, pair)}`;
}

/** `web` and `api-main`, `web-api` and `main`: joined by a hyphen they are one. */
export const slotsRunTogether: LintRule = {
  rule: 'slots-run-together',
  level: 'warning',
  says: 'Two claims in one value have nothing between them that keeps them apart.',
  check: findAmbiguousPairs,
};
