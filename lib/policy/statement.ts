import type { Condition } from './condition.ts';

export type Effect = 'trust' | 'deny';

/** Kinds of jobs by their names, which each issuer's page lists. */
export type Knowingly = { readonly jobs: readonly string[]; readonly reason: string };

/** One compiled statement of a trust policy: plain data. */
export type Statement = {
  /** Unique over trust and deny; `trust[0]`, `deny[1]`, … unless the file names one. */
  readonly id: string;
  readonly effect: Effect;
  readonly issuer: string;
  readonly conditions: readonly Condition[];
  /** Undefined: the file says nothing of scopes. */
  readonly scopes: readonly string[] | undefined;
  /** Seconds since the epoch; from then on the statement is as if it were not there. */
  readonly until: number | undefined;
  readonly flat: boolean;
  /** Dangerous kinds of jobs that it means to admit, and why. It decides nothing: lint, diff and teams.yml read it. */
  readonly knowingly?: Knowingly;
};
