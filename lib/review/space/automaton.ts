/** A text with wildcards (`*` any run, `?` one code point), or a literal, in which nothing is special. */
export type Pattern = { readonly text: string; readonly literal: boolean };

const PATTERNS = new Map<string, Pattern>();

/** The one pattern of this text: what was learned of it is kept with it. */
export function createPattern(text: string, literal: boolean): Pattern {
  const key = `${literal ? '=' : '~'}${text}`;
  const made = PATTERNS.get(key) ?? { text, literal };
  PATTERNS.set(key, made);
  return made;
}

const STAR = -1;
const ONE = -2;

/** The code points of a pattern, and a number of their own for `*` and `?`. */
export function listSymbols(pattern: Pattern): number[] {
  return [...pattern.text].map(each =>
    pattern.literal || (each !== '*' && each !== '?')
      ? (each.codePointAt(0) ?? 0)
      : each === '*'
        ? STAR
        : ONE,
  );
}

/**
 * One pattern as an automaton whose states are made when they are first reached: its full table could be large,
 * and a search seldom needs it. State 0 is where it begins; `dead` matches nothing any more, `all` everything.
 */
export class Automaton {
  readonly #symbols: readonly number[];
  readonly #positions: (readonly number[])[] = [];
  readonly #ids = new Map<string, number>();
  readonly #steps: Map<number, number>[] = [];

  constructor(pattern: Pattern) {
    this.#symbols = listSymbols(pattern);
    this.#stateOf([0]);
  }

  #stateOf(reached: readonly number[]): number {
    // Behind a star everything is reached again, so what stands before it adds nothing.
    const last = reached.findLastIndex(at => this.#symbols[at] === STAR);
    const kept = new Set(last < 0 ? reached : reached.slice(last));
    for (const at of kept) if (this.#symbols[at] === STAR) kept.add(at + 1);
    const positions = [...kept].sort((a, b) => a - b);
    const key = positions.join();
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    this.#ids.set(key, this.#positions.length);
    this.#positions.push(positions);
    this.#steps.push(new Map());
    return this.#positions.length - 1;
  }

  step(state: number, symbol: number): number {
    const known = this.#steps[state]?.get(symbol);
    if (known !== undefined) return known;
    const reached: number[] = [];
    for (const at of this.#positions[state] ?? []) {
      const wanted = this.#symbols[at];
      if (wanted === STAR) reached.push(at);
      // A star as a symbol is any run, which one code point is not.
      else if ((wanted === ONE && symbol !== STAR) || wanted === symbol) reached.push(at + 1);
    }
    const next = this.#stateOf([...new Set(reached)].sort((a, b) => a - b));
    this.#steps[state]?.set(symbol, next);
    return next;
  }

  accepts(state: number): boolean {
    return this.#positions[state]?.at(-1) === this.#symbols.length;
  }

  dead(state: number): boolean {
    return this.#positions[state]?.length === 0;
  }

  all(state: number): boolean {
    const end = this.#symbols.length;
    return this.#symbols[end - 1] === STAR && (this.#positions[state]?.includes(end - 1) ?? false);
  }
}

const AUTOMATA = new WeakMap<Pattern, Automaton>();
/** The automaton of a pattern, which keeps what it has learned. */
export function findAutomaton(pattern: Pattern): Automaton {
  const made = AUTOMATA.get(pattern) ?? new Automaton(pattern);
  AUTOMATA.set(pattern, made);
  return made;
}

/** Does one pattern match all that another does? Only what shows by reading the other as a text is found. */
export function isCovering(wide: Pattern, narrow: Pattern): boolean {
  const automaton = findAutomaton(wide);
  return automaton.accepts(listSymbols(narrow).reduce((state, symbol) => automaton.step(state, symbol), 0));
}
