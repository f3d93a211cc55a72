import type { OauthGrant } from '../../policy/endpoint.ts';

const URN = 'urn:ietf:params:oauth:';

/** The grant of RFC 8693. */
export const TOKEN_EXCHANGE = `${URN}grant-type:token-exchange`;

/** The parameters of each grant, with our JWT where it wants it. */
const GRANT_FORMS: { readonly [grant in OauthGrant]: (token: string) => Readonly<Record<string, string>> } = {
  token_exchange: token => ({
    grant_type: TOKEN_EXCHANGE,
    subject_token: token,
    subject_token_type: `${URN}token-type:jwt`,
  }),
  jwt_bearer: token => ({ grant_type: `${URN}grant-type:jwt-bearer`, assertion: token }),
  client_credentials: token => ({
    grant_type: 'client_credentials',
    client_assertion_type: `${URN}client-assertion-type:jwt-bearer`,
    client_assertion: token,
  }),
};

/** Says by which grant, for whom and for what a token is asked. The grant comes last: nothing stands in its place. */
export function writeGrantForm(
  grant: OauthGrant,
  token: string,
  more: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return { ...more, ...GRANT_FORMS[grant](token) };
}

/** The members of a request as a form. */
export function writeForm(members: Readonly<Record<string, string>>): string {
  return new URLSearchParams(members).toString();
}
