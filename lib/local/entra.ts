import { randomBytes } from 'node:crypto';
import type { HttpAnswer, HttpRequest } from '../protocols/protocol.ts';
import type { CloudMoment } from './google.ts';
import { answerWithJson, readFormBody } from './json.ts';
import { type PresentedFault, verifyPresented } from './presented.ts';

/** The authorities of the clouds, and what their federated credentials take as audience. */
const AUDIENCES: { readonly [authority: string]: string } = {
  'login.microsoftonline.com': 'api://AzureADTokenExchange',
  'login.microsoftonline.us': 'api://AzureADTokenExchangeUSGov',
  'login.partner.microsoftonline.cn': 'api://AzureADTokenExchangeChina',
};
const GUID = '[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}';
const TOKEN_PATH = new RegExp(`^/${GUID}/oauth2/v2\\.0/token$`);
const SCOPE = /^(https|api):\/\/\S+\/\.default$/;
/** Seconds: between 60 and 90 minutes, 75 on average. */
const LIFETIME = 4500;

function refuseEntra(error: string, code: number, words: string, status = 400): HttpAnswer {
  return answerWithJson(status, { error, error_description: `AADSTS${code}: ${words}`, error_codes: [code] });
}

const FAULTS: { readonly [fault in PresentedFault]: readonly [code: number, words: string] } = {
  malformed: [50_027, 'Invalid JWT token.'],
  key_unknown: [700_027, 'The key was not found.'],
  signature_wrong: [700_027, 'Client assertion failed signature validation.'],
  issuer_differs: [700_211, 'No matching federated identity record found for presented assertion issuer.'],
  audience_differs: [
    700_212,
    'No matching federated identity record found for presented assertion audience.',
  ],
  expired: [700_024, 'Client assertion is not within its valid time range.'],
  not_yet_valid: [700_024, 'Client assertion is not within its valid time range.'],
  claims_wrong: [700_213, 'No matching federated identity record found for presented assertion subject.'],
};

function findEntraFormFault(form: URLSearchParams): HttpAnswer | undefined {
  const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
  if (form.get('grant_type') !== 'client_credentials')
    return refuseEntra('unsupported_grant_type', 70_003, 'The grant type is not supported.');
  if (!new RegExp(`^${GUID}$`).test(form.get('client_id') ?? ''))
    return refuseEntra('unauthorized_client', 700_016, 'The application was not found in the directory.');
  if (form.get('client_assertion_type') !== type)
    return refuseEntra('invalid_request', 900_144, 'client_assertion_type is missing or of another kind.');
  return SCOPE.test(form.get('scope') ?? '')
    ? undefined
    : refuseEntra('invalid_scope', 1_002_012, 'The scope is not valid. It must end in /.default.');
}

/**
 * A local Microsoft Entra: the token endpoint of any tenant in any of its clouds, for client assertions alone. It
 * refuses what Entra refuses of an application with a federated credential for `at.trusted`, and what it hands out opens
 * nothing.
 */
export async function answerEntra(host: string, request: HttpRequest, at: CloudMoment): Promise<HttpAnswer> {
  const audience = Object.hasOwn(AUDIENCES, host) ? AUDIENCES[host] : undefined;
  if (audience === undefined || !TOKEN_PATH.test(request.path))
    return refuseEntra('invalid_tenant', 90_002, 'The tenant was not found.', 404);
  const form = readFormBody(request);
  const wrong = findEntraFormFault(form);
  if (wrong) return wrong;
  const checked = await verifyPresented(form.get('client_assertion') ?? '', { ...at, audience });
  if ('fault' in checked) return refuseEntra('invalid_client', ...FAULTS[checked.fault], 401);
  return answerWithJson(200, {
    token_type: 'Bearer',
    expires_in: LIFETIME,
    ext_expires_in: LIFETIME,
    access_token: `local.${randomBytes(48).toString('base64url')}`,
  });
}
