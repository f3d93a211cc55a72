import type { Grant } from '../policy/decide.ts';
import type { KindName, Target } from '../policy/targets.ts';

type CredentialBase = {
  /** Seconds since the epoch. Every credential ends. */
  readonly expiresAt: number;
  /** The name of this session in the other side's own log, so that two logs can be joined. No secret. */
  readonly session: string;
};

export type AwsCredential = CredentialBase & {
  readonly kind: 'aws';
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** The ARN of the session, and what AWS calls the one who has it. */
  readonly assumedRole: string;
  readonly assumedRoleId: string;
  /** As AWS says it, where it does: how much of what a session can hold its policy and tags take, in percent. */
  readonly packedPolicySize?: string | undefined;
  /** As AWS says it, where the session has one. */
  readonly sourceIdentity?: string | undefined;
};

/** A credential that is one text, sent as a bearer token. */
export type BearerCredential<K extends Exclude<KindName, 'aws'>> = CredentialBase & {
  readonly kind: K;
  readonly token: string;
};

export type JwtCredential = BearerCredential<'jwt'>;
export type GcpCredential = BearerCredential<'gcp'>;
export type AzureCredential = BearerCredential<'azure'>;
export type GithubCredential = BearerCredential<'github'>;
export type BuildkiteCredential = BearerCredential<'buildkite'>;
export type OauthCredential = BearerCredential<'oauth'>;

export type Credential =
  | AwsCredential
  | GcpCredential
  | AzureCredential
  | GithubCredential
  | BuildkiteCredential
  | OauthCredential
  | JwtCredential;

export type GrantOf<T extends Target> = Grant & { readonly target: T };

/**
 * Makes a credential from a grant, and from nothing else. Throws `provider_refused` when the other side said no (it
 * will again), `provider_unavailable` when it could not be asked (try again), and what else a table of meanings says:
 * our own credentials or set-up, the caller's session policy, a policy that became too large. On a refusal it never asks
 * a second time for more, nor with fewer restrictions (threat T48).
 * `now` is in seconds since the epoch.
 */
export type Provider<T extends Target, C extends Credential> = (grant: GrantOf<T>, now: number) => Promise<C>;
