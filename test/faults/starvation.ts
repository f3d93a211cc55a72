/** Milliseconds between two looks at whether this process still gets its turns. */
const EVERY = 20;
/** A gap of so many milliseconds, or fewer turns than this share of those that were due, is starvation. */
const GAP = 150;
const SHARE = 0.8;

const turns: number[] = [];
let watch: NodeJS.Timeout | undefined;

/** Begins to look. The patience of what is tested is real time, so it is only right where time is had. */
export function watchTurns(): void {
  watch = setInterval(() => void turns.push(performance.now()), EVERY);
  watch.unref();
}

export function stopWatching(): void {
  clearInterval(watch);
}

/** Whether the processor was kept from this process since then (`performance.now()`), by itself or by others. */
export function wasStarved(since: number): boolean {
  const now = performance.now();
  const had = [since, ...turns.filter(at => at >= since), now];
  const longest = Math.max(...had.slice(1).map((at, index) => at - (had[index] ?? at)));
  return longest > GAP || had.length < SHARE * ((now - since) / EVERY);
}
