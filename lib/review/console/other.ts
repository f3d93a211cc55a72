import type { ConsoleData } from '../../config/console.ts';
import type { Complaint } from '../../language/complaint.ts';
import { ROLE_NAME } from '../../policy/name.ts';
import type { PolicySet } from '../compare/policy.ts';
import { openData, openHeldRoles, type PageData } from './held.ts';

/** A file that somebody picked, by its path within the folder that was picked. */
export type PickedFile = { readonly path: string; readonly text: string };

/** Another configuration to compare this page's with. */
export type OtherPolicy = {
  readonly policy: PolicySet;
  /** Roles that could not be read: they are left out on both sides. */
  readonly unread: readonly string[];
  readonly complaints: readonly Complaint[];
  /** Notes for whoever reads the comparison. */
  readonly notes: readonly string[];
};

const WANTED = /(?:^|\/)(?:(?:broker|teams)\.yml|roles\/[^/]+\.yml)$/;

/** Whether a file of a picked folder is part of a configuration. Test cases decide nothing. */
export function isWantedFile(path: string): boolean {
  return WANTED.test(path) && !path.endsWith('.test.yml');
}

function findFolder(path: string): string {
  return path.replace(/(?:roles\/)?[^/]+$/, '');
}

/** The folder that lies nearest to the one that was picked. */
function findNearestFolder(files: readonly PickedFile[]): string | undefined {
  const withBroker = files.filter(({ path }) => path.endsWith('broker.yml'));
  const folders = (withBroker.length > 0 ? withBroker : files).map(({ path }) => findFolder(path));
  return folders.toSorted((a, b) => a.split('/').length - b.split('/').length)[0];
}

const OWN_BROKER =
  'Issuers, their guards and audiences are taken from the broker.yml of this page. To compare those too, drop the file that kite-sts console writes of that folder.';

/**
 * Opens the files of a folder as another configuration. Its roles are compiled against the broker.yml of this page;
 * undefined where there is no role among them.
 */
export function openFolder(picked: readonly PickedFile[], data: PageData): OtherPolicy | undefined {
  const files = picked.filter(({ path }) => isWantedFile(path));
  const folder = findNearestFolder(files);
  const own = new Map(
    files
      .filter(({ path }) => findFolder(path) === folder)
      .map(({ path, text }) => [path.slice(folder?.length), text.replaceAll('\r\n', '\n')]),
  );
  const texts = [...own].flatMap(([path, text]) => {
    const [, name = ''] = /^roles\/(.+)\.yml$/.exec(path) ?? [];
    return ROLE_NAME.test(name) ? [[name, text] as const] : [];
  });
  if (texts.length === 0) return undefined;
  const { roles, teams, complaints } = openHeldRoles(new Map(texts), own.get('teams.yml'), data.setting);
  const read = new Set(roles.map(({ name }) => name));
  return {
    policy: { roles, teams, rows: data.rows },
    unread: texts.map(([name]) => name).filter(name => !read.has(name)),
    complaints,
    notes: [OWN_BROKER],
  };
}

const DATA = /<script type="application\/json" id="configuration">([^<]*)<\/script>/;

/** Opens a page that `kite-sts console` wrote as another configuration; undefined where the text is none of this version. */
export function openPageFile(html: string): OtherPolicy | undefined {
  const [, json] = DATA.exec(html) ?? [];
  if (json === undefined) return undefined;
  try {
    const policy = openData(JSON.parse(json) as ConsoleData);
    return { policy, unread: [], complaints: [], notes: [] };
  } catch {
    // A page of another version, or no page of ours: whatever is missing in it, it cannot be compared.
    return undefined;
  }
}
