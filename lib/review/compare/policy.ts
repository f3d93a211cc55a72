import type { Claims } from '../../policy/claims.ts';
import type { Registry } from '../../policy/registry.ts';
import type { Role } from '../../policy/role.ts';
import type { IssuerRow } from '../../token/issuer.ts';
import type { Guardrails } from './guardrails.ts';

/** As much of a configuration as decides. */
export type PolicySet = Guardrails & {
  readonly roles: readonly Role[];
  readonly registries?: readonly Registry[] | undefined;
  readonly rows: ReadonlyMap<string, IssuerRow>;
};

/** Two versions of it. */
export type PolicyVersions = { readonly before: PolicySet; readonly after: PolicySet };

/** How to search it. */
export type SearchOptions = {
  /** The claims of a plain job of an issuer, for witnesses that read well. */
  readonly findSample: (issuer: string) => Claims;
  /** Seconds since the epoch. */
  readonly from: number;
};
