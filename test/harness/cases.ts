import type { Config } from '../../lib/config/load.ts';
import { Complaints } from '../../lib/language/complaint.ts';
import type { Registry } from '../../lib/policy/registry.ts';
import type { Role } from '../../lib/policy/role.ts';
import type { CaseSetting } from '../../lib/review/cases/cases/case.ts';
import { parseCases } from '../../lib/review/cases/cases.ts';
import { readPolicyCases, type TestedPolicy } from '../../lib/review/cases/files.ts';
import type { Case } from '../../lib/review/cases/trial.ts';
import { NoComplaints } from './complaints.ts';
import { placesOf } from './policy.ts';

/** Reads a file of cases, with the rule and place of all its complaints. */
export function readCases(
  source: string,
  setting: CaseSetting,
): { cases: readonly Case[] | undefined; refusals: string[] } {
  const complaints = new Complaints();
  const read = parseCases('tested.test.yml', source, setting, complaints);
  return { cases: read?.cases, refusals: placesOf(complaints.all) };
}

/** Cases that must read. */
export function casesFrom(source: string, setting: CaseSetting): readonly Case[] {
  const { cases, refusals } = readCases(source, setting);
  if (!cases) throw new Error(refusals.join('\n'));
  return cases;
}

/** The cases beside a role or a registry of a config folder, as `kite-sts test` reads them. */
export function testedBeside(role: Role | Registry, config: Config): TestedPolicy {
  const [tested] = readPolicyCases([role], config, new NoComplaints());
  if (!tested?.written) throw new Error(`${role.name} has no cases`);
  return tested;
}

export function casesBeside(role: Role | Registry, config: Config): readonly Case[] {
  return testedBeside(role, config).written?.cases ?? [];
}
