import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../lib/config/load.ts';
import { type CaseSetting, parseCases } from '../../lib/policy/cases.ts';
import type { Complain, Complaint } from '../../lib/policy/complaint.ts';
import type { Registry } from '../../lib/policy/registry.ts';
import type { Role } from '../../lib/policy/role.ts';
import type { Case } from '../../lib/policy/trial.ts';
import { placesOf } from './policy.ts';

/** Reads a file of cases, with the rule and place of all its complaints. */
export const readCases = (
  source: string,
  setting: CaseSetting,
): { cases: readonly Case[] | undefined; refusals: string[] } => {
  const complaints: Complaint[] = [];
  const complain: Complain = (rule, place, message) => void complaints.push({ rule, place, message });
  const read = parseCases('tested.test.yml', source, setting, complain);
  return { cases: read?.cases, refusals: placesOf(complaints) };
};

/** Cases that must read. */
export const casesFrom = (source: string, setting: CaseSetting): readonly Case[] => {
  const { cases, refusals } = readCases(source, setting);
  if (!cases) throw new Error(refusals.join('\n'));
  return cases;
};

/** The cases beside a role or a registry of a config folder. */
export const casesBeside = (role: Role | Registry, { folder, rows }: Config): readonly Case[] => {
  const below = 'methods' in role ? 'registries' : 'roles';
  return casesFrom(readFileSync(join(folder, below, `${role.name}.test.yml`), 'utf8'), {
    role,
    issuers: rows,
  });
};
