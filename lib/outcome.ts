import type { BrokerError } from './errors.ts';
import type { Decision, DenyReason, Grant } from './policy/decide.ts';
import type { DemandName, JobFacts } from './policy/demand.ts';
import type { MethodDecision, MethodReason } from './policy/method.ts';
import type { Access, Operation } from './policy/registries/grammar.ts';
import type { VerifiedToken } from './policy/verified-token.ts';
import type { Credential } from './providers/provider.ts';
import type { RegistrySnapshot } from './stores/registries.ts';
import type { RoleSnapshot } from './stores/roles.ts';
import type { Switch, SwitchReason } from './switch.ts';
import type { IssuerRow } from './token/issuer.ts';
import type { RegistryToken } from './token/registry.ts';

/** The caller's wishes, as the protocol read them. The token is beside them, never inside. */
export type Requested = {
  /** Undefined at the door of registries. */
  readonly role: string | undefined;
  readonly scopes: readonly string[] | undefined;
  readonly seconds: number | undefined;
  readonly sessionName: string | undefined;
};

/** A request to a registry. */
export type RegistryUse = {
  readonly method: string;
  readonly path: string;
  /** As it came, without its `?`. */
  readonly query: string;
  /** The operation that all of these make; undefined where the registry's kind does not know it. */
  readonly operation: Operation | undefined;
  /** The user name of a Basic credential: whatever its sender wrote, and plain. */
  readonly user: string | undefined;
};

/** How far an exchange or an authorization got. Each member is there from the step that made it. */
export type Reached = {
  readonly decisionId: string;
  /** Seconds since the epoch. */
  readonly at: number;
  readonly protocol: string;
  readonly sourceAddress: string | undefined;
  readonly requested?: Requested;
  readonly token?: VerifiedToken;
  readonly row?: IssuerRow | undefined;
  readonly snapshot?: RoleSnapshot | undefined;
  readonly use?: RegistryUse;
  readonly registry?: RegistrySnapshot;
  /** A registry token of ours, in the place of a subject token. */
  readonly registryToken?: RegistryToken;
  readonly decision?: Decision | MethodDecision;
  /** Facts of the job that events had told, where the role asks about it. */
  readonly job?: JobFacts | undefined;
  /** Demands of the role that an operator has suspended. */
  readonly suspended?: readonly DemandName[];
  /** The kill switch that was in the way. */
  readonly off?: Switch;
  /** The claim without which it cannot be told whether the token is of what is off. */
  readonly missingId?: string | undefined;
  /** A role name near the one asked for; only for callers whom the fleet's guard admitted. */
  readonly nearRole?: string | undefined;
  /** Milliseconds by step. */
  readonly ms: { [step: string]: number };
};

/** The end of a step: a value for the next one, or the reason that ends it all. */
export type Step<Value, Reason> = { readonly value: Value } | Denial<Reason>;
export type Denial<Reason> = { readonly denied: Reason };

export function deny<Reason extends string>(reason: Reason): Denial<Reason> {
  return { denied: reason };
}

/** How an exchange ended: the one value that both the answer and the audit event are drawn from. */
export type Outcome =
  | {
      readonly kind: 'issued';
      readonly reached: Reached;
      readonly grant: Grant;
      readonly credential: Credential;
    }
  | Denied<Refused>
  | Failed;

/** The token was good, and the policy says no. */
export type Denied<Reason> = { readonly kind: 'denied'; readonly reached: Reached; readonly reason: Reason };
export type Failed = { readonly kind: 'failed'; readonly reached: Reached; readonly error: BrokerError };

/** How a request to a registry ended. The scopes are those of the winning statement. */
export type Authorization =
  | {
      readonly kind: 'authorized';
      readonly reached: Reached;
      readonly registry: string;
      readonly issuer: string;
      readonly subject: string;
      readonly statement: string;
      readonly scopes: readonly string[];
    }
  | Denied<RegistryRefused>
  | Failed;

/** How an exchange for a registry token ended. */
export type AccessOutcome =
  | {
      readonly kind: 'granted';
      readonly reached: Reached;
      readonly scopes: readonly string[];
      readonly access: readonly Access[];
      readonly credential: RegistryCredential;
    }
  | Denied<RegistryRefused>
  | Failed;

/** A token that opens a registry for a moment. */
export type RegistryCredential = {
  readonly token: string;
  /** In seconds since the epoch, as is the other. */
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly session: string;
};

/** Why a good token goes no further, before any policy is looked at. */
export type Stopped = 'guard_not_met' | SwitchReason;

/** Why there was no credential although the token was good. */
export type Refused =
  | Exclude<DenyReason, 'job_unknown'>
  | Stopped
  | 'role_unknown'
  | 'single_use_not_here'
  | 'token_already_used';

/** Why a registry does not take a token that is good. */
export type RegistryRefused = MethodReason | Stopped | 'access_beyond_token' | 'registry_unknown';
