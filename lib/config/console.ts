import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Complaint, Complaints } from '../language/complaint.ts';
import { readSessionDefaults, SESSION, type SessionDefaults } from '../language/session.ts';
import { findEntry } from '../language/tree.ts';
import type { Person } from '../policy/demand.ts';
import type { AppHost, Endpoint } from '../policy/endpoint.ts';
import type { IssuerRow } from '../token/issuer.ts';
import { type BrokerExcerpt, excerptBroker } from './broker-excerpt.ts';
import { type ConfigTexts, loadConfig } from './load.ts';
import { readSource } from './sources.ts';

/** A configuration as the console's page holds it: all that decides, and no key. */
export type ConsoleData = {
  readonly url: string;
  readonly audience: string;
  readonly session: SessionDefaults;
  readonly rows: readonly IssuerRow[];
  readonly endpoints: readonly Endpoint[];
  readonly apps: readonly (readonly [app: string, host: AppHost])[];
  /** Whom a role may name as approvers. */
  readonly people: readonly (readonly [name: string, people: readonly Person[]])[];
  /** Each role as its file has it, so that it can be edited. */
  readonly roles: readonly RoleText[];
  /** The test cases of roles, each by the name of its role. */
  readonly cases: readonly RoleText[];
  readonly broker: BrokerExcerpt;
  /** teams.yml as it is written: it bounds what is edited. */
  readonly teams?: string | undefined;
};

/** A file that belongs to a role, by the role's name. */
export type RoleText = { readonly name: string; readonly text: string };

/** The text of a file of the folder; undefined where there is none. */
function readPackagedText(...path: readonly string[]): string | undefined {
  const file = join(...path);
  return existsSync(file) ? readSource(file, new Complaints()) : undefined;
}

function listRoleTexts(texts: ConfigTexts): ConsoleData['roles'] {
  return texts.policies
    .filter(({ compiled }) => !('methods' in compiled))
    .map(({ compiled: { name }, tree }) => ({
      name,
      text: readSource(tree.place.file, new Complaints()) ?? '',
    }));
}

/** Reads the data of a page from the folder as it is now; undefined with all that is wrong with the folder. */
export function readConsoleData(folder: string): {
  readonly data: ConsoleData | undefined;
  readonly complaints: readonly Complaint[];
} {
  const loaded = loadConfig(folder);
  if (!loaded.config) return { data: undefined, complaints: loaded.complaints };
  const { config, written } = loaded;
  const session = findEntry(written.broker, 'session')?.value;
  return {
    data: {
      url: config.url,
      audience: config.audience,
      session: readSessionDefaults(session && SESSION.read(session, new Complaints())),
      // The page verifies no signature.
      rows: [...config.rows.values()].map(row => ({ ...row, origin: { keys: [] } })),
      endpoints: [...(config.endpoints?.values() ?? [])],
      apps: [...(config.apps ?? [])],
      people: [...(config.people ?? [])],
      roles: listRoleTexts(written),
      cases: config.roles.flatMap(({ name }) => {
        const text = readPackagedText(folder, 'roles', `${name}.test.yml`);
        return text === undefined ? [] : [{ name, text }];
      }),
      broker: excerptBroker(written.broker, readPackagedText(folder, 'broker.yml') ?? ''),
      teams: readPackagedText(folder, 'teams.yml'),
    },
    complaints: [],
  };
}
