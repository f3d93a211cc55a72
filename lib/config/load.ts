import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { audienceShape, compileAudience } from '../language/audience.ts';
import { type Complaint, Complaints } from '../language/complaint.ts';
import type { People } from '../language/demand.ts';
import { REGION } from '../language/kinds/aws.ts';
import { parse } from '../language/parse.ts';
import { compileRole, parseRole, type RoleDocument, type RoleSetting } from '../language/role.ts';
import { readSessionDefaults, SESSION } from '../language/session.ts';
import { list, object, optional, type Placed, raw, required, text } from '../language/shape.ts';
import { findEntry, findValue, listItems, type MapTree, type Tree } from '../language/tree.ts';
import type { AppHost, Endpoint } from '../policy/endpoint.ts';
import type { Registry } from '../policy/registry.ts';
import type { Role } from '../policy/role.ts';
import type { Limits } from '../stores/limits.ts';
import type { IssuerRow } from '../token/issuer.ts';
import { APPS, compileApps } from './apps.ts';
import { AUDIT, type AuditSetting, compileAudit } from './audit.ts';
import { compileEndpoints, complainOfAudiences, ENDPOINTS } from './endpoints.ts';
import { compileIssuerRow, rowSchema } from './issuers.ts';
import { compileLimits, LIMITS } from './limits.ts';
import { compilePeople, GROUPS, PEOPLE } from './people.ts';
import { type LoadedRegistry, loadRegistries } from './registries.ts';
import { complainOfEndings, locateFile, readSource, readSources } from './sources.ts';
import { boundByTeam, compileTeams, type Teams } from './teams.ts';

/** The settings of broker.yml alone, checked and compiled. */
export type BrokerSettings = {
  /** Our own issuer URL, without a trailing slash. */
  readonly url: string;
  /** The audience of subject tokens, unless a role says otherwise. */
  readonly audience: string;
  readonly rows: ReadonlyMap<string, IssuerRow>;
  readonly limits: Limits;
  /** Whose STS is asked while that of the home region is broken. */
  readonly secondRegion?: string | undefined;
  /** Where audit events go beside standard output, if anywhere. */
  readonly audit?: AuditSetting | undefined;
};

/** Everything that a broker is made from: files, checked and compiled. */
export type Config = BrokerSettings & {
  readonly folder: string;
  /** Services where a JWT of ours buys a token, by name. A role of one holds a copy of what it needs. */
  readonly endpoints?: ReadonlyMap<string, Endpoint>;
  /** GitHub Apps that are not on github.com, by id. */
  readonly apps?: ReadonlyMap<string, AppHost>;
  /** Whom roles may name as approvers. */
  readonly people?: People;
  readonly roles: readonly Role[];
  readonly registries: readonly Registry[];
  /** Undefined where no teams.yml is, so that roles are nobody's and everybody's. */
  readonly teams?: Teams | undefined;
};

/** The files of a configuration as they were read, for lint, which looks at the text itself. */
export type ConfigTexts = {
  readonly broker: Tree;
  readonly policies: readonly { readonly compiled: Role | Registry; readonly tree: MapTree }[];
};

/** Either a configuration, or everything that is wrong with it. */
export type LoadResult =
  | { readonly config: Config; readonly written: ConfigTexts; readonly complaints: [] }
  | { readonly config: undefined; readonly complaints: readonly Complaint[] };

const BROKER = object({
  url: required(
    text({
      max: 255,
      pattern: /^https:\/\/[A-Za-z0-9.-]+(:\d{1,5})?$/,
      says: 'an https URL without a trailing slash',
    }),
  ),
  audience: optional(audienceShape),
  issuers: required(list(raw(rowSchema), 100)),
  endpoints: optional(ENDPOINTS),
  apps: optional(APPS),
  session: optional(SESSION),
  people: optional(PEOPLE),
  groups: optional(GROUPS),
  limits: optional(LIMITS),
  audit: optional(AUDIT),
  aws: optional(object({ second_region: optional(REGION) })),
});

/** broker.yml, for editors. */
export const brokerSchema = BROKER.schema;

type CompiledBroker = {
  readonly ground: BrokerSettings;
  readonly setting: RoleSetting;
  readonly endpoints: ReadonlyMap<string, Placed<Endpoint>>;
  readonly apps: ReadonlyMap<string, AppHost>;
  readonly people: People;
  readonly tree: Tree;
};

function compileRows(tree: Tree, url: string | undefined, complaints: Complaints): Map<string, IssuerRow> {
  const rows = new Map<string, IssuerRow>();
  for (const item of listItems(tree)) {
    const row = compileIssuerRow(item, complaints);
    if (!row) continue;
    const here = complaints.at(item);
    if (row.issuer === url)
      here.say(
        'own-issuer',
        'Our own tokens are never subject tokens: whoever got one could trade it for another.',
      );
    if (rows.has(row.issuer)) here.repeated('duplicate-issuer', 'rows name the issuer', row.issuer);
    rows.set(row.issuer, row);
  }
  return rows;
}

/** Drops the places of rows. */
function dropPlaces(placed: CompiledBroker['endpoints']): ReadonlyMap<string, Endpoint> {
  return new Map([...placed].map(([name, { value }]) => [name, value]));
}

