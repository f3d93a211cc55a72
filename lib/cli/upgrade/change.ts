import { resolve } from 'node:path';
import { useTemporaryFolder } from '../aside.ts';
import { EXIT, Failure, printJson, type Terminal } from '../verb.ts';
import { compareVersions, listDecisive, type Release } from './changes.ts';
import { findDirection } from './compare.ts';
import { compareJudges, type Hearing, type Judge, proveByBoth, runCheck } from './judge.ts';
import { replaceVersion } from './replace.ts';
import { describeReport, hasPassed, type VersionReport, writeReport } from './report.ts';
import type { PinnedState } from './repository.ts';
import { type Staged, stageVersion } from './stage.ts';

/** One version that is to take the place of another. */
export type VersionChange = {
  readonly now: PinnedState;
  readonly next: { readonly version: string; readonly bytes: Buffer };
  /** Of the newer of the two. */
  readonly releases: readonly Release[];
  /** The folder of the policy. */
  readonly config: string;
  readonly json: boolean;
  /** Is it put in place, whatever was found? */
  readonly whatever: boolean;
};

async function judgeStaged(change: VersionChange, staged: Staged, hearing: Hearing): Promise<VersionReport> {
  const { now, next, releases } = change;
  const [older, newer] = [now.version, next.version].sort(compareVersions) as [string, string];
  const before: Judge = { version: now.version, home: resolve(now.folder, 'node_modules/kite-sts') };
  const after: Judge = { version: next.version, home: staged.home };
  const checks = [await runCheck('lint', after, hearing), await runCheck('test', after, hearing)];
  const found = await compareBothJudges(before, after, hearing);
  const decisive = listDecisive(releases, older, newer);
  return { from: now.version, to: next.version, bytes: next.bytes, decisive, checks, ...found };
}

type Found = Pick<VersionReport, 'proofs' | 'comparison' | 'hindered' | 'direction'>;

/** Compares both versions. What could not be compared is undecided, and never the same as before. */
async function compareBothJudges(before: Judge, after: Judge, hearing: Hearing): Promise<Found> {
  try {
    const proofs = await proveByBoth(before, after, hearing);
    const comparison = await compareJudges(before, after, hearing);
    return { proofs, comparison, hindered: undefined, direction: findDirection(comparison) };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { proofs: [], comparison: undefined, hindered: error.message.trimEnd(), direction: 'undecided' };
  }
}

const EXITS = { wider: EXIT.widened, undecided: EXIT.undecided, 'not wider': EXIT.done } as const;

/**
 * Judges the policy by both versions, tells what differs, and puts the other in place where nothing stands against it, or
 * `whatever` does. Gives what was found as an exit code. Throws `Failure`; then everything is as it was.
 */
export async function changeVersion(
  change: VersionChange,
  terminal: Terminal,
): Promise<{ exit: number; written: boolean }> {
  const { now, next, config, json, whatever } = change;
  return stageVersion(now, next, async staged => {
    const report = await useTemporaryFolder(aside =>
      judgeStaged(change, staged, { folder: now.folder, config, aside }),
    );
    const exit = hasPassed(report) ? EXITS[report.direction] : EXIT.denied;
    const written = whatever || exit === EXIT.done;
    if (!json) terminal.out(`${writeReport(report)}\n`);
    if (written) await replaceVersion(now, staged);
    if (json) printJson(describeReport(report, written), terminal);
    return { exit, written };
  });
}
