import type { AwsCredential } from '../providers/provider.ts';
import { iso } from './words.ts';

/** The variables that the tools of each kind look for, when a credential of that kind is one token. */
export const VARIABLES = {
  jwt: ['ACCESS_TOKEN'],
  gcp: ['CLOUDSDK_AUTH_ACCESS_TOKEN', 'GOOGLE_OAUTH_ACCESS_TOKEN'],
  azure: ['AZURE_ACCESS_TOKEN'],
  github: ['GITHUB_TOKEN', 'GH_TOKEN'],
  buildkite: ['BUILDKITE_API_TOKEN'],
} as const;

type Variables = { readonly [name: string]: string };
type TokenKind = keyof typeof VARIABLES;
/** `expiresAt` is in seconds since the epoch. */
type Keys = Pick<AwsCredential, 'kind' | 'accessKeyId' | 'secretAccessKey' | 'sessionToken' | 'expiresAt'>;
type Token = { readonly kind: TokenKind; readonly token: string; readonly expiresAt: number };

/** A token alone, by each name that the tools of its kind look for. */
export const tokenVariables = (kind: TokenKind, token: string): Variables =>
  Object.fromEntries(VARIABLES[kind].map(name => [name, token]));

/** A credential as variables; the first is its kind. */
export const variablesOf = (credential: Keys | Token): Variables =>
  credential.kind === 'aws'
    ? {
        KIND: credential.kind,
        AWS_ACCESS_KEY_ID: credential.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credential.secretAccessKey,
        AWS_SESSION_TOKEN: credential.sessionToken,
        AWS_CREDENTIAL_EXPIRATION: iso(credential.expiresAt),
      }
    : {
        KIND: credential.kind,
        ...tokenVariables(credential.kind, credential.token),
        EXPIRES_AT: iso(credential.expiresAt),
      };
