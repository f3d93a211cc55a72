import type { ConsoleData } from '../../config/console.ts';
import { type Complaint, Complaints } from '../../language/complaint.ts';
import { compileRole, parseRole, type RoleSetting } from '../../language/role.ts';
import type { Role } from '../../policy/role.ts';
import type { PolicySet } from '../compare/policy.ts';

/** A role as its text reads: compiled, or all that is wrong with it. */
export type CompiledText = { readonly role: Role | undefined; readonly complaints: readonly Complaint[] };

/** The data of the page: each role as its file has it, and what roles are compiled against. */
export type PageData = PolicySet & {
  readonly url: string;
  readonly setting: RoleSetting;
  readonly texts: ReadonlyMap<string, string>;
};

/** Compiles the text of a role, as a broker does when it loads the file. */
export function compileRoleText(name: string, text: string, setting: RoleSetting): CompiledText {
  const complaints = new Complaints();
  const document = parseRole(name, `roles/${name}.yml`, text, complaints);
  return { role: document && compileRole(document, setting, complaints), complaints: complaints.all };
}

/** Opens the data of a page. */
export function openData(consoleData: ConsoleData): PageData {
  const { url, audience, session, rows, endpoints, apps, people, roles: written } = consoleData;
  const issuers = new Map(rows.map(row => [row.issuer, row]));
  const setting = {
    audience,
    session,
    issuers,
    endpoints: new Map(endpoints.map(each => [each.name, each])),
    apps: new Map(apps),
    people: new Map(people),
  };
  // A text field has LF alone, so any other ending of lines would look like an edit.
  const roles = written.map(({ name, text }) => ({ name, text: text.replaceAll('\r\n', '\n') }));
  return {
    url,
    setting,
    rows: issuers,
    texts: new Map(roles.map(({ name, text }) => [name, text])),
    roles: roles.flatMap(({ name, text }) => compileRoleText(name, text, setting).role ?? []),
  };
}
