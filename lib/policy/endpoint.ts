/** How a service is asked for a token by a JWT of ours: RFC 8693 §2.1, RFC 7523 §2.1, or RFC 6749 §4.4 with RFC 7523 §2.2. */
export const GRANTS = ['token_exchange', 'jwt_bearer', 'client_credentials'] as const;
export type OauthGrant = (typeof GRANTS)[number];

/** Where an app is known that is not at its vendor's own address: a row of `apps` in broker.yml, compiled. */
export type AppHost = {
  /** Of its API: whole, https, without a slash at the end. */
  readonly url: string;
  readonly allowPrivateNetwork: boolean;
};

/** A parameter that a role fills in. */
export type ParameterSlot = {
  readonly required: boolean;
  /** The form that it must have, as a regular expression of the whole value, and in words. */
  readonly form?: { readonly pattern: string; readonly says: string };
};

/** The request that is the same for every role: whole, so that no role can choose where our JWT goes or for whom it is. */
export type OauthRequest = {
  /** Whole, and https. */
  readonly url: string;
  readonly grant: OauthGrant;
  readonly body: 'form' | 'json';
  /** Beside what every request has. */
  readonly headers: Readonly<Record<string, string>>;
  /** The `aud` of our JWT there, and nowhere else. */
  readonly audience: string;
  /** Who says which scopes a token has: whoever asks for it, or the service alone by a rule of its own. */
  readonly scoping: 'asked' | 'theirs';
  readonly allowPrivateNetwork: boolean;
};

/** A row of `endpoints` in broker.yml, compiled: a service where a JWT of ours buys a token. */
export type Endpoint = OauthRequest & {
  readonly name: string;
  /** Parameters that are sent for every role. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly slots: Readonly<Record<string, ParameterSlot>>;
  /** Seconds that a token of it lives at most. */
  readonly seconds: number;
};

/** Parameters that a request has by its grant. No row and no role may send any of these as one of its own. */
export const GRANT_PARAMETERS: ReadonlySet<string> = new Set([
  'grant_type',
  'subject_token',
  'subject_token_type',
  'actor_token',
  'actor_token_type',
  'assertion',
  'client_assertion',
  'client_assertion_type',
  'scope',
  // Other grants, and secrets, which are in no file.
  'client_secret',
  'code',
  'code_verifier',
  'device_code',
  'password',
  'refresh_token',
  'username',
]);

/** Whom or what the token is for (RFC 8693 §2.1, RFC 8707): for the row alone to say. */
export const AUDIENCE_PARAMETERS: ReadonlySet<string> = new Set([
  'audience',
  'requested_token_type',
  'resource',
]);
