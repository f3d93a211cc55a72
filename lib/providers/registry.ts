import type { Access } from '../policy/registries/grammar.ts';
import type { Origin } from '../token/origin.ts';
import { createClaimSigner, type Signed, type SigningSetting } from './signed.ts';

/** `typ` of what opens a registry, of its own: it is no access token, and no subject token anywhere. */
export const REGISTRY_TYPE = 'kite-sts-registry+jwt';
/** Seconds for which it opens at most: clients ask for a new one by themselves. */
export const REGISTRY_SECONDS = 60;

/** The content of a registry token: all that is asked of it when it is used. */
export type RegistryGrant = {
  readonly registry: string;
  readonly audience: string;
  readonly access: readonly Access[];
  readonly scopes: readonly string[];
  readonly statement: string;
  /** `sub` of the subject token, for the audit event. */
  readonly holder: string;
  /** By what it can be switched off. */
  readonly origin: Origin;
  /** By which its uses are counted: the tenant and, last, its pipeline. */
  readonly counted: readonly (string | null)[];
  /** The only address that may use it; undefined where the policy looks at none. */
  readonly sourceAddress: string | undefined;
  readonly seconds: number;
};

/** Makes what opens one registry for a moment. `now` is in seconds since the epoch. */
export type SignRegistryToken = (grant: RegistryGrant, now: number) => Promise<Signed>;

/**
 * Makes the token of a registry, as the Distribution specification has it (`access`).
 * https://github.com/distribution/distribution/blob/main/docs/content/spec/auth/jwt.md
 */
export function createRegistrySigner(setting: SigningSetting): SignRegistryToken {
  const sign = createClaimSigner(setting);
  return (grant, now) => {
    const { registry, audience, access, scopes, statement, holder, origin, counted, sourceAddress, seconds } =
      grant;
    const claims = {
      access,
      scope: scopes.join(' '),
      statement,
      holder,
      origin,
      counted,
      ...(sourceAddress === undefined ? {} : { source_address: sourceAddress }),
    };
    return sign(REGISTRY_TYPE, { subject: `registry:${registry}`, audience, seconds, claims }, now);
  };
}
