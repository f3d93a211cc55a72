/** Letters of a name that are compared. */
const LONGEST = 64;

/** Tenths of a step. Less than for another letter: where both could be meant, the name with all the letters is. */
const STEP = 10;
const SWAP = 9;

/** One after another, so that nothing is made for each name that is compared. */
const ROWS = Array.from({ length: 3 }, () => new Int32Array(2 * LONGEST + 2));

/**
 * Levenshtein distance by code unit in tenths, and two neighbors that changed places are one step; the names compared
 * are short. Not exact where it is `most` or more: then whatever is no less.
 */
function measureDistance(whole: string, other: string, most: number): number {
  let begun = 0;
  while (begun < whole.length && whole[begun] === other[begun]) begun++;
  // A letter before the first that differs stays: it may have changed places with it.
  const [a, b] = [whole, other].map(each => each.slice(Math.max(0, begun - 1))) as [string, string];
  let [before, row, next] = ROWS as [Int32Array, Int32Array, Int32Array];
  for (let j = 0; j <= b.length; j++) row[j] = j * STEP;
  for (let i = 1; i <= a.length; i++) {
    let least = (next[0] = i * STEP);
    for (let j = 1; j <= b.length; j++) {
      const same = a.charCodeAt(i - 1) === b.charCodeAt(j - 1);
      let steps = (row[j - 1] as number) + (same ? 0 : STEP);
      steps = Math.min(steps, (row[j] as number) + STEP, (next[j - 1] as number) + STEP);
      const crossed = i > 1 && j > 1 && a.charCodeAt(i - 1) === b.charCodeAt(j - 2);
      if (crossed && a.charCodeAt(i - 2) === b.charCodeAt(j - 1))
        steps = Math.min(steps, (before[j - 2] as number) + SWAP);
      next[j] = steps;
      if (steps < least) least = steps;
    }
    if (least >= most + SWAP) return least;
    [before, row, next] = [row, next, before];
  }
  return row[b.length] as number;
}

/** Letters that a beginning must have to be one, and the tenths of a step that it counts for: less than two wrong letters. */
const BEGINNING = 4;
const CUT = 15;

/** The known name that a mistyped one most likely meant, or undefined when none is near. */
export function findNearestWord(name: string, known: Iterable<string>): string | undefined {
  const wanted = name.slice(0, LONGEST).toLowerCase();
  let best: string | undefined;
  let least = (Math.max(2, Math.floor(wanted.length / 3)) + 1) * STEP;
  for (const candidate of known) {
    const other = candidate.toLowerCase();
    const apart = Math.abs(other.length - wanted.length) * STEP;
    const isCut = wanted.length >= BEGINNING && other.startsWith(wanted);
    // So many letters more or fewer are as many steps.
    if (!isCut && apart >= least) continue;
    const steps = isCut ? Math.min(CUT, apart) : measureDistance(wanted, other, least);
    if (steps < least) [best, least] = [candidate, steps];
  }
  return best;
}

/** ` Did you mean "x"?` or nothing: the tail of every message about an unknown name. */
export function suggestWord(name: string, known: Iterable<string>): string {
  const near = findNearestWord(name, known);
  return near === undefined ? '' : ` Did you mean "${near}"?`;
}

/** How many names before and after the place of the wanted one are compared. */
const AROUND = 4;

/** Where a name stands, or would stand, in a sorted list. */
function findPlace(name: string, size: number, at: (place: number) => string): number {
  let [low, high] = [0, size];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at(middle) < name) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Names in order, by place: a list, or what an index reads. */
export type SortedNames = { readonly size: number; readonly at: (place: number) => string };

/**
 * The nearest of many names, by looking at a few alone: those beside the wanted one in order, and beside what it would be
 * if its first two letters had changed places. A mistake leaves what stands before it as it was, so the name that was
 * meant is not far; who mistypes the first letter otherwise is told nothing. Costs the same for ten thousand names as
 * for a hundred (threat T75).
 */
export function findNearest(name: string, names: SortedNames): string | undefined {
  const { size, at } = names;
  const wanted = name.slice(0, LONGEST).toLowerCase();
  const swapped = `${wanted.slice(1, 2)}${wanted.slice(0, 1)}${wanted.slice(2)}`;
  const places = new Set<number>();
  for (const begun of [wanted, swapped]) {
    const place = findPlace(begun, size, at);
    const last = Math.min(size, place + AROUND);
    for (let near = Math.max(0, place - AROUND); near < last; near++) places.add(near);
  }
  return findNearestWord(wanted, [...places].map(at));
}
