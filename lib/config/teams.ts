import { existsSync } from 'node:fs';
import { join } from 'node:path';
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
import { findEntry, type Tree } from '../language/tree.ts';
import { findPatternFault, matchGlob } from '../policy/glob.ts';
import type { Role } from '../policy/role.ts';
import type { KindName } from '../policy/targets.ts';
import { boundRole, CEILING, checkCeiling, checkRoleCeiling } from './ceilings.ts';
import { PATTERN } from './pattern.ts';
import { listTargetPlaces } from './places.ts';
import { readSource } from './sources.ts';

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
function findOnlyTeam(compiledRole: CompiledRole, teams: Teams, complaints: Complaints) {
  const found = findTeams(compiledRole.role.name, teams.teams);
  const [first] = found;
  if (first && found.length === 1) return { name: first[0], team: first[1] };
  const says = first ? `The teams ${found.map(([name]) => name).join(' and ')} have` : 'No team has';
  return complaints
    .at(compiledRole.document.tree)
    .say(
      'team-unclear',
      `${says} the role ${compiledRole.role.name} among its roles in teams.yml. Exactly one must.`,
    );
}

type TeamRole = CompiledRole & { readonly name: string; readonly team: Team };

function isPlaceNamed(name: string, patterns: readonly string[]): boolean {
  return patterns.some(pattern => pattern === name || matchGlob(pattern, name));
}

function checkTeamTargets(owned: TeamRole, complaints: Complaints): void {
  const {
    role: { template },
    document,
    name,
    team,
  } = owned;
  const { kind } = template;
  const allowed = team.targets[kind] ?? [];
  const beyond = listTargetPlaces(template)
    .filter(place => !place.some(name => isPlaceNamed(name, allowed)))
    .map(place => place.at(-1) ?? '');
  if (beyond.length > 0)
    complaints
      .at(findEntry(document.tree, kind) ?? document.tree)
      .say(
        'team-exceeded',
        `Roles of team ${name} may not target ${beyond.join(' or ')}: teams.yml has ${allowed.join(', ') || 'nothing'} for ${kind}.`,
      );
}

function checkLength(owned: TeamRole, complaints: Complaints): void {
  const {
    role,
    document: { tree },
    name,
    team,
  } = owned;
  const { max_seconds: most } = team;
  if (most === undefined || role.session.max <= most) return;
  const session = findEntry(tree, 'session');
  const written = session && findEntry(session.value, 'max_seconds');
  complaints
    .at((written ?? session)?.place ?? tree.place)
    .say(
      'team-exceeded',
      `Sessions of team ${name} last at most ${most} seconds, and this role's up to ${role.session.max}. Say session: { max_seconds: ${most} }, or less.`,
    );
}

/** Checks that the team may admit all that its statements mean to admit (threat T97). */
function checkWords(owned: TeamRole, complaints: Complaints): void {
  const {
    role: { trust },
    document: { tree },
    name,
    team,
  } = owned;
  const allowed = team.knowingly ?? [];
  const beyond = trust
    .flatMap(({ knowingly }) => knowingly?.jobs ?? [])
    .filter(job => !allowed.includes(job));
  if (beyond.length > 0)
    complaints
      .at(findEntry(tree, 'trust') ?? tree)
      .say(
        'team-exceeded',
        `Roles of team ${name} may not admit ${[...new Set(beyond)].join(' or ')} knowingly: teams.yml has ${allowed.join(', ') || 'none'}.`,
      );
}

/** Lists what is one team's when no other has it: an ARN, an account, an application, a repository, a user. */
function listTeamTargets(owned: TeamRole): readonly string[] {
  const {
    role: { template },
  } = owned;
  return template.kind === 'jwt'
    ? []
    : listTargetPlaces(template).map(([house, target = house]) => `${template.kind} ${target}`);
}

/** Two teams that share a target have each other's rights there: both must say so (threat T44). */
function checkShared(owned: readonly TeamRole[], complaints: Complaints): void {
  const holders = new Map<string, TeamRole[]>();
  for (const each of owned)
    for (const target of new Set(listTeamTargets(each)))
      holders.set(target, [...(holders.get(target) ?? []), each]);
  for (const [target, sharing] of holders) {
    const name = target.slice(target.indexOf(' ') + 1);
    const teams = [...new Set(sharing.map(each => each.name))];
    if (teams.length < 2 || sharing.every(({ team }) => isPlaceNamed(name, team.shared ?? []))) continue;
    for (const { role, document } of sharing)
      complaints
        .at(findEntry(document.tree, role.template.kind) ?? document.tree)
        .say(
          'team-exceeded',
          `The teams ${teams.join(' and ')} both have roles that lead to ${name}, so each has what the other has there. Give each a target of its own, or say shared: ["${name}"] of every one of them in teams.yml.`,
        );
  }
}

/**
 * Reads teams.yml of a folder, if there is one, and complains of each role that is no team's, or that reaches
 * further than its team may. What a team does not name its roles may not target.
 */
export function readTeams(
  folder: string,
  roles: readonly CompiledRole[],
  complaints: Complaints,
): Teams | undefined {
  const file = join(folder, 'teams.yml');
  const source = existsSync(file) ? readSource(file, complaints) : undefined;
  const tree = source === undefined ? undefined : parse(file, source, complaints);
  const teams = tree && TEAMS.read(tree, complaints);
  if (!teams) return undefined;
  complainOfCeilings(tree, teams, complaints);
  const owned = roles.flatMap((compiled): TeamRole[] => {
    const found = findOnlyTeam(compiled, teams, complaints);
    return found ? [{ ...compiled, ...found }] : [];
  });
  for (const each of owned) {
    checkTeamTargets(each, complaints);
    checkLength(each, complaints);
    checkWords(each, complaints);
    const { role, document, name, team } = each;
    if (team.ceiling)
      checkRoleCeiling({ role, tree: document.tree, team: name, ceiling: team.ceiling }, complaints);
  }
  checkShared(owned, complaints);
  return teams;
}

function complainOfCeilings(tree: Tree, teams: Teams, complaints: Complaints): void {
  const written = findEntry(tree, 'teams')?.value;
  for (const { key, value } of written?.kind === 'map' ? written.entries : []) {
    const team = teams.teams[key];
    if (team) checkCeiling(team, findEntry(value, 'ceiling')?.value, complaints);
  }
}

/** Gives a role as it is issued: where its team has a ceiling, that is the session policy of one that has none. */
export function boundByTeam(role: Role, teams: Teams | undefined): Role {
  return boundRole(role, teams && findTeams(role.name, teams.teams)[0]?.[1].ceiling);
}
