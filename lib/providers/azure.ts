import { type JsonObject, parseJsonObject } from '../http/json.ts';
import type { AzureTarget } from '../policy/targets/azure.ts';
import { readBearer } from './bearer.ts';
import { refuseAnswer } from './expiry.ts';
import { ANYTHING, type Meanings } from './meaning.ts';
import { writeForm, writeGrantForm } from './oauth/form.ts';
import type { AzureCredential, Provider } from './provider.ts';
import { createClaimSigner, FEDERATION_SECONDS, FEDERATION_TOKEN, type SigningSetting } from './signed.ts';
import { createUpstream, type UpstreamSetting } from './upstream.ts';

/**
 * Each cloud's authority, and what its federated credentials take as audience.
 * https://learn.microsoft.com/entra/workload-id/workload-identity-federation-create-trust
 */
export const CLOUDS: {
  readonly [cloud in AzureTarget['cloud']]: { readonly authority: string; readonly audience: string };
} = {
  public: { authority: 'login.microsoftonline.com', audience: 'api://AzureADTokenExchange' },
  'us-government': { authority: 'login.microsoftonline.us', audience: 'api://AzureADTokenExchangeUSGov' },
  china: { authority: 'login.partner.microsoftonline.cn', audience: 'api://AzureADTokenExchangeChina' },
};

/** Seconds: the least that a token lifetime policy can say. */
const SHORTEST = 600;

/** The claims of an access token that is a JWT; undefined where it is none that can be read. */
function readEntraClaims(token: string): JsonObject | undefined {
  const [, payload, signature] = token.split('.');
  return signature === undefined
    ? undefined
    : parseJsonObject(Buffer.from(payload ?? '', 'base64url').toString('utf8'));
}

/**
 * How a token says that it is of another tenant or application; undefined where it does not. Whoever takes the token may
 * write it as it likes, so one that cannot be read is not refused.
 * https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
 */
function findTenantDifference(token: string, { tenantId, clientId }: AzureTarget): string | undefined {
  const { tid, appid, azp = appid } = readEntraClaims(token) ?? {};
  const differs = (said: unknown, asked: string): boolean =>
    said !== undefined && String(said).toLowerCase() !== asked.toLowerCase();
  if (differs(tid, tenantId)) return 'with a token of another tenant';
  return differs(azp, clientId) ? 'with a token of another application' : undefined;
}

/** https://learn.microsoft.com/entra/identity-platform/reference-error-codes */
export const ENTRA_MEANINGS: Meanings = [
  {
    said: 'AADSTS700024: the assertion is not within its time',
    when: /AADSTS700024/,
    code: 'broker_credentials_unavailable',
    mend: "the broker's clock",
  },
  {
    said: 'AADSTS700027, AADSTS50013: the signature of the assertion',
    when: /AADSTS(700027|50013)/,
    code: 'broker_misconfigured',
    mend: 'our JWT was not valid for Entra: it must reach our JWKS, and find in it the key that we sign with',
  },
  {
    said: 'AADSTS90033, AADSTS90055, AADSTS50196, temporarily_unavailable',
    when: /AADSTS(90033|90055|50196)|^temporarily_unavailable/,
    code: 'provider_unavailable',
    mend: 'in Entra: it is busy',
  },
  {
    said: 'AADSTS7002…: no federated credential matches',
    when: /AADSTS7002\d+/,
    code: 'provider_refused',
    mend: 'in Entra: the application needs a federated credential whose issuer, subject and audience are exactly ours',
  },
  {
    said: 'AADSTS700016, AADSTS7000229: no such application',
    when: /AADSTS(700016|7000229)/,
    code: 'provider_refused',
    mend: 'in Entra: the application is not in that tenant: client_id of the role',
  },
  {
    said: 'AADSTS90002, AADSTS900023: no such tenant',
    when: /AADSTS(90002|900023)/,
    code: 'provider_refused',
    mend: 'in Entra: there is no such tenant: tenant_id and cloud of the role',
  },
  {
    said: 'AADSTS500011, AADSTS70011, AADSTS1002012: the scope',
    when: /AADSTS(500011|70011|1002012)/,
    code: 'provider_refused',
    mend: 'in Entra: the application or the tenant does not know the scope of the role',
  },
  {
    said: 'anything else that is not of 408, 429 or 5xx',
    when: ANYTHING,
    code: 'provider_refused',
    mend: 'in Entra: the application of the role and its federated credentials',
  },
];

/**
 * A Microsoft Entra access token: our JWT as the application's client assertion (RFC 7523 §2.2).
 * https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
 */
export function createAzureProvider(
  setting: UpstreamSetting,
  signingSetting: SigningSetting,
): Provider<AzureTarget, AzureCredential> {
  const { ask, begin } = createUpstream(setting);
  const sign = createClaimSigner(signingSetting);
  return async ({ target, seconds }, now) => {
    const left = begin();
    const { subject, tenantId, clientId, scope, cloud } = target;
    const { authority, audience } = CLOUDS[cloud];
    const { token, id } = await sign(
      FEDERATION_TOKEN,
      { subject, audience, seconds: FEDERATION_SECONDS },
      now,
    );
    const name = `${authority} token`;
    const body = writeForm(writeGrantForm('client_credentials', token, { client_id: clientId, scope }));
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const to = `${authority}/${tenantId}/oauth2/v2.0/token`;
    const said = await ask({ name, to, headers, body, meanings: ENTRA_MEANINGS }, left);
    const bearer = readBearer(said, { name, now, seconds, least: SHORTEST }, [scope]);
    const difference = findTenantDifference(bearer.token, target);
    if (difference !== undefined) refuseAnswer(name, difference);
    return { kind: 'azure', ...bearer, session: id };
  };
}
