import type { AzureTarget } from '../policy/kinds/azure.ts';
import { bearerOf } from './bearer.ts';
import type { AzureCredential, Provider } from './provider.ts';
import { PRESENTED, PRESENTED_SECONDS, type SigningSetting, signing } from './signed.ts';
import { type UpstreamSetting, upstream } from './upstream.ts';

/**
 * Each cloud's authority, and what its federated credentials take as audience.
 * https://learn.microsoft.com/entra/workload-id/workload-identity-federation-create-trust
 */
const CLOUDS: {
  readonly [cloud in AzureTarget['cloud']]: { readonly authority: string; readonly audience: string };
} = {
  public: { authority: 'login.microsoftonline.com', audience: 'api://AzureADTokenExchange' },
  'us-government': { authority: 'login.microsoftonline.us', audience: 'api://AzureADTokenExchangeUSGov' },
  china: { authority: 'login.partner.microsoftonline.cn', audience: 'api://AzureADTokenExchangeChina' },
};

/** What Entra's own codes want: https://learn.microsoft.com/entra/identity-platform/reference-error-codes */
const MENDS: readonly (readonly [code: RegExp, mend: string])[] = [
  [
    /AADSTS7002\d+/,
    'in Entra: the application needs a federated credential whose issuer, subject and audience are exactly ours',
  ],
  [/AADSTS(700016|7000229)/, 'in Entra: the application is not in that tenant: client_id of the role'],
  [/AADSTS(90002|900023)/, 'in Entra: there is no such tenant: tenant_id and cloud of the role'],
  [
    /AADSTS(500011|70011|1002012)/,
    'in Entra: the application or the tenant does not know the scope of the role',
  ],
  [/AADSTS(700024|700027|50013)/, 'our JWT was not valid for Entra: its reach to our JWKS, and our clock'],
];

const mend = (said: string): string =>
  MENDS.find(([code]) => code.test(said))?.[1] ??
  'in Entra: the application of the role and its federated credentials';

/**
 * A Microsoft Entra access token: our JWT as the application's client assertion (RFC 7523 §2.2).
 * https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
 */
export const azureProvider = (
  setting: UpstreamSetting,
  signingSetting: SigningSetting,
): Provider<AzureTarget, AzureCredential> => {
  const { ask, begin } = upstream(setting);
  const sign = signing(signingSetting);
  return async ({ target, seconds }, now) => {
    const left = begin();
    const { subject, tenantId, clientId, scope, cloud } = target;
    const { authority, audience } = CLOUDS[cloud];
    const { token, id } = await sign(PRESENTED, { subject, audience, seconds: PRESENTED_SECONDS }, now);
    const name = `${authority} token`;
    const body = new URLSearchParams({
      client_id: clientId,
      scope,
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: token,
    });
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const to = `${authority}/${tenantId}/oauth2/v2.0/token`;
    const said = await ask({ name, to, headers, body: body.toString(), mend }, left);
    return { kind: 'azure', ...bearerOf(said, { name, now, seconds }, [scope]), session: id };
  };
};
