import type { Claims } from '../../policy/claims.ts';
import type { Registry } from '../../policy/registry.ts';
import type { Role } from '../../policy/role.ts';
import type { IssuerRow } from '../../token/issuer.ts';
import type { Guardrails } from './guardrails.ts';

/** As much of a configuration as decides. */
export type Policy = Guardrails & {
  readonly roles: readonly Role[];
  readonly registries?: readonly Registry[] | undefined;
  readonly rows: ReadonlyMap<string, IssuerRow>;
};

/** Two versions of it. */
export type Policies = { readonly before: Policy; readonly after: Policy };

/** What is asked of it. */
export type Asked = {
  /** The claims of a plain job of an issuer, for witnesses that read well. */
  readonly sampleOf: (issuer: string) => Claims;
  /** Seconds since the epoch. */
  readonly from: number;
};
