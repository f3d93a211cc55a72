/** Some characters in a row: which, and how many. */
type CharacterRun = { readonly takes: RegExp; readonly least: number; readonly most: number };

/** The form of a text: as runs of characters, for patterns, and as one expression, for texts. */
export type ValueForm = { readonly runs: readonly CharacterRun[]; readonly whole: RegExp };

const RUN = /(\[(?:\\.|[^\]\\])+\]|\\.|.)(?:\{(\d+)(?:(,)(\d*))?\}|([+*]))?/gsu;

function readRunLimits(first: string | undefined, comma: string | undefined, last: string | undefined) {
  const least = Number(first);
  if (comma === undefined) return { least, most: least };
  return { least, most: last ? Number(last) : Number.POSITIVE_INFINITY };
}

/**
 * Reads a form that is written like a regular expression of characters, classes and counts: `[a-f\d]{40}`. No group and
 * no choice: then two of them can be put beside each other, as a text and a pattern must be here.
 */
export function readValueForm(written: string): ValueForm {
  const runs = [...written.matchAll(RUN)].map(([, takes = '', first, comma, last, sign]) => {
    const limits =
      sign === undefined && first !== undefined
        ? readRunLimits(first, comma, last)
        : { least: sign === '*' ? 0 : 1, most: sign === undefined ? 1 : Number.POSITIVE_INFINITY };
    return { takes: new RegExp(`^${takes}$`, 'su'), ...limits };
  });
  return { runs, whole: new RegExp(`^${written}$`, 'su') };
}

/** One step through a pattern: a character, or a wildcard. */
type PatternStep = { readonly text: string; readonly wild: 'one' | 'any' | undefined };

const WILD: { readonly [sign: string]: PatternStep['wild'] } = { '*': 'any', '?': 'one' };

/** Where two readers stand: in the pattern, in the form, and how far in its run. */
type Spot = { readonly step: number; readonly run: number; readonly count: number };

/** Is there a text of the form that the operand equals, or, where it is a pattern, matches? */
export function canBeText(form: ValueForm, operand: string, isPattern: boolean): boolean {
  return isPattern ? canBeMatched(form.runs, operand) : form.whole.test(operand);
}

function canBeMatched(runs: readonly CharacterRun[], pattern: string): boolean {
  const steps = [...pattern].map(text => ({ text, wild: WILD[text] }));
  const seen = new Set<string>();
  const open: Spot[] = [{ step: 0, run: 0, count: 0 }];
  for (let spot = open.pop(); spot !== undefined; spot = open.pop()) {
    if (spot.step === steps.length && spot.run === runs.length) return true;
    const key = `${spot.step} ${spot.run} ${spot.count}`;
    if (seen.has(key)) continue;
    seen.add(key);
    open.push(...listNextSpots(spot, runs[spot.run], steps[spot.step]));
  }
  return false;
}

function listNextSpots(spot: Spot, now: CharacterRun | undefined, next: PatternStep | undefined): Spot[] {
  const { step, run, count } = spot;
  const spots: Spot[] = [];
  if (now && count >= now.least) spots.push({ step, run: run + 1, count: 0 });
  if (next?.wild === 'any') spots.push({ step: step + 1, run, count });
  if (!now || !next || count >= now.most) return spots;
  // Beyond the least of an endless run nothing is counted, so that the spots are few.
  const more = now.most === Number.POSITIVE_INFINITY ? Math.min(count + 1, now.least) : count + 1;
  if (next.wild !== undefined || now.takes.test(next.text))
    spots.push({ step: next.wild === 'any' ? step : step + 1, run, count: more });
  return spots;
}
