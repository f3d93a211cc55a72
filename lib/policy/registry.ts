import type { RegistryKind } from './registries/read.ts';
import type { TrustPolicy } from './trust.ts';

/** A compiled registry: whom a trust policy lets reach an HTTP API, and by which methods. Immutable plain data. */
export type Registry = TrustPolicy & {
  readonly name: string;
  readonly description: string | undefined;
  readonly contact: string | undefined;
  /** What it protects: this path and all below it. */
  readonly path: string;
  /** What it speaks; undefined where it does not say, and it cannot be told from the path. */
  readonly kind: RegistryKind | undefined;
  /** HTTP method to the scope that it needs; a method that is not here is denied. */
  readonly methods: Readonly<Record<string, string>>;
};