function compileBroker(file: string, source: string, complaints: Complaints): CompiledBroker | undefined {
  const tree = parse(file, source, complaints);
  const read = tree && BROKER.read(tree, complaints);
  const issuers = tree && findEntry(tree, 'issuers')?.value;
  if (!issuers) return undefined;
  const rows = compileRows(issuers, read?.url, complaints);
  // What could not be read was complained of; the roles are compiled all the same, for their own complaints.
  const url = read?.url ?? '';
  const audience = read?.audience ? compileAudience(read.audience, complaints) : url;
  const session = readSessionDefaults(read?.session);
  const people = compilePeople({ people: read?.people, groups: read?.groups }, tree, complaints);
  const limits = compileLimits(read?.limits);
  const secondRegion = read?.aws?.second_region;
  const audit = compileAudit(read?.audit, findEntry(tree, 'audit')?.value ?? tree, complaints);
  const ground = { url, audience, rows, limits, secondRegion, audit };
  const endpoints = compileEndpoints(findEntry(tree, 'endpoints')?.value, complaints);
  const apps = compileApps(read?.apps, findEntry(tree, 'apps')?.value, complaints);
  const setting = { audience, issuers: rows, session, people, endpoints: dropPlaces(endpoints), apps };
  return { ground, tree, endpoints, apps, people, setting };
}

type LoadedRole = { readonly role: Role; readonly document: RoleDocument };

function loadRoles(folder: string, setting: RoleSetting | undefined, complaints: Complaints): LoadedRole[] {
  const below = join(folder, 'roles');
  if (!existsSync(below) && !existsSync(join(folder, 'registries')))
    complaints
      .at(locateFile(below))
      .say('file-missing', 'There is no such folder. Each role is a file in it: roles/<name>.yml.');
  return readSources(below, 'A role', complaints).flatMap(({ name, path, source }) => {
    const document = parseRole(name, path, source, complaints);
    const role = document && setting && compileRole(document, setting, complaints);
    return role ? [{ role, document }] : [];
  });
}

/** How the external id begins that a role has when it names none. */
const OWN_ID = 'kite-sts:';

/** The proof that one role shows to its target is never that of another: who may write one file would be both (T44). */
function checkExternalIds(roles: readonly LoadedRole[], complaints: Complaints): void {
  const names = new Set(roles.map(({ role }) => role.name));
  for (const { role, document } of roles) {
    const { template } = role;
    if (template.kind !== 'aws' || template.via !== 'assume_role') continue;
    const { external_id: id } = template;
    const other = id.startsWith(OWN_ID) ? id.slice(OWN_ID.length) : role.name;
    if (other === role.name || !names.has(other)) continue;
    complaints
      .at(findEntry(findValue(document.tree, 'aws'), 'external_id') ?? document.tree)
      .wrongValue(
        `${id} is the external id of the role ${other}, whose target would take this role for it. Leave external_id out, or write one that is no role's.`,
      );
  }
}

/** Undefined where the folder has no teams.yml. */
function loadTeams(folder: string, roles: readonly LoadedRole[], complaints: Complaints): Teams | undefined {
  const file = join(folder, 'teams.yml');
  const source = existsSync(file) ? readSource(file, complaints) : undefined;
  return source === undefined ? undefined : compileTeams(file, source, roles, complaints);
}

/** The files of a folder, each compiled as far as it can be. */
type CompiledFolder = {
  readonly broker: CompiledBroker | undefined;
  readonly roles: readonly LoadedRole[];
  readonly registries: readonly LoadedRegistry[];
  readonly teams: Teams | undefined;
};

function compileFolder(folder: string, complaints: Complaints): CompiledFolder {
  const file = join(folder, 'broker.yml');
  const source = readSource(file, complaints);
  const broker = source === undefined ? undefined : compileBroker(file, source, complaints);
  const loaded = loadRoles(folder, broker?.setting, complaints);
  checkExternalIds(loaded, complaints);
  const roles = loaded.map(({ role }) => role);
  const registries = broker ? loadRegistries(folder, { ...broker.setting, roles }, complaints) : [];
  if (broker) {
    const { ground, endpoints } = broker;
    const compiled = { roles, registries: registries.map(({ registry }) => registry) };
    complainOfAudiences(endpoints, { ...ground, issuers: ground.rows, ...compiled }, complaints);
  }
  const teams = loadTeams(folder, loaded, complaints);
  complainOfEndings(folder, complaints);
  return { broker, roles: loaded, registries, teams };
}

function assembleConfig(folder: string, broker: CompiledBroker, compiled: CompiledFolder): LoadResult {
  const { teams, roles: loaded, registries } = compiled;
  const roles = loaded.map(({ role, document }) => ({
    role: boundByTeam(role, teams),
    tree: document.tree,
  }));
  return {
    config: {
      folder,
      ...broker.ground,
      endpoints: dropPlaces(broker.endpoints),
      apps: broker.apps,
      people: broker.people,
      roles: roles.map(({ role }) => role),
      registries: registries.map(({ registry }) => registry),
      teams,
    },
    written: {
      broker: broker.tree,
      policies: [
        ...roles.map(({ role, tree }) => ({ compiled: role, tree })),
        ...registries.map(({ registry, document }) => ({ compiled: registry, tree: document.tree })),
      ],
    },
    complaints: [],
  };
}

/**
 * Reads broker.yml, every role, every registry and teams.yml below the folder, checks and compiles them. All complaints
 * come at once, each with file, line and column, in the order of the files.
 */
export function loadConfig(folder: string): LoadResult {
  const complaints = new Complaints();
  const compiled = compileFolder(folder, complaints);
  const { broker } = compiled;
  if (!broker || complaints.all.length > 0) return { config: undefined, complaints: complaints.all };
  return assembleConfig(folder, broker, compiled);
}
