import { isBelow } from '../policy/path.ts';
import type { Registry } from '../policy/registry.ts';
import type { IssuerRow } from '../token/issuer.ts';
import { digestPolicy } from './roles.ts';

/** A registry as it was when the request came, with the digest that goes into the audit event. */
export type RegistrySnapshot = { readonly registry: Registry; readonly digest: string };

export type RegistryStore = {
  /** The registry that protects this path; no two can, since load refuses paths below each other. */
  findByPath(path: string): RegistrySnapshot | undefined;
  /** The registry whose audience this is: no two have one. */
  findByAudience(audience: string): RegistrySnapshot | undefined;
  /** Those of container images. */
  readonly images: readonly RegistrySnapshot[];
};

/** The registries of one reviewed configuration, each with its digest: plain data. */
export function takeSnapshots(
  registries: readonly Registry[],
  rows: ReadonlyMap<string, IssuerRow>,
): readonly RegistrySnapshot[] {
  return registries.map(registry => ({ registry, digest: digestPolicy(registry, rows) }));
}

/** Nothing is added or changed while these serve. */
export function createFixedRegistries(kept: readonly RegistrySnapshot[]): RegistryStore {
  return {
    findByPath: path => kept.find(({ registry }) => isBelow(path, registry.path)),
    findByAudience: audience => kept.find(({ registry }) => registry.audience === audience),
    images: kept.filter(({ registry }) => registry.kind === 'oci'),
  };
}
