import type { Config } from '../../config/load.ts';
import { findTeams, type Teams } from '../../config/teams.ts';
import { JOB_KINDS } from '../../jobs/jobs.ts';
import { listBeyondBounds } from '../../language/kinds/iam-bounds.ts';
import type { Role } from '../../policy/role.ts';
import { judgeJobs, summarizeJobs } from './jobs.ts';

/** A part of a role that is beyond its team's ceiling: a kind of job that it admits, or an action that it gives. */
export type CeilingBreach = { readonly role: string; readonly says: string };

/** The proof of one team's ceiling, for every token that there can be. */
export type CeilingProof = {
  readonly team: string;
  readonly roles: number;
  readonly breaches: readonly CeilingBreach[];
  /** Names of kinds of jobs that no issuer has: they bound nothing. */
  readonly unknown: readonly string[];
};

type Team = Teams['teams'][string];

function listJobsBeyond(role: Role, team: Team, config: Pick<Config, 'rows'>): string[] {
  const allowed = team.ceiling?.jobs;
  if (!allowed || role.disabled !== undefined) return [];
  return summarizeJobs(judgeJobs(role, config.rows))
    .filter(each => each.answer === 'admits' && !allowed.includes(each.kind.name))
    .map(each => `admits ${each.kind.name}`);
}

function listActionsBeyond(role: Role, team: Team): string[] {
  const { template } = role;
  const bounds = team.ceiling?.aws;
  if (template.kind !== 'aws' || bounds === undefined || bounds === 'unbounded') return [];
  const beyond = template.policy
    ? listBeyondBounds(template.policy, bounds)
    : [{ action: '*', resource: '*' }];
  return beyond.map(each => `gives ${each.action} on ${each.resource}`);
}

const KNOWN = new Set(Object.values(JOB_KINDS).flatMap(kinds => kinds.map(each => each.name)));

/**
 * Proves the ceiling of each team that has one. What load and lint have refused is proved again, from what is issued.
 */
export function proveCeilings(config: Pick<Config, 'teams' | 'roles' | 'rows'>): CeilingProof[] {
  const { teams, roles, rows } = config;
  return Object.entries(teams?.teams ?? {}).flatMap(([name, team]) => {
    if (!team.ceiling || !teams) return [];
    const own = roles.filter(role => findTeams(role.name, teams.teams)[0]?.[0] === name);
    const breaches = own.flatMap(role =>
      [...listJobsBeyond(role, team, { rows }), ...listActionsBeyond(role, team)].map(says => ({
        role: role.name,
        says,
      })),
    );
    const unknown = (team.ceiling.jobs ?? []).filter(job => !KNOWN.has(job));
    return [{ team: name, roles: own.length, breaches, unknown }];
  });
}
