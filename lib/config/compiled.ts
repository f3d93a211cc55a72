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
import type { BrokerSettings, Config } from './load.ts';

/** The configuration of a broker, whether it was loaded from files or was compiled when packaging. */
export type BrokerConfig = BrokerSettings & {
  /** The closed set of what subject tokens may be minted for: the default, and each role's own. */
  readonly audiences: ReadonlySet<string>;
  readonly roles: RoleStore;
};

/** The configuration of the function in front of registries. It knows no role, and their audiences alone. */
export type AuthorizerConfig = Pick<BrokerConfig, 'url' | 'rows' | 'audiences' | 'limits'> & {
  readonly registries: RegistryStore;
};

function pickBrokerSettings(settings: BrokerSettings): BrokerSettings {
  const { url, audience, rows, limits, secondRegion, audit } = settings;
  return {
    url,
    audience,
    rows,
    limits,
    secondRegion,
    audit,
  };
}

function listTokenAudiences(config: Config): ReadonlySet<string> {
  return new Set([config.audience, ...config.roles.map(role => role.audience)]);
}

/** Creates the configuration of a broker, for a process that has the files at hand. */
export function createBrokerConfig(config: Config): BrokerConfig {
  return {
    ...pickBrokerSettings(config),
    audiences: listTokenAudiences(config),
    roles: createFixedRoles(config.roles, config.rows),
  };
}

function assembleAuthorizerConfig(
  config: Pick<Config, 'url' | 'rows' | 'limits'>,
  kept: readonly RegistrySnapshot[],
): AuthorizerConfig {
  const { url, rows, limits } = config;
  return {
    url,
    limits,
    // What a row takes beside the broker's audience is for roles.
    rows: new Map([...rows].map(([issuer, row]) => [issuer, { ...row, audiences: [] }])),
    audiences: new Set(kept.map(({ registry }) => registry.audience)),
    registries: createFixedRegistries(kept),
  };
}

/** Creates the configuration of what stands in front of registries, for a process that has the files at hand. */
export function createAuthorizerConfig(config: Config): AuthorizerConfig {
  return assembleAuthorizerConfig(config, takeSnapshots(config.registries, config.rows));
}

const BROKER = 'broker.json';
const REGISTRIES = 'registries.json';
type CompiledSettings = Omit<BrokerSettings, 'rows'> & {
  readonly rows: readonly IssuerRow[];
  readonly audiences: readonly string[];
};

/**
 * Writes a configuration as data, when packaging: nothing parses YAML in Lambda, and the digest of each role is
 * the one that was reviewed. The same configuration gives the same bytes.
 */
export function writeCompiled(folder: string, config: Config): void {
  mkdirSync(folder, { recursive: true });
  const written: CompiledSettings = {
    ...pickBrokerSettings(config),
    rows: [...config.rows.values()],
    audiences: [...listTokenAudiences(config)],
  };
  writeFileSync(join(folder, BROKER), `${JSON.stringify(written)}\n`);
  writeRoles(folder, config.roles, config.rows);
  if (config.registries.length > 0)
    writeFileSync(
      join(folder, REGISTRIES),
      `${JSON.stringify(takeSnapshots(config.registries, config.rows))}\n`,
    );
}

function readCompiledFile<T>(folder: string, file: string): T {
  return JSON.parse(readFileSync(join(folder, file), 'utf8')) as T;
}

function indexRows(settings: CompiledSettings): ReadonlyMap<string, IssuerRow> {
  return new Map(settings.rows.map(row => [row.issuer, row]));
}

/** Opens what `writeCompiled` wrote. Roles are read one by one, when they are asked for. */
export function openCompiled(folder: string): BrokerConfig {
  const written = readCompiledFile<CompiledSettings>(folder, BROKER);
  return {
    ...written,
    rows: indexRows(written),
    audiences: new Set(written.audiences),
    roles: openRoles(folder),
  };
}

/** Opens what `writeCompiled` wrote of registries: nothing where there are none. */
export function openRegistries(folder: string): AuthorizerConfig {
  const written = readCompiledFile<CompiledSettings>(folder, BROKER);
  const kept = existsSync(join(folder, REGISTRIES))
    ? readCompiledFile<readonly RegistrySnapshot[]>(folder, REGISTRIES)
    : [];
  return assembleAuthorizerConfig({ ...written, rows: indexRows(written) }, kept);
}
