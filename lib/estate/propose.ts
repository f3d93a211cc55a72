import { listTargetPlaces } from '../config/places.ts';
import type { ProposedRole } from './migrated-role.ts';
import { createIssuerRow } from './migrated-role.ts';

/** All that was brought in, as a configuration: files by their paths below its folder. */
export type ProposedFiles = ReadonlyMap<string, string>;

type Owned = { readonly role: ProposedRole; readonly account: string; readonly team: string | undefined };

function listRoleIssuers(roles: readonly Owned[]): string[] {
  return [...new Set(roles.flatMap(each => each.role.role.trust.map(({ issuer }) => issuer)))].sort();
}

/** A broker.yml for whoever has none yet. */
export function writeBroker(roles: readonly Owned[]): string {
  const rows = listRoleIssuers(roles).map(issuer => `  - ${createIssuerRow(issuer).yaml}`);
  return `# The address that your broker will have. Nobody can own a name below .example: deploy refuses this one.
url: https://sts.your-organization.example

# Add a guard to each, such as require: { organization_slug: your-organization }: no other gets past it then.
issuers:
${rows.join('\n')}
`;
}

/** The name of a team in teams.yml: text in quotes, whatever the tag holds. */
function quoteYaml(text: string): string {
  return JSON.stringify(text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, '?').slice(0, 256));
}

/** At most so many names are listed for one team: it is what the loader takes. */
const MOST_NAMES = 100;
const MOST_TEAMS = 200;

function groupTeams(roles: readonly Owned[]): Map<string, Owned[]> {
  const teams = new Map<string, Owned[]>();
  for (const each of roles) {
    const team = each.team ?? 'unassigned';
    teams.set(team, [...(teams.get(team) ?? []), each]);
  }
  return teams;
}

/** The accounts, projects, tenants and owners that roles of one kind lead to. */
function listHouses(owned: readonly Owned[], kind: string): string[] {
  const templates = owned.map(each => each.role.role.template).filter(each => each.kind === kind);
  return [...new Set(templates.flatMap(listTargetPlaces).map(([house]) => house))].sort();
}

/** A teams.yml by the tags or paths of the roles; undefined where there are more than it can hold. */
export function writeTeams(roles: readonly Owned[], owner: string): string | undefined {
  const teams = groupTeams(roles);
  if (teams.size > MOST_TEAMS || [...teams.values()].some(each => each.length > MOST_NAMES)) return undefined;
  const parts = [...teams]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([team, owned]) => {
      const kinds = [...new Set(owned.map(each => each.role.role.template.kind))].sort();
      const targets = kinds.map(kind => `${kind}: [${listHouses(owned, kind).map(quoteYaml).join(', ')}]`);
      const names = owned.map(each => each.role.name).sort();
      return `  ${quoteYaml(team)}:\n    owners: [${quoteYaml(owner)}]\n    roles: [${names.join(', ')}]\n    targets: { ${targets.join(', ')} }\n`;
    });
  return `# By the tags or the paths that the roles have in AWS. Name the owners of each team.\nowners: [${quoteYaml(owner)}]\nteams:\n${parts.join('')}`;
}

/** Literals that all trust statements of an issuer bind a claim to; undefined where one does not. */
function listBound(roles: readonly Owned[], issuer: string, claim: string): string[] | undefined {
  const statements = roles.flatMap(each => each.role.role.trust).filter(each => each.issuer === issuer);
  const bound = statements.map(each =>
    each.conditions.find(
      ({ name, operator }) => name === claim && (operator === 'equals' || operator === 'in'),
    ),
  );
  if (!bound.every(each => each !== undefined)) return undefined;
  return [...new Set(bound.flatMap(each => each.operands.map(String)))].sort();
}

const OWNERS = ['organization_slug', 'repository_owner', 'namespace_path', 'terraform_organization_name'];
const MOST_OWNERS = 20;

/** Sentences that hold of what was brought in, so that they hold of what comes later too. */
export function writeInvariants(roles: readonly Owned[]): string {
  const sentences = listRoleIssuers(roles).flatMap((issuer, at) =>
    OWNERS.flatMap(claim => {
      const owners = listBound(roles, issuer, claim);
      if (!owners || owners.length === 0 || owners.length > MOST_OWNERS) return [];
      return [
        `- id: own-jobs-${at + 1}
  says: ${quoteYaml(`No job of ${issuer} has any role but those of ${owners.join(', ')}.`)}
  never:
    - iss: ${issuer}
      claims: { ${claim}: { not_in: [${owners.map(quoteYaml).join(', ')}] } }
`,
      ];
    }),
  );
  const ofAws = roles.filter(each => each.role.role.template.kind === 'aws');
  const accounts = [...new Set(ofAws.map(each => each.account))].sort();
  const targets = `- id: own-accounts
  says: Every role of AWS is in an account that was ours when the roles were brought in.
  roles: "*"
  targets: { aws.role_arn: [${accounts.map(account => quoteYaml(`arn:aws*:iam::${account}:role/*`)).join(', ')}] }
`;
  return [...sentences, ...(accounts.length > 0 && accounts.length <= 50 ? [targets] : [])].join('\n');
}

/** Every file of a configuration for these roles. Cases are handed in, by the name of the role. */
export function proposeFiles(
  roles: readonly Owned[],
  cases: (role: ProposedRole) => string | undefined,
  owner: string | undefined,
): ProposedFiles {
  const files = new Map([['broker.yml', writeBroker(roles)]]);
  const invariants = writeInvariants(roles);
  if (invariants !== '') files.set('invariants.yml', invariants);
  const teams = owner === undefined ? undefined : writeTeams(roles, owner);
  if (teams !== undefined) files.set('teams.yml', teams);
  for (const { role } of roles) {
    files.set(`roles/${role.name}.yml`, role.text);
    const written = cases(role);
    if (written !== undefined) files.set(`roles/${role.name}.test.yml`, written);
  }
  return files;
}
