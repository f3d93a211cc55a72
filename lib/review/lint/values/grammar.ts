import { canBeText, readValueForm, type ValueForm } from './form.ts';

/** The values that an issuer can send in a claim, or a part of what is known of them. */
export type Grammar = {
  /** After "but": `the name of a branch`. */
  readonly says: string;
  readonly forms: readonly ValueForm[];
  /** A pattern that no value has, where the forms cannot say it. */
  readonly never?: RegExp;
  /** The vendor fixes it: nothing else can be sent, today or later. Else its documentation says so, or its habit. */
  readonly fixed: boolean;
};

type GrammarOptions = { readonly fixed?: boolean; readonly never?: RegExp };

export function createGrammar(
  says: string,
  forms: readonly string[],
  { fixed = false, never }: GrammarOptions = {},
): Grammar {
  return { says, forms: forms.map(readValueForm), fixed, ...(never ? { never } : {}) };
}

function escapeExpression(word: string): string {
  return word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

export function createWordGrammar(list: readonly string[], { fixed = false }: GrammarOptions = {}): Grammar {
  return createGrammar(`one of ${list.filter(Boolean).join(', ')}`, list.map(escapeExpression), { fixed });
}

/** Can the issuer send what the operand equals or, as a pattern, matches? */
export function canBeSent(grammar: Grammar, operand: string, isPattern: boolean): boolean {
  const written = isPattern ? operand.split(/[*?]+/) : [operand];
  if (written.some(each => grammar.never?.test(each))) return false;
  return grammar.forms.some(form => canBeText(form, operand, isPattern));
}

/** Can a value hold this text? Where nothing is known, it can. */
export function canHold(grammars: readonly Grammar[], text: string): boolean {
  const pattern = text === '' ? '*' : `*${text}*`;
  return grammars.every(each => canBeSent(each, pattern, true));
}

/** Has every value one of a few lengths, so that its end is known? */
export function isOfOneLength(grammar: Grammar): boolean {
  return grammar.forms.every(form => form.runs.every(({ least, most }) => least === most));
}
