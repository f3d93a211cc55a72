import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { audienceOf, audienceShape } from '../policy/audience.ts';
import type { Complain, Complaint, Place } from '../policy/complaint.ts';
import { ROLE_NAME } from '../policy/name.ts';
import { member, parse, type Tree } from '../policy/parse.ts';
import { compileRole, parseRole, type Role, type Setting } from '../policy/role.ts';
import { SESSION } from '../policy/session.ts';
import { tree as anyTree, list, object, optional, required, text } from '../policy/shape.ts';
import type { IssuerRow } from '../token/issuer.ts';
import { issuerRow } from './issuers.ts';

/** Everything that a broker is made from: files, checked and compiled. */
export type Config = {
  readonly folder: string;
  /** Our own issuer URL, without a trailing slash. */
  readonly url: string;
  /** What subject tokens are minted for unless a role says otherwise. */
  readonly audience: string;
  readonly rows: ReadonlyMap<string, IssuerRow>;
  readonly roles: readonly Role[];
};

/** Either a configuration, or everything that is wrong with it. */
export type Loaded =
  | { readonly config: Config; readonly complaints: [] }
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
  issuers: required(list(anyTree, 100)),
  session: optional(SESSION),
});

type Main = Omit<Config, 'roles' | 'folder'> & { readonly setting: Setting };

const start = (file: string): Place => ({ file, line: 1, column: 1 });

const rowsOf = (tree: Tree, url: string | undefined, complain: Complain): Map<string, IssuerRow> => {
  const rows = new Map<string, IssuerRow>();
  for (const item of tree.kind === 'list' ? tree.items : []) {
    const compiled = issuerRow(item, complain);
    if (!compiled) continue;
    const { row, place } = compiled;
    if (row.issuer === url)
      complain(
        'own-issuer',
        place,
        'Our own tokens are never subject tokens: whoever got one could trade it for another.',
      );
    if (rows.has(row.issuer)) complain('duplicate-issuer', place, `Two rows name the issuer ${row.issuer}.`);
    rows.set(row.issuer, row);
  }
  return rows;
};

const main = (file: string, source: string, complain: Complain): Main | undefined => {
  const tree = parse(file, source, complain);
  const read = tree && BROKER.read(tree, complain);
  const issuers = tree && member(tree, 'issuers')?.value;
  if (!issuers) return undefined;
  const rows = rowsOf(issuers, read?.url, complain);
  // What could not be read was complained of; the roles are compiled all the same, for their own complaints.
  const url = read?.url ?? '';
  const audience = read?.audience ? audienceOf(read.audience, complain) : url;
  const session = { seconds: read?.session?.seconds?.value, maxSeconds: read?.session?.max_seconds?.value };
  return { url, audience, rows, setting: { audience, issuers: rows, session } };
};

const roleFiles = (folder: string, complain: Complain): { name: string; path: string }[] => {
  const roles = join(folder, 'roles');
  if (!existsSync(roles)) {
    complain(
      'file-missing',
      start(roles),
      'There is no such folder. Each role is a file in it: roles/<name>.yml.',
    );
    return [];
  }
  return readdirSync(roles)
    .sort()
    .filter(file => !file.startsWith('.') && !file.endsWith('.test.yml'))
    .flatMap(file => {
      const name = file.replace(/\.yml$/, '');
      const path = join(roles, file);
      const fits = file.endsWith('.yml') && ROLE_NAME.test(name);
      if (!fits)
        complain(
          'file-name',
          start(path),
          'A role is a file <name>.yml, its name of a-z, 0-9 and - and at most 64 characters.',
        );
      return fits ? [{ name, path }] : [];
    });
};

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const readSource = (path: string, complain: Complain): string | undefined => {
  try {
    return utf8.decode(readFileSync(path));
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    complain(
      missing ? 'file-missing' : 'text-refused',
      start(path),
      missing ? 'There is no such file.' : 'The file cannot be read as UTF-8 text.',
    );
    return undefined;
  }
};

/**
 * Reads broker.yml and every role below the folder, checks and compiles them. All complaints come at
 * once, each with file, line and column, in the order of the files.
 */
export const loadConfig = (folder: string): Loaded => {
  const complaints: Complaint[] = [];
  const complain: Complain = (rule, place, message) => void complaints.push({ rule, place, message });
  const file = join(folder, 'broker.yml');
  const source = readSource(file, complain);
  const broker = source === undefined ? undefined : main(file, source, complain);
  const setting: Setting | undefined = broker?.setting;
  const roles: Role[] = [];
  for (const { name, path } of roleFiles(folder, complain)) {
    const content = readSource(path, complain);
    const document = content === undefined ? undefined : parseRole(name, path, content, complain);
    const role = document && setting && compileRole(document, setting, complain);
    if (role) roles.push(role);
  }
  if (!broker || complaints.length > 0) return { config: undefined, complaints };
  const { url, audience, rows } = broker;
  return { config: { folder, url, audience, rows, roles }, complaints: [] };
};
