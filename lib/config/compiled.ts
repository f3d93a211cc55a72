import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openRoles, writeRoles } from '../stores/compiled.ts';
import {
  createFixedRegistries,
  type RegistrySnapshot,
  type RegistryStore,
  takeSnapshots,
} from '../stores/registries.ts';
import type { RoleStore } from '../stores/roles.ts';
import { createFixedRoles } from '../stores/roles.ts';
import type { IssuerRow } from '../token/issuer.ts';
import type { Config, Ground } from './load.ts';

/** What a broker is made from, whether it was loaded from files or was compiled when packaging. */
export type BrokerConfig = Ground & {
  /** The closed set of what subject tokens may be minted for: the default, and each role's own. */
  readonly audiences: ReadonlySet<string>;
  readonly roles: RoleStore;
};

/** What stands in front of registries is made from. It knows no role, and their audiences alone. */
export type AuthorizerConfig = Pick<BrokerConfig, 'url' | 'rows' | 'audiences' | 'limits'> & {
  readonly registries: RegistryStore;
};

function groundOf({ url, audience, rows, limits, secondRegion, audit }: Ground): Ground {
  return {
    url,
    audience,
    rows,
    limits,
    secondRegion,
    audit,
  };
}

function audiencesOf({ audience, roles }: Config): ReadonlySet<string> {
  return new Set([audience, ...roles.map(role => role.audience)]);
}

/** For a process that has the files at hand. */
export function loadedConfig(config: Config): BrokerConfig {
  return {
    ...groundOf(config),
    audiences: audiencesOf(config),
    roles: createFixedRoles(config.roles, config.rows),
  };
}

function authorizerConfig(
  { url, rows, limits }: Pick<Config, 'url' | 'rows' | 'limits'>,
  kept: readonly RegistrySnapshot[],
): AuthorizerConfig {
  return {
    url,
    limits,
    // What a row takes beside the broker's audience is for roles.
    rows: new Map([...rows].map(([issuer, row]) => [issuer, { ...row, audiences: [] }])),
    audiences: new Set(kept.map(({ registry }) => registry.audience)),
    registries: createFixedRegistries(kept),
  };
}

/** The same of registries. */
export function loadedRegistries(config: Config): AuthorizerConfig {
  return authorizerConfig(config, takeSnapshots(config.registries, config.rows));
}

const BROKER = 'broker.json';
const REGISTRIES = 'registries.json';
type Written = Omit<Ground, 'rows'> & {
  readonly rows: readonly IssuerRow[];
  readonly audiences: readonly string[];
};

/**
 * Writes a configuration as data, when packaging: nothing parses YAML in Lambda, and the digest of each role is
 * the one that was reviewed. The same configuration gives the same bytes.
 */
export function writeCompiled(folder: string, config: Config): void {
  mkdirSync(folder, { recursive: true });
  const written: Written = {
    ...groundOf(config),
    rows: [...config.rows.values()],
    audiences: [...audiencesOf(config)],
  };
  writeFileSync(join(folder, BROKER), `${JSON.stringify(written)}\n`);
  writeRoles(folder, config.roles, config.rows);
  if (config.registries.length > 0)
    writeFileSync(
      join(folder, REGISTRIES),
      `${JSON.stringify(takeSnapshots(config.registries, config.rows))}\n`,
    );
}

function read<T>(folder: string, file: string): T {
  return JSON.parse(readFileSync(join(folder, file), 'utf8')) as T;
}

function rowsOf({ rows }: Written): ReadonlyMap<string, IssuerRow> {
  return new Map(rows.map(row => [row.issuer, row]));
}

/** Opens what `writeCompiled` wrote. Roles are read one by one, when they are asked for. */
export function openCompiled(folder: string): BrokerConfig {
  const written = read<Written>(folder, BROKER);
  return {
    ...written,
    rows: rowsOf(written),
    audiences: new Set(written.audiences),
    roles: openRoles(folder),
  };
}

/** Opens what `writeCompiled` wrote of registries: nothing where there are none. */
export function openRegistries(folder: string): AuthorizerConfig {
  const written = read<Written>(folder, BROKER);
  const kept = existsSync(join(folder, REGISTRIES))
    ? read<readonly RegistrySnapshot[]>(folder, REGISTRIES)
    : [];
  return authorizerConfig({ ...written, rows: rowsOf(written) }, kept);
}
