import { type Profiler, Session } from 'node:inspector';

/** What ran since the last look: V8 tells of functions by their ranges, the outer before the inner. */
export type Look = readonly (readonly [name: string, ranges: readonly Profiler.CoverageRange[]])[];

/** Which blocks of the watched files have run so far, by V8's own count. Only files loaded after `start`. */
export class Coverage {
  private readonly session = new Session();
  private readonly watched: RegExp;
  /** By function: each of its characters, 1 if it has run. */
  private readonly ran = new Map<string, Uint8Array>();
  /** By function: where its blocks begin. */
  private readonly begins = new Map<string, Set<number>>();

  constructor(watched: RegExp) {
    this.watched = watched;
  }

  start(): void {
    this.session.connect();
    this.session.post('Profiler.enable');
    this.session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  look(): Look {
    const scripts: Profiler.ScriptCoverage[] = [];
    // In one thread the answer comes before `post` returns.
    this.session.post('Profiler.takePreciseCoverage', (error, answer) => {
      if (error) throw error;
      scripts.push(...answer.result);
    });
    return scripts
      .filter(({ url }) => this.watched.test(url))
      .flatMap(({ url, functions }) =>
        functions.map(({ ranges }) => {
          const [whole] = ranges;
          return [`${url}:${whole?.startOffset}-${whole?.endOffset}`, ranges] as const;
        }),
      );
  }

  /** Does the look show a block that had not run before? Keeps what it shows if `keep`. */
  fresh(look: Look, keep: boolean): boolean {
    let fresh = false;
    for (const [name, ranges] of look) {
      const [whole] = ranges;
      if (!whole || whole.count === 0) continue;
      const start = whole.startOffset;
      const now = new Uint8Array(whole.endOffset - start);
      for (const { startOffset, endOffset, count } of ranges)
        now.fill(count > 0 ? 1 : 0, startOffset - start, endOffset - start);
      const before = this.ran.get(name);
      fresh ||= now.some((ran, at) => ran === 1 && before?.[at] !== 1);
      if (keep) this.remember(name, ranges, now, start);
    }
    return fresh;
  }

  private remember(
    name: string,
    ranges: readonly Profiler.CoverageRange[],
    now: Uint8Array,
    start: number,
  ): void {
    const begins = this.begins.get(name) ?? new Set();
    for (const { startOffset } of ranges) begins.add(startOffset - start);
    this.begins.set(name, begins);
    const before = this.ran.get(name);
    this.ran.set(name, before ? before.map((ran, at) => ran | (now[at] ?? 0)) : now);
  }

  /** Blocks that ran, and blocks of functions that ran. */
  blocks(): { readonly reached: number; readonly known: number } {
    let reached = 0;
    let known = 0;
    for (const [name, begins] of this.begins)
      for (const begin of begins) {
        known++;
        reached += this.ran.get(name)?.[begin] ?? 0;
      }
    return { reached, known };
  }
}
