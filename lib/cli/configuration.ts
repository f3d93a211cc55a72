import { type Config, loadConfig } from '../config/load.ts';
import { readSettings, type Settings } from '../config/settings.ts';
import { suggestWord } from '../language/nearest.ts';
import type { Registry } from '../policy/registry.ts';
import type { Role } from '../policy/role.ts';
import type { PolicyItem } from '../review/compare/item.ts';
import { writeComplaints } from '../review/findings.ts';
import { Failure, type Flags, readFlag, type Terminal } from './verb.ts';

/** Settings from the environment, `--config` before them. Throws `Failure` with every complaint. */
export function readCommandSettings(flags: Flags, terminal: Terminal): Settings {
  const { settings, complaints } = readSettings(terminal.environment);
  if (complaints.length > 0) throw new Failure(writeComplaints(complaints));
  return { ...settings, config: readFlag(flags, 'config') ?? settings.config };
}

/** The whole configuration. Throws `Failure` with every complaint. */
export function openConfig(settings: Settings): Config {
  const { config, complaints } = loadConfig(settings.config);
  if (!config) throw new Failure(writeComplaints(complaints));
  return config;
}

/** All of this name. `says` is what the folder is said not to have; the nearest name that it has stands behind. */
function findAllNamed<T extends PolicyItem>(name: string, items: readonly T[], says: string): [T, ...T[]] {
  const [first, ...others] = items.filter(each => each.name === name);
  if (first) return [first, ...others];
  const names = items.map(each => each.name);
  throw new Failure(`${says} "${name}".${suggestWord(name, names)}\n`);
}

/** The registry of this name. Throws `Failure` with the nearest that there is. */
export function findConfiguredRegistry(name: string, config: Config): Registry {
  return findAllNamed(name, config.registries, `${config.folder} has no registry`)[0];
}

/** The role of this name. Throws `Failure` with the nearest that there is. */
export function findConfiguredRole(name: string, config: Config): Role {
  return findAllNamed(name, config.roles, `${config.folder} has no role`)[0];
}

/** Each role and registry of this name, the role first. Throws `Failure` with the nearest where there is none. */
export function findPolicies(name: string, config: Config): [PolicyItem, ...PolicyItem[]] {
  const all = [...config.roles, ...config.registries];
  return findAllNamed(name, all, `${config.folder} has no role and no registry`);
}
