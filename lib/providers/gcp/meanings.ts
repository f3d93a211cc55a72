import { ANYTHING, type Meanings } from '../meaning.ts';

/** Refusals by Google's STS of our JWT, or of the pool that is to take it. */
export const GOOGLE_STS_MEANINGS: Meanings = [
  {
    said: '`invalid_grant`: stale, expired, or issued in the future',
    when: /\b(stale|expired|in the future)\b/i,
    code: 'broker_credentials_unavailable',
    mend: "the broker's clock",
  },
  {
    said: '`invalid_grant`: error connecting to the given credential issuer',
    when: /error connecting to the given credential issuer/i,
    code: 'provider_unavailable',
    mend: 'Google must reach our JWKS',
  },
  {
    said: '`invalid_target`, or `invalid_grant` about the audience',
    when: /audience|invalid_target/i,
    code: 'provider_refused',
    mend: 'in Google Cloud: the audience of the role names no provider of a pool, or that provider has allowed audiences without ours',
  },
  {
    said: '`invalid_scope`',
    when: /^invalid_scope/,
    code: 'provider_refused',
    mend: 'the scopes of the role: Google does not know one of them',
  },
  {
    said: '`invalid_grant` or `unauthorized_client` otherwise, and anything else that is not of 408, 429 or 5xx',
    when: ANYTHING,
    code: 'provider_refused',
    mend: 'in Google Cloud: the provider of the pool needs our URL as its issuer, google.subject=assertion.sub and a condition that takes the subject of this role; it must reach our JWKS',
  },
];

/** Refusals by generateAccessToken of the service account. */
export const GOOGLE_IAM_MEANINGS: Meanings = [
  {
    said: '`UNAUTHENTICATED`: the token that Google gave a moment before',
    when: /^UNAUTHENTICATED/,
    code: 'provider_unavailable',
    mend: 'in Google Cloud: it does not take what it gave',
  },
  {
    said: '`RESOURCE_EXHAUSTED`, `UNAVAILABLE`, `INTERNAL`, `ABORTED`',
    when: /^(RESOURCE_EXHAUSTED|UNAVAILABLE|INTERNAL|ABORTED)/,
    code: 'provider_unavailable',
    mend: 'in Google Cloud: it is busy',
  },
  {
    said: '`INVALID_ARGUMENT` about the lifetime',
    when: /lifetime/i,
    code: 'provider_refused',
    mend: 'in Google Cloud: more than an hour needs the organization policy iam.allowServiceAccountCredentialLifetimeExtension',
  },
  {
    said: '`PERMISSION_DENIED`, `NOT_FOUND`, and anything else that is not of 408, 429 or 5xx',
    when: ANYTHING,
    code: 'provider_refused',
    mend: 'in Google Cloud: the service account must be there, and grant roles/iam.workloadIdentityUser to the principal of this role; the IAM Service Account Credentials API must be enabled',
  },
];
