import { ANYTHING, type Meanings } from '../meaning.ts';

/** RFC 6749 §5.2, RFC 8693 §2.2.2 and RFC 7523 §3.1, and the words that services put beside. */
export const OAUTH_MEANINGS: Meanings = [
  {
    said: '`temporarily_unavailable`, `server_error`, `slow_down`',
    when: /^(temporarily_unavailable|server_error|slow_down)/,
    code: 'provider_unavailable',
    mend: 'at the endpoint: it is busy',
  },
  {
    said: 'words about `exp`, `iat`, `nbf` or `jti`, or that our JWT is expired or of the future',
    when: /\b(exp|iat|nbf|jti|expired|not yet valid|in the future|already (been )?used)\b/i,
    code: 'broker_credentials_unavailable',
    mend: "our JWT was not in time there, or not the first of its id: the broker's clock",
  },
  {
    said: 'words about the signature, the JWKS or a key id',
    when: /\b(signature|jwks?|jwks_uri|kid|signing key|public key)\b/i,
    code: 'broker_misconfigured',
    mend: 'the endpoint must reach our JWKS, and find in it the key that we sign with',
  },
  {
    said: '`unsupported_grant_type`, `invalid_request`',
    when: /^(unsupported_grant_type|invalid_request)/,
    code: 'broker_misconfigured',
    mend: 'the row of broker.yml: its URL, grant, body and parameters, or a parameter of the role',
  },
  {
    said: '`invalid_scope`',
    when: /^invalid_scope/,
    code: 'provider_refused',
    mend: 'at the endpoint: it does not give the scopes of the role',
  },
  {
    said: '`invalid_target`',
    when: /^invalid_target/,
    code: 'provider_refused',
    mend: 'at the endpoint: audience or resource of the row',
  },
  {
    said: 'anything else that is not of 408, 429 or 5xx, such as `invalid_grant`, `invalid_client`, `access_denied`',
    when: ANYTHING,
    code: 'provider_refused',
    mend: 'at the endpoint: it must trust our issuer, the subject of the role and the audience of the row',
  },
];
