/** Results of measurements as data, from which `page.ts` writes the figures of docs/reference/performance.md. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

const FOLDER = join(import.meta.dirname, 'results');

/** When something was measured, on what, and in how many rounds. */
type Measurement = { readonly on: string; readonly node: string; readonly rounds: number };

export type StepResult = Measurement & {
  readonly rows: readonly {
    readonly name: string;
    readonly micros: number;
    readonly byArithmetic: number;
    readonly byJose: number;
    readonly aim: string;
  }[];
};

/** CPU of a request, as microseconds and as ratios to the floor of the same round. */
export type PeerRow = {
  readonly name: string;
  readonly micros: number;
  readonly byFloor: number;
  readonly from: number;
  readonly to: number;
};
export type PeerResult = Measurement & {
  readonly one: readonly PeerRow[];
  readonly sixteen: readonly PeerRow[];
  /** Median milliseconds of an exchange by load. */
  readonly loads: readonly number[];
  readonly latencies: readonly { readonly name: string; readonly values: readonly number[] }[];
};

export type LambdaRow = {
  readonly name: string;
  readonly init: number;
  readonly first: number;
  readonly wholeByEmpty: number;
  readonly warm: number;
  readonly warmByEmpty: number;
  readonly warmByFloor: number;
  /** Milliseconds to the first answer, by memory: computed from CPU time. */
  readonly answers: readonly number[];
  /** The same by a clock, with the process held to its share; empty where that cannot be done. */
  readonly throttled: readonly number[];
  /** Dollars of a million exchanges, by memory. */
  readonly costs: readonly number[];
};
export type LambdaResult = Measurement & {
  readonly memory: readonly number[];
  readonly rows: readonly LambdaRow[];
};

export type CommandResult = Measurement & {
  readonly rows: readonly { readonly name: string; readonly ms: number; readonly byNode: number }[];
};

export type FleetResult = Measurement & {
  readonly rows: readonly { readonly name: string; readonly value: number; readonly beside: number }[];
};

export type Results = {
  readonly steps: StepResult;
  readonly peers: PeerResult;
  readonly lambda: LambdaResult;
  readonly command: CommandResult;
  readonly fleet: FleetResult;
};

/** What every result begins with. */
export function describeMeasurement(rounds: number): Measurement {
  return { on: new Date().toISOString().slice(0, 10), node: process.version, rounds };
}

/** Keeps a result where `npm run bench -- … write` was asked for. */
export function saveResult<N extends keyof Results>(name: N, result: Results[N]): void {
  if (!process.argv.includes('write')) return;
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, `${name}.json`), `${JSON.stringify(result, null, 1)}\n`);
}

export function readResult<N extends keyof Results>(name: N): Results[N] {
  return JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8')) as Results[N];
}
