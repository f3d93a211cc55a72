import { matchGlob } from '../../policy/glob.ts';
import { type Automaton, findAutomaton, isCovering, listSymbols, type Pattern } from './automaton.ts';

/** Every text that one pattern of each union matches, and none of `none` does. */
export type Texts = { readonly every: readonly (readonly Pattern[])[]; readonly none: readonly Pattern[] };

/** Letters that stand for all those which no pattern names, the plainest first. */
const OTHERS = 'abcdefghijklmnopqrstuvwxyz0123456789';

function collectAlphabet(patterns: readonly Pattern[]): number[] {
  const named = new Set(patterns.flatMap(listSymbols).filter(symbol => symbol >= 0));
  const other = [...OTHERS].map(each => each.charCodeAt(0)).find(each => !named.has(each)) ?? 0xf8ff;
  return [...named, other];
}

/** A step of the search: where each automaton stands, and the way back. */
type SearchNode = {
  readonly states: readonly number[];
  readonly symbol: number;
  readonly from: SearchNode | undefined;
};

function readNodeText(node: SearchNode | undefined): string {
  const symbols: number[] = [];
  for (let at = node; at?.from; at = at.from) symbols.push(at.symbol);
  return String.fromCodePoint(...symbols.reverse());
}

/** How many states one search for a text may look at before it gives up: what bounds its memory. */
const MAX_STATES = 20_000;

/** The budget of a whole comparison, in steps of an automaton: some 30 nanoseconds each. */
const MAX_STEPS = 30_000_000;

/** One comparison: what it may still spend, and what it has learned. */
export type SearchBudget = {
  left: number;
  readonly known: Map<string, FoundText>;
  /** Texts that answered earlier questions, the newest first: often they answer the next one too. */
  readonly texts: string[];
};

export function createBudget(): SearchBudget {
  return { left: MAX_STEPS, known: new Map(), texts: [] };
}

/** A text, or that there is none, or that the search grew too large to tell. */
export type FoundText = { readonly text: string } | 'none' | 'undecided';

function isMatched(pattern: Pattern, value: string): boolean {
  return pattern.literal ? pattern.text === value : matchGlob(pattern.text, value);
}

/** Is the value one of these texts? */
export function isOneOfTexts(texts: Texts, value: string): boolean {
  return (
    texts.every.every(union => union.some(pattern => isMatched(pattern, value))) &&
    !texts.none.some(pattern => isMatched(pattern, value))
  );
}

type AutomatonProduct = {
  readonly unions: readonly (readonly Automaton[])[];
  readonly none: readonly Automaton[];
};

/** Walks the states of a product in the order of its automata: those of the unions, then those of `none`. */
function judgeStates(product: AutomatonProduct, states: readonly number[]): 'ends' | 'goes on' | 'dead' {
  let at = 0;
  let ends = true;
  for (const union of product.unions) {
    let [accepted, alive] = [false, false];
    for (const each of union) {
      const state = states[at++] ?? 0;
      accepted ||= each.accepts(state);
      alive ||= !each.dead(state);
    }
    if (!alive) return 'dead';
    ends &&= accepted;
  }
  for (const each of product.none) {
    const state = states[at++] ?? 0;
    if (each.all(state)) return 'dead';
    ends &&= !each.accepts(state);
  }
  return ends ? 'ends' : 'goes on';
}

function walkProduct(
  product: AutomatonProduct,
  alphabet: readonly number[],
  budget: SearchBudget,
): FoundText {
  const automata = [...product.unions.flat(), ...product.none];
  const seen = new Set<string>();
  let layer: SearchNode[] = [{ states: automata.map(() => 0), symbol: 0, from: undefined }];
  while (layer.length > 0) {
    const next: SearchNode[] = [];
    for (const from of layer) {
      const verdict = judgeStates(product, from.states);
      if (verdict === 'ends') return { text: readNodeText(from) };
      if (verdict === 'dead') continue;
      budget.left -= automata.length * alphabet.length;
      if (seen.size >= MAX_STATES || budget.left < 0) return 'undecided';
      for (const symbol of alphabet) {
        const states = from.states.map((state, at) => automata[at]?.step(state, symbol) ?? 0);
        const key = states.join();
        if (!seen.has(key)) next.push({ states, symbol, from });
        seen.add(key);
      }
    }
    layer = next;
  }
  return 'none';
}

