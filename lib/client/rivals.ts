import type { IssuedCredential } from './answer.ts';

/**
 * The variables that name a credential of the same kind, ours among them. Some go before the one that a
 * command is given, in one SDK or another, so they are taken away before it is given: nobody must act as
 * somebody else without a word. The plugins draw theirs from here: `node plugins/lists.ts`.
 */
export const RIVALS: { readonly [kind in IssuedCredential['kind']]: readonly string[] } = {
  aws: [
    'AWS_ACCESS_KEY_ID',
    'AWS_SECRET_ACCESS_KEY',
    'AWS_SESSION_TOKEN',
    'AWS_CREDENTIAL_EXPIRATION',
    // Older names that boto and the SDK for Java still read.
    'AWS_ACCESS_KEY',
    'AWS_SECRET_KEY',
    'AWS_SECURITY_TOKEN',
    'AWS_CREDENTIAL_FILE',
    'AWS_CREDENTIAL_PROFILES_FILE',
    'AWS_PROFILE',
    'AWS_DEFAULT_PROFILE',
    'AWS_ROLE_ARN',
    'AWS_ROLE_SESSION_NAME',
    'AWS_WEB_IDENTITY_TOKEN_FILE',
    'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
    'AWS_CONTAINER_CREDENTIALS_FULL_URI',
    'AWS_CONTAINER_AUTHORIZATION_TOKEN',
    'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
    // Bedrock's clients take it before any keys.
    'AWS_BEARER_TOKEN_BEDROCK',
  ],
  gcp: [
    'GOOGLE_APPLICATION_CREDENTIALS',
    // Terraform: the provider's and its backend's.
    'GOOGLE_CREDENTIALS',
    'GOOGLE_CLOUD_KEYFILE_JSON',
    'GCLOUD_KEYFILE_JSON',
    'GOOGLE_OAUTH_ACCESS_TOKEN',
    'GOOGLE_IMPERSONATE_SERVICE_ACCOUNT',
    'GOOGLE_BACKEND_CREDENTIALS',
    'GOOGLE_BACKEND_IMPERSONATE_SERVICE_ACCOUNT',
    // gcloud, for which each of its properties is a variable, too.
    'CLOUDSDK_AUTH_ACCESS_TOKEN',
    'CLOUDSDK_AUTH_ACCESS_TOKEN_FILE',
    'CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE',
    'CLOUDSDK_AUTH_IMPERSONATE_SERVICE_ACCOUNT',
    // google-github-actions/auth.
    'GOOGLE_GHA_CREDS_PATH',
  ],
  azure: [
    'AZURE_ACCESS_TOKEN',
    // EnvironmentCredential and WorkloadIdentityCredential of @azure/identity and its kin.
    'AZURE_CLIENT_SECRET',
    'AZURE_CLIENT_CERTIFICATE_PATH',
    'AZURE_CLIENT_CERTIFICATE_PASSWORD',
    'AZURE_USERNAME',
    'AZURE_PASSWORD',
    'AZURE_FEDERATED_TOKEN_FILE',
    // Terraform.
    'ARM_CLIENT_SECRET',
    'ARM_CLIENT_SECRET_FILE_PATH',
    'ARM_CLIENT_CERTIFICATE',
    'ARM_CLIENT_CERTIFICATE_PATH',
    'ARM_CLIENT_CERTIFICATE_PASSWORD',
    'ARM_OIDC_TOKEN',
    'ARM_OIDC_TOKEN_FILE_PATH',
  ],
  github: ['GITHUB_TOKEN', 'GH_TOKEN', 'GITHUB_ENTERPRISE_TOKEN', 'GH_ENTERPRISE_TOKEN'],
  buildkite: ['BUILDKITE_API_TOKEN', 'BUILDKITE_GRAPHQL_TOKEN'],
  oauth: ['ACCESS_TOKEN'],
  jwt: ['ACCESS_TOKEN'],
};
