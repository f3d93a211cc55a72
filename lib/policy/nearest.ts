/** Steps. Less than for another letter: where both could be meant, the name with all the letters is. */
const SWAP = 0.9;

/**
 * Levenshtein distance by code unit, and two neighbors that changed places are one step; the names compared
 * are short.
 */
const distance = (a: string, b: string): number => {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const other = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? before[j - 2] : undefined;
      next.push(Math.min(other, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (swapped ?? Infinity) + SWAP));
    }
    [before, row] = [row, next];
  }
  return row[b.length] ?? 0;
};

/** Letters that a beginning must have to be one, and the steps that it counts for: less than two wrong letters. */
const BEGINNING = 4;
const CUT = 1.5;

/** The known name that a mistyped one most likely meant, or undefined when none is near. */
export const nearest = (name: string, known: Iterable<string>): string | undefined => {
  const wanted = name.slice(0, 64).toLowerCase();
  let best: string | undefined;
  let least = Math.max(2, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of known) {
    const other = candidate.toLowerCase();
    const isCut = wanted.length >= BEGINNING && other.startsWith(wanted);
    const steps = Math.min(distance(wanted, other), isCut ? CUT : Number.POSITIVE_INFINITY);
    if (steps < least) [best, least] = [candidate, steps];
  }
  return best;
};

/** ` Did you mean "x"?` or nothing: the tail of every message about an unknown name. */
export const didYouMean = (name: string, known: Iterable<string>): string => {
  const near = nearest(name, known);
  return near === undefined ? '' : ` Did you mean "${near}"?`;
};
