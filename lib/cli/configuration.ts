import { type Config, loadConfig } from '../config/load.ts';
import { readSettings, type Settings } from '../config/settings.ts';
import { suggestWord } from '../language/nearest.ts';
import type { Registry } from '../policy/registry.ts';
import type { Role } from '../policy/role.ts';
import { writeComplaints } from './findings.ts';
import { Failure, type Flags, readFlag, type Terminal } from './verb.ts';

/** Settings from the environment, `--config` before them. Throws `Failure` with every complaint. */
export function readCommandSettings(flags: Flags, { environment }: Terminal): Settings {
  const { settings, complaints } = readSettings(environment);
  if (complaints.length > 0) throw new Failure(writeComplaints(complaints));
  return { ...settings, config: readFlag(flags, 'config') ?? settings.config };
}

/** The whole configuration. Throws `Failure` with every complaint. */
export function openConfig(settings: Settings): Config {
  const { config, complaints } = loadConfig(settings.config);
  if (!config) throw new Failure(writeComplaints(complaints));
  return config;
}

/** The registry of this name; throws `Failure` with the nearest. */
export function findConfiguredRegistry(name: string, { registries, folder }: Config): Registry {
  const found = registries.find(each => each.name === name);
  if (found) return found;
  const near = suggestWord(
    name,
    registries.map(each => each.name),
  );
  throw new Failure(`${folder} has no registry "${name}".${near}\n`);
}

/** Each role and registry of this name; throws `Failure` with the nearest where there is none. */
export function findPolicies(name: string, { roles, registries, folder }: Config): (Role | Registry)[] {
  const all = [...roles, ...registries];
  const found = all.filter(each => each.name === name);
  if (found.length > 0) return found;
  const near = suggestWord(
    name,
    all.map(each => each.name),
  );
  throw new Failure(`${folder} has no role and no registry "${name}".${near}\n`);
}

/** The role of this name. Throws `Failure` with the nearest that there is. */
export function findConfiguredRole(name: string, { roles, folder }: Config): Role {
  const names = roles.map(each => each.name);
  const role = roles.find(each => each.name === name);
  if (!role) throw new Failure(`${folder} has no role "${name}".${suggestWord(name, names)}\n`);
  return role;
}
