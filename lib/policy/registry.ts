import type { RegistryKind } from './registries/read.ts';
import type { TrustPolicy } from './trust.ts';

/** A compiled registry: whom a trust policy lets reach an HTTP API, and by which methods. Immutable plain data. */
export type Registry = TrustPolicy & {
  readonly name: string;
  readonly description: string | undefined;
  readonly contact: string | undefined;
  /** The path that it protects, with all below it. */
  readonly path: string;
  /** The protocol that it speaks; undefined where it does not say, and the path does not tell. */
  readonly kind: RegistryKind | undefined;
  /** HTTP method to the scope that it needs; a method that is not here is denied. */
  readonly methods: Readonly<Record<string, string>>;
};
