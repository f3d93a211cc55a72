import { join } from 'node:path';
import type { Complaints } from '../language/complaint.ts';
import { compileRegistry, parseRegistry, type RegistryDocument } from '../language/registry.ts';
import { findValue } from '../language/tree.ts';
import type { IssuerFacts } from '../policy/issuer.ts';
import { isBelow } from '../policy/path.ts';
import type { Registry } from '../policy/registry.ts';
import type { Role } from '../policy/role.ts';
import { readSources } from './sources.ts';

/** All that registries are compiled against: the issuers of broker.yml, and all that has an audience beside them. */
type RegistrySetting = {
  readonly issuers: ReadonlyMap<string, IssuerFacts>;
  readonly audience: string;
  readonly roles: readonly Pick<Role, 'audience' | 'template'>[];
};

/** A registry, with the document that it was compiled from. */
export type LoadedRegistry = { readonly registry: Registry; readonly document: RegistryDocument };

/** Lists the audiences of subject tokens at the exchange, and those of our own tokens for roles. */
function listOtherAudiences(setting: RegistrySetting): ReadonlySet<string> {
  const { issuers, audience, roles } = setting;
  return new Set([
    audience,
    ...roles.flatMap(({ audience: own, template }) =>
      template.kind === 'jwt' ? [own, template.audience] : [own],
    ),
    ...[...issuers.values()].flatMap(({ audiences }) => audiences),
  ]);
}

/** A token for one registry must open no other, and buy no role; and a path has one registry. */
function complainOfOverlaps(
  all: readonly LoadedRegistry[],
  setting: RegistrySetting,
  complaints: Complaints,
): void {
  const others = listOtherAudiences(setting);
  for (const [index, { registry, document }] of all.entries()) {
    const { audience, path } = registry;
    const earlier = all.slice(0, index).map(each => each.registry);
    if (others.has(audience) || earlier.some(each => each.audience === audience))
      complaints
        .at(findValue(document.tree, 'audience'))
        .wrongValue(
          `"${audience}" is the audience of something else too, so a token for the one would open the other.`,
        );
    const around = earlier.find(each => isBelow(path, each.path) || isBelow(each.path, path));
    if (around)
      complaints
        .at(findValue(document.tree, 'path'))
        .wrongValue(`${path} and ${around.path} of ${around.name} hold the same paths.`);
  }
}

/** Reads and compiles every `registries/<name>.yml` below the folder; none when there is no such folder. */
export function loadRegistries(
  folder: string,
  setting: RegistrySetting,
  complaints: Complaints,
): LoadedRegistry[] {
  const all = readSources(join(folder, 'registries'), 'A registry', complaints).flatMap(
    ({ name, path, source }) => {
      const document = parseRegistry(name, path, source, complaints);
      const registry = document && compileRegistry(document, setting.issuers, complaints);
      return registry ? [{ registry, document }] : [];
    },
  );
  complainOfOverlaps(all, setting, complaints);
  return all;
}
