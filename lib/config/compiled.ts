import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compiledRoles, writeRoles } from '../stores/compiled.ts';
import type { RoleStore } from '../stores/roles.ts';
import { fixedRoles } from '../stores/roles.ts';
import type { IssuerRow } from '../token/issuer.ts';
import type { Config } from './load.ts';

/** What a broker is made from, whether it was loaded from files or was compiled when packaging. */
export type BrokerConfig = {
  /** Our own issuer URL, without a trailing slash. */
  readonly url: string;
  /** What subject tokens are minted for unless a role says otherwise. */
  readonly audience: string;
  readonly rows: ReadonlyMap<string, IssuerRow>;
  /** The closed set of what subject tokens may be minted for: the default, and each role's own. */
  readonly audiences: ReadonlySet<string>;
  readonly roles: RoleStore;
};

const audiencesOf = ({ audience, roles }: Config): ReadonlySet<string> =>
  new Set([audience, ...roles.map(role => role.audience)]);

/** For a process that has the files at hand. */
export const loadedConfig = (config: Config): BrokerConfig => ({
  url: config.url,
  audience: config.audience,
  rows: config.rows,
  audiences: audiencesOf(config),
  roles: fixedRoles(config.roles, config.rows),
});

const BROKER = 'broker.json';
type Written = {
  readonly url: string;
  readonly audience: string;
  readonly rows: readonly IssuerRow[];
  readonly audiences: readonly string[];
};

/**
 * Writes a configuration as data, when packaging: nothing parses YAML in Lambda, and the digest of each role is
 * the one that was reviewed. The same configuration gives the same bytes.
 */
export const writeCompiled = (folder: string, config: Config): void => {
  mkdirSync(folder, { recursive: true });
  const written: Written = {
    url: config.url,
    audience: config.audience,
    rows: [...config.rows.values()],
    audiences: [...audiencesOf(config)],
  };
  writeFileSync(join(folder, BROKER), `${JSON.stringify(written)}\n`);
  writeRoles(folder, config.roles, config.rows);
};

/** Opens what `writeCompiled` wrote. Roles are read one by one, when they are asked for. */
export const openCompiled = (folder: string): BrokerConfig => {
  const { url, audience, rows, audiences } = JSON.parse(
    readFileSync(join(folder, BROKER), 'utf8'),
  ) as Written;
  return {
    url,
    audience,
    rows: new Map(rows.map(row => [row.issuer, row])),
    audiences: new Set(audiences),
    roles: compiledRoles(folder),
  };
};
