import { ANYTHING, type Meanings } from '../meaning.ts';

/** RFC 6749 §5.2, RFC 8693 §2.2.2 and RFC 7523 §3.1, and the words that services put beside. */
export const OAUTH_MEANINGS: Meanings = [
  {
    said: '`temporarily_unavailable`, `server_error`',
    when: /^(temporarily_|server_)/,
    code: 'provider_unavailable',
    mend: 'it is busy',
  },
  {
    said: '`exp`, `iat`, `nbf`, `jti`, expired, in the future, already used',
    when: /\b(exp|iat|nbf|jti|expired|not yet|in the future|already (been )?used)\b/i,
    code: 'broker_credentials_unavailable',
    mend: "the broker's clock",
  },
  {
    said: 'the signature, the JWKS, a key',
    when: /\b(signature|jwk\w*|kid|(signing|public) key)\b/i,
    code: 'broker_misconfigured',
    mend: 'it must reach our JWKS',
  },
  {
    said: '`unsupported_grant_type`, `invalid_request`',
    when: /^(unsupported_grant|invalid_request)/,
    code: 'broker_misconfigured',
    mend: 'the row of broker.yml, or the role',
  },
  {
    said: '`invalid_scope`, `invalid_target`',
    when: /^invalid_(scope|target)/,
    code: 'provider_refused',
    mend: 'scopes of the role, audience of the row',
  },
  {
    said: 'anything else, such as `invalid_grant` and `invalid_client`',
    when: ANYTHING,
    code: 'provider_refused',
    mend: 'its trust: issuer, subject, audience',
  },
];
