import type { BrokerExcerpt } from '../../config/broker-excerpt.ts';
import type { ConsoleData, RoleText } from '../../config/console.ts';
import { boundByTeam, compileTeams, type Teams } from '../../config/teams.ts';
import { type Complaint, Complaints } from '../../language/complaint.ts';
import { compileRole, parseRole, type RoleDocument, type RoleSetting } from '../../language/role.ts';
import type { Role } from '../../policy/role.ts';
import type { PolicySet } from '../compare/policy.ts';

/** A role beside its text as it was read. */
export type WrittenRole = { readonly role: Role; readonly document: RoleDocument };

/** A role as its text reads: compiled, or all that is wrong with it. */
export type CompiledText = {
  readonly role: Role | undefined;
  readonly document: RoleDocument | undefined;
  readonly complaints: readonly Complaint[];
};

/** The data of the page: each role as its file has it, and what roles are compiled against. */
export type PageData = PolicySet & {
  readonly url: string;
  readonly setting: RoleSetting;
  readonly texts: ReadonlyMap<string, string>;
  /** The texts of test cases, by the names of their roles. */
  readonly cases: ReadonlyMap<string, string>;
  readonly written: readonly WrittenRole[];
  readonly broker: BrokerExcerpt;
  /** The text of teams.yml, where there is one. */
  readonly teamsText: string | undefined;
};

/** Where the file of a role stands, as complaints name it. */
export function nameRoleFile(name: string): string {
  return `roles/${name}.yml`;
}

/** Compiles the text of a role, as a broker does when it loads the file. */
export function compileRoleText(name: string, text: string, setting: RoleSetting): CompiledText {
  const complaints = new Complaints();
  const document = parseRole(name, nameRoleFile(name), text, complaints);
  const role = document && compileRole(document, setting, complaints);
  return { role, document, complaints: complaints.all };
}

function readTeams(text: string | undefined, written: readonly WrittenRole[]) {
  const complaints = new Complaints();
  const teams = text === undefined ? undefined : compileTeams('teams.yml', text, written, complaints);
  return { teams, complaints: complaints.all };
}

/** Compiles an edited role, and holds it against the bounds of its team. */
export function compileEdited(name: string, text: string, data: PageData): CompiledText {
  const compiled = compileRoleText(name, text, data.setting);
  const { role, document } = compiled;
  if (!role || !document || data.teamsText === undefined) return compiled;
  const others = data.written.filter(other => other.role.name !== name);
  const { teams, complaints } = readTeams(data.teamsText, [...others, { role, document }]);
  const own = complaints.filter(({ place }) => place.file === nameRoleFile(name));
  return { document, role: own.length > 0 ? undefined : boundByTeam(role, teams), complaints: own };
}

// A text field has LF alone, so any other ending of lines would look like an edit.
function indexTexts(texts: readonly RoleText[]): ReadonlyMap<string, string> {
  return new Map(texts.map(({ name, text }) => [name, text.replaceAll('\r\n', '\n')]));
}

function boundRoles(written: readonly WrittenRole[], teams: Teams | undefined): readonly WrittenRole[] {
  return written.map(({ role, document }) => ({ role: boundByTeam(role, teams), document }));
}

/** Compiles every role of these texts against a setting, within the bounds of a teams.yml. */
export function openHeldRoles(
  texts: ReadonlyMap<string, string>,
  teamsText: string | undefined,
  setting: RoleSetting,
): Pick<PageData, 'roles' | 'written' | 'teams'> & { readonly complaints: readonly Complaint[] } {
  const compiled = [...texts].map(([name, text]) => compileRoleText(name, text, setting));
  const read = compiled.flatMap(({ role, document }) => (role && document ? [{ role, document }] : []));
  const { teams, complaints } = readTeams(teamsText, read);
  const written = boundRoles(read, teams);
  return {
    roles: written.map(({ role }) => role),
    written,
    teams,
    complaints: [...compiled.flatMap(each => each.complaints), ...complaints],
  };
}

function openSetting(data: ConsoleData, issuers: PageData['rows']): RoleSetting {
  const { audience, session, endpoints, apps, people } = data;
  return {
    audience,
    session,
    issuers,
    endpoints: new Map(endpoints.map(each => [each.name, each])),
    apps: new Map(apps),
    people: new Map(people),
  };
}

/** Opens the data of a page. */
export function openData(data: ConsoleData): PageData {
  const { url, rows: listed, roles, cases, broker, teams: teamsText } = data;
  const rows = new Map(listed.map(row => [row.issuer, row]));
  const setting = openSetting(data, rows);
  const texts = indexTexts(roles);
  const { complaints: _none, ...opened } = openHeldRoles(texts, teamsText, setting);
  return {
    url,
    setting,
    rows,
    texts,
    cases: indexTexts(cases),
    broker,
    teamsText,
    ...opened,
  };
}
