import type { JWK } from 'jose';
import type { Condition } from '../policy/condition.ts';
import type { IssuerFacts } from '../policy/issuer.ts';
import type { Labels, PresetName } from './presets.ts';

/** Where an issuer's keys come from: pinned in configuration, never from a token or a discovery document. */
export type KeyPlace = { readonly uri: string } | { readonly keys: readonly JWK[] };

/** One compiled row of `issuers` in broker.yml: an issuer that we trust, and with what. */
export type IssuerRow = IssuerFacts & {
  readonly preset: PresetName | undefined;
  readonly origin: KeyPlace;
  /** The keys may be fetched from a private network: a self-hosted issuer's. Never from this host or its link. */
  readonly allowPrivateNetwork: boolean;
  /** Exactly these signature algorithms, whatever the token's header or the key says (threat T01). */
  readonly algorithms: readonly string[];
  /** Greatest accepted `exp - iat`, in seconds (threat T17). */
  readonly maxTokenLifetime: number;
  /** Advice to the caller about a token that lives too long, where that is not to ask for less. */
  readonly shorterToken?: string;
  /** The fleet's guard: conditions that every token must meet before any role is looked at. */
  readonly require: readonly Condition[];
  /** Who meets the guard is one of ours, and may be told a role's name that is near the one asked for. */
  readonly guardNamesTenant: boolean;
  readonly labels: Labels;
};
