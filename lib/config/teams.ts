import type { Complaints } from '../language/complaint.ts';
import { KINDS } from '../language/kinds.ts';
import { parse } from '../language/parse.ts';
import type { RoleDocument } from '../language/role.ts';
import {
  checked,
  integer,
  list,
  object,
  optional,
  record,
  required,
  type Shape,
  text,
} from '../language/shape.ts';
import { findEntry, listEntries, type Tree } from '../language/tree.ts';
import { findPatternFault, matchGlob } from '../policy/glob.ts';
import type { Role } from '../policy/role.ts';
import type { KindName } from '../policy/targets.ts';
import { boundRole, CEILING, checkCeiling, checkRoleCeiling } from './ceilings.ts';
import { PATTERN } from './pattern.ts';
import { listTargetPlaces } from './places.ts';

const OWNERS = list(
  text({
    max: 256,
    pattern: /^(@[\w./-]+|[\w.+-]+@[\w.-]+)$/,
    says: 'an owner as CODEOWNERS has them, such as "@acme/team-web"',
  }),
  20,
);

const PLACE = text({ max: 512, says: 'the name of an account, project, tenant or owner, quoted' });
/** A name with `*` or `?` is a pattern. */
const PLACES = list(
  checked(PLACE, 'pattern-refused', name => (/[*?]/.test(name) ? findPatternFault(name) : undefined)),
);

const TARGETS = object(
  Object.fromEntries(Object.keys(KINDS).map(kind => [kind, optional(PLACES)])),
) as Shape<{ readonly [kind in KindName]?: readonly string[] }>;

const TEAM = object({
  owners: required(OWNERS),
  roles: required(list(PATTERN)),
  targets: required(TARGETS),
  shared: optional(PLACES),
  max_seconds: optional(integer(30, 86_400, ' seconds')),
  knowingly: optional(list(text({ max: 64, says: 'the name of a kind of job, such as manual' }), 50)),
  ceiling: optional(CEILING),
});

const TEAMS = object({
  owners: required(OWNERS),
  teams: required(record(TEAM, 200)),
});

/** teams.yml, for editors. */
export const teamsSchema = TEAMS.schema;

type Team = NonNullable<ReturnType<typeof TEAM.read>>;

/** Who owns which roles, and how far those may reach: teams.yml. */
export type Teams = {
  /** Of all that no team owns, this file among it. */
  readonly owners: readonly string[];
  readonly teams: Readonly<Record<string, Team>>;
};

type CompiledRole = { readonly role: Role; readonly document: RoleDocument };

/** Finds the teams that have a role of this name, with their names. */
export function findTeams(role: string, teams: Teams['teams']): (readonly [name: string, team: Team])[] {
  return Object.entries(teams).filter(([, { roles }]) => roles.some(pattern => matchGlob(pattern, role)));
}

/** Finds the one team that has the role; complains where none or several have it. */
function findOnlyTeam(compiled: CompiledRole, teams: Teams, complaints: Complaints): TeamRole | undefined {
  const { role, document } = compiled;
  const found = findTeams(role.name, teams.teams);
  const [first] = found;
  if (first && found.length === 1) return { ...compiled, name: first[0], team: first[1] };
  const says = first ? `The teams ${found.map(([name]) => name).join(' and ')} have` : 'No team has';
  return complaints
    .at(document.tree)
    .say('team-unclear', `${says} the role ${role.name} among its roles in teams.yml. Exactly one must.`);
}

type TeamRole = CompiledRole & { readonly name: string; readonly team: Team };

function isPlaceNamed(name: string, patterns: readonly string[]): boolean {
  return patterns.some(pattern => pattern === name || matchGlob(pattern, name));
}

/** Complains of what a role reaches beyond its team, at the member of its file that says it. */
function complainOfExcess(owned: TeamRole, member: string, says: string, complaints: Complaints): void {
  const { tree } = owned.document;
  complaints.at(findEntry(tree, member) ?? tree).say('team-exceeded', says);
}

function checkTeamTargets(owned: TeamRole, complaints: Complaints): void {
  const { role, name, team } = owned;
  const { kind } = role.template;
  const allowed = team.targets[kind] ?? [];
  const beyond = listTargetPlaces(role.template)
    .filter(place => !place.some(name => isPlaceNamed(name, allowed)))
    .map(place => place.at(-1) ?? '');
  if (beyond.length === 0) return;
  const has = `teams.yml has ${allowed.join(', ') || 'nothing'} for ${kind}`;
  const says = `Roles of team ${name} may not target ${beyond.join(' or ')}: ${has}.`;
  complainOfExcess(owned, kind, says, complaints);
}

