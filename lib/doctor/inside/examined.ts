import type { ReadAccount } from '../../aws/account.ts';
import type { Config } from '../../config/load.ts';
import type { Diagnosis } from '../diagnosis.ts';
import type { StackResource } from './resources.ts';

/** A deployment, and how its account is read. */
export type Deployment = {
  readonly config: Config;
  readonly stack: string;
  readonly region: string;
  /** Others that may stand in the trust policies of targets. */
  readonly also: readonly string[];
  readonly read: ReadAccount;
  /** How another account is read; undefined where nobody said how. */
  readonly readIn: (account: string) => Promise<ReadAccount | undefined>;
  /** Seconds since the epoch. */
  readonly now: number;
};

/** A deployment with what its stack is made of. */
export type Opened = Deployment & {
  readonly account: string;
  readonly resources: readonly StackResource[];
  readonly outputs: ReadonlyMap<string, string>;
};

/** Looks at one side of a deployment. It changes nothing. */
export type ExamineInside = (opened: Opened) => Promise<Diagnosis | readonly Diagnosis[]>;
