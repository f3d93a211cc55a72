import type { ReadAccount } from '../../lib/aws/account.ts';
import type { Diagnosis } from '../../lib/doctor/diagnosis.ts';
import type { TemplateInput } from '../input.ts';

/** Who deploys. */
export type Deployer = { readonly account: string; readonly arn: string };

/** The stack as it is there already, by AWS's own names; undefined where that may not be asked. */
export type StandingStack = {
  /** Nothing of the broker is there yet: at most the framework's bucket. */
  readonly isFirst: boolean;
  readonly names: ReadonlySet<string>;
};

/** The input of each look of the preflight. */
export type PreflightInput = {
  readonly input: TemplateInput;
  readonly read: ReadAccount;
  readonly deployer: Deployer;
  readonly standing: StandingStack | undefined;
};

/** Looks at one side of a deployment that is about to begin. It changes nothing. */
export type PreflightLook = (flight: PreflightInput) => Promise<readonly Diagnosis[]>;
