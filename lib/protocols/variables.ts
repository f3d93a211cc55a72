import type { AwsCredential } from '../providers/provider.ts';
import { writeExpiry } from './words.ts';

/** The variables that the tools of each kind look for, when a credential of that kind is one token. */
export const VARIABLES = {
  jwt: ['ACCESS_TOKEN'],
  gcp: ['CLOUDSDK_AUTH_ACCESS_TOKEN', 'GOOGLE_OAUTH_ACCESS_TOKEN'],
  azure: ['AZURE_ACCESS_TOKEN'],
  github: ['GITHUB_TOKEN', 'GH_TOKEN'],
  buildkite: ['BUILDKITE_API_TOKEN'],
  oauth: ['ACCESS_TOKEN'],
} as const;

/**
 * Every variable of a credential, by kind and in the order in which they are printed. The last says when it
 * ends. The plugins draw theirs from here: `node plugins/lists.ts`.
 */
export const CREDENTIAL_VARIABLES = {
  aws: ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_CREDENTIAL_EXPIRATION'],
  jwt: [...VARIABLES.jwt, 'EXPIRES_AT'],
  gcp: [...VARIABLES.gcp, 'EXPIRES_AT'],
  azure: [...VARIABLES.azure, 'EXPIRES_AT'],
  github: [...VARIABLES.github, 'EXPIRES_AT'],
  buildkite: [...VARIABLES.buildkite, 'EXPIRES_AT'],
  oauth: [...VARIABLES.oauth, 'EXPIRES_AT'],
} as const;

type TokenVariables = { readonly [name: string]: string };
type TokenKind = keyof typeof VARIABLES;
/** `expiresAt` is in seconds since the epoch. */
type Keys = Pick<AwsCredential, 'kind' | 'accessKeyId' | 'secretAccessKey' | 'sessionToken' | 'expiresAt'>;
type Token = { readonly kind: TokenKind; readonly token: string; readonly expiresAt: number };

/** A token alone, by each name that the tools of its kind look for. */
export function listTokenVariables(kind: TokenKind, token: string): TokenVariables {
  return Object.fromEntries(VARIABLES[kind].map(name => [name, token]));
}

/** The values of a credential, one for each of its `CREDENTIAL_VARIABLES`. */
function listCredentialValues(credential: Keys | Token): string[] {
  const end = writeExpiry(credential.expiresAt);
  if (credential.kind === 'aws')
    return [credential.accessKeyId, credential.secretAccessKey, credential.sessionToken, end];
  return [...VARIABLES[credential.kind].map(() => credential.token), end];
}

/** A credential as variables; the first is its kind. */
export function listVariables(credential: Keys | Token): TokenVariables {
  const values = listCredentialValues(credential);
  const named = CREDENTIAL_VARIABLES[credential.kind].map((name, at) => [name, values[at] ?? '']);
  return { KIND: credential.kind, ...Object.fromEntries(named) };
}