/** Plain to see without a search: all that one of the unions can match is ruled out. */
export function isPlainlyNone(texts: Texts): boolean {
  return texts.every.some(union =>
    union.every(narrow => texts.none.some(wide => wide === narrow || isCovering(wide, narrow))),
  );
}

const INSTANCES = new WeakMap<Pattern, readonly string[]>();

/** Two texts of a pattern: its stars as nothing, and as a letter. One of them often answers a question. */
function listInstances(pattern: Pattern): readonly string[] {
  const { text, literal } = pattern;
  const made =
    INSTANCES.get(pattern) ??
    (literal ? [text] : ['', 'x'].map(run => text.replaceAll('*', run).replaceAll('?', 'x')));
  INSTANCES.set(pattern, made);
  return made;
}

/** The answer that is plain to see: nothing can be left, or one of the unions lists all that could be. */
function findPlainText(texts: Texts): FoundText | undefined {
  const literals = texts.every.find(union => union.every(each => each.literal));
  if (!literals) return isPlainlyNone(texts) ? 'none' : undefined;
  const found = literals.find(each => isOneOfTexts(texts, each.text));
  return found ? { text: found.text } : 'none';
}

function searchText(texts: Texts, budget: SearchBudget): FoundText {
  const unions = texts.every.map(union => union.map(findAutomaton));
  const none = texts.none.map(findAutomaton);
  return walkProduct({ unions, none }, collectAlphabet([...texts.every.flat(), ...texts.none]), budget);
}

function createTextsKey(texts: Texts): string {
  const word = (pattern: Pattern): string => `${pattern.literal ? '=' : '~'}${pattern.text}`;
  return JSON.stringify([texts.every.map(union => union.map(word)), texts.none.map(word).sort()]);
}

const KEPT_TEXTS = 32;

/**
 * A shortest text of these. It walks the product of all automata from its beginning and stops at the first text:
 * no automaton is ever complemented or built whole, so sixteen patterns such as `*-svcN-*` do not blow up.
 */
function findShortestText(texts: Texts, budget: SearchBudget): FoundText {
  const key = createTextsKey(texts);
  const found = budget.known.get(key) ?? searchText(texts, budget);
  budget.known.set(key, found);
  if (typeof found === 'object') budget.texts.unshift(found.text);
  budget.texts.length = Math.min(budget.texts.length, KEPT_TEXTS);
  return found;
}

/** Those of these texts that are plain to see: earlier answers, and instances of a pattern. */
function listPlainTexts(sought: Texts, budget: SearchBudget): string[] {
  return [...(sought.every[0] ?? []).flatMap(listInstances), ...budget.texts];
}

/** Is there any such text? */
export function judgeAnyText(texts: Texts, budget: SearchBudget): boolean | 'undecided' {
  const plain = findPlainText(texts);
  if (plain !== undefined) return plain !== 'none';
  if (listPlainTexts(texts, budget).some(text => isOneOfTexts(texts, text))) return true;
  const found = findShortestText(texts, budget);
  return found === 'undecided' ? found : found !== 'none';
}

/** A short one of these texts; undefined when there is none, or none could be told. */
export function findShortText(texts: Texts, budget: SearchBudget): string | undefined {
  const known = listPlainTexts(texts, budget).filter(text => isOneOfTexts(texts, text));
  if (known.length > 0) return known.sort((a, b) => a.length - b.length)[0];
  const found = findPlainText(texts) ?? findShortestText(texts, budget);
  return typeof found === 'object' ? found.text : undefined;
}
