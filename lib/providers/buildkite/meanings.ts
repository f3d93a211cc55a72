import { ANYTHING, type Meanings } from '../meaning.ts';

/** https://buildkite.com/docs/apis/oauth-token-exchange#troubleshooting */
export const BUILDKITE_MEANINGS: Meanings = [
  {
    said: '`invalid_client` about `jti`, `exp`, `nbf` or `iat`',
    when: /\b(jti|exp|nbf|iat)\b/,
    code: 'broker_credentials_unavailable',
    mend: 'our assertion was not in time for Buildkite, or not the first of its id: our clock',
  },
  {
    said: '`invalid_client` otherwise',
    when: /^invalid_client/,
    code: 'broker_misconfigured',
    mend: 'in Buildkite: the key set of the app must have the key that KMS signs with, by its id',
  },
  {
    said: '`temporarily_unavailable`',
    when: /^temporarily_unavailable/,
    code: 'provider_unavailable',
    mend: 'in Buildkite: it is busy',
  },
  {
    said: '`invalid_scope`',
    when: /invalid_scope/,
    code: 'provider_refused',
    mend: 'in Buildkite: the scopes of the role must be among the grantable scopes of the app',
  },
  {
    said: '`invalid_target`',
    when: /invalid_target/,
    code: 'provider_refused',
    mend: 'in Buildkite: organization of the role is not one that the app may speak for',
  },
  {
    said: '`unsupported_grant_type`',
    when: /unsupported_grant_type/,
    code: 'provider_refused',
    mend: 'in Buildkite: the organization does not have OAuth token exchange',
  },
  {
    said: '`invalid_grant` about the user',
    when: /user|member/i,
    code: 'provider_refused',
    mend: 'in Buildkite: user of the role must be an active member with a verified address',
  },
  {
    said: 'anything else that is not of 408, 429 or 5xx',
    when: ANYTHING,
    code: 'provider_refused',
    mend: 'in Buildkite: the app of the role, and what it may grant',
  },
];
