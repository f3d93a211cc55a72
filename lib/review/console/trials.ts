import { type Complaint, Complaints } from '../../language/complaint.ts';
import type { Role } from '../../policy/role.ts';
import { parseCases } from '../cases/cases.ts';
import { runCases, type Trial } from '../cases/trial.ts';
import type { PageData } from './held.ts';

/** The test cases of one role as they ran, or all that is wrong with their file. */
export type RoleTrials = {
  /** Whether the role has a file of cases. */
  readonly written: boolean;
  readonly trials: readonly Trial[];
  readonly failing: readonly Trial[];
  readonly complaints: readonly Complaint[];
};

const UNTESTED: RoleTrials = { written: false, trials: [], failing: [], complaints: [] };

/** Runs the test cases of a role, which may be an edited one, as `kite-sts test` does. */
export function runRoleTrials(role: Role, data: Pick<PageData, 'cases' | 'rows'>): RoleTrials {
  const text = data.cases.get(role.name);
  if (text === undefined) return UNTESTED;
  const complaints = new Complaints();
  const setting = { role, issuers: data.rows };
  const file = parseCases(`roles/${role.name}.test.yml`, text, setting, complaints);
  const trials = runCases(role, data.rows, file?.cases ?? []);
  return {
    written: true,
    trials,
    failing: trials.filter(({ differences }) => differences.length > 0),
    complaints: complaints.all,
  };
}

/** Whether something is wrong with the cases of a role: one fails, or their file cannot be read. */
export function isFailing({ failing, complaints }: RoleTrials): boolean {
  return failing.length + complaints.length > 0;
}