function checkLength(owned: TeamRole, complaints: Complaints): void {
  const { role, document, name, team } = owned;
  const { max_seconds: most } = team;
  if (most === undefined || role.session.max <= most) return;
  const session = findEntry(document.tree, 'session');
  const written = session && findEntry(session.value, 'max_seconds');
  complaints
    .at(written ?? session ?? document.tree)
    .say(
      'team-exceeded',
      `Sessions of team ${name} last at most ${most} seconds, and this role's up to ${role.session.max}. Say session: { max_seconds: ${most} }, or less.`,
    );
}

/** Checks that the team may admit all that its statements mean to admit (threat T97). */
function checkKnowingly(owned: TeamRole, complaints: Complaints): void {
  const { role, name, team } = owned;
  const allowed = team.knowingly ?? [];
  const jobs = new Set(role.trust.flatMap(({ knowingly }) => knowingly?.jobs ?? []));
  const beyond = [...jobs].filter(job => !allowed.includes(job));
  if (beyond.length === 0) return;
  const has = `teams.yml has ${allowed.join(', ') || 'none'}`;
  const says = `Roles of team ${name} may not admit ${beyond.join(' or ')} knowingly: ${has}.`;
  complainOfExcess(owned, 'trust', says, complaints);
}

/** Lists what is one team's when no other has it: an ARN, an account, an application, a repository, a user. */
function listTeamTargets(owned: TeamRole): readonly string[] {
  const { template } = owned.role;
  if (template.kind === 'jwt') return [];
  return listTargetPlaces(template).map(([house, target = house]) => `${template.kind} ${target}`);
}

/** Two teams that share a target have each other's rights there: both must say so (threat T44). */
function checkShared(all: readonly TeamRole[], complaints: Complaints): void {
  const holders = new Map<string, TeamRole[]>();
  for (const owned of all)
    for (const target of new Set(listTeamTargets(owned)))
      holders.set(target, [...(holders.get(target) ?? []), owned]);
  for (const [target, sharing] of holders) {
    const name = target.slice(target.indexOf(' ') + 1);
    const teams = [...new Set(sharing.map(each => each.name))];
    if (teams.length < 2 || sharing.every(({ team }) => isPlaceNamed(name, team.shared ?? []))) continue;
    const says = `The teams ${teams.join(' and ')} both have roles that lead to ${name}, so each has what the other has there. Give each a target of its own, or say shared: ["${name}"] of every one of them in teams.yml.`;
    for (const owned of sharing) complainOfExcess(owned, owned.role.template.kind, says, complaints);
  }
}

function complainOfCeilings(tree: Tree, teams: Teams, complaints: Complaints): void {
  for (const { key, value } of listEntries(findEntry(tree, 'teams')?.value)) {
    const team = teams.teams[key];
    if (team) checkCeiling(team, findEntry(value, 'ceiling')?.value, complaints);
  }
}

/**
 * Compiles the text of teams.yml, and complains of each role that is no team's, or that reaches further than its team
 * may. What a team does not name its roles may not target.
 */
export function compileTeams(
  file: string,
  source: string,
  roles: readonly CompiledRole[],
  complaints: Complaints,
): Teams | undefined {
  const tree = parse(file, source, complaints);
  const teams = tree && TEAMS.read(tree, complaints);
  if (!teams) return undefined;
  complainOfCeilings(tree, teams, complaints);
  const all = roles.flatMap(compiled => findOnlyTeam(compiled, teams, complaints) ?? []);
  for (const owned of all) {
    checkTeamTargets(owned, complaints);
    checkLength(owned, complaints);
    checkKnowingly(owned, complaints);
    const { role, document, name, team } = owned;
    if (team.ceiling)
      checkRoleCeiling({ role, tree: document.tree, team: name, ceiling: team.ceiling }, complaints);
  }
  checkShared(all, complaints);
  return teams;
}

/** Gives a role as it is issued: where its team has a ceiling, that is the session policy of one that has none. */
export function boundByTeam(role: Role, teams: Teams | undefined): Role {
  return boundRole(role, teams && findTeams(role.name, teams.teams)[0]?.[1].ceiling);
}
