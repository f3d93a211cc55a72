import { randomBytes } from 'node:crypto';
import type { Discovery } from '../protocols/discovery.ts';
import type { HttpAnswer, HttpRequest } from '../protocols/protocol.ts';
import {
  answerWithJson,
  readBearerToken,
  readFormBody,
  readJsonBody,
  refuseOauth,
  writeServiceTime,
} from './json.ts';
import { type PresentedFault, verifyPresented } from './presented.ts';

const PROVIDER =
  /^\/\/iam\.googleapis\.com\/projects\/\d+\/locations\/global\/workloadIdentityPools\/[a-z0-9-]{4,32}\/providers\/[a-z0-9-]{4,32}$/;
const SCOPE = /^(https:\/\/www\.googleapis\.com\/auth\/[\w.-]+|openid|email)$/;
const TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:';
const GENERATE =
  /^\/v1\/projects\/-\/serviceAccounts\/([a-z0-9._-]+@[a-z0-9.-]+\.gserviceaccount\.com):generateAccessToken$/;
const DELEGATE = /^projects\/-\/serviceAccounts\/[a-z0-9._-]+@[a-z0-9.-]+\.gserviceaccount\.com$/;
const IMPERSONATE = ['https://www.googleapis.com/auth/iam', 'https://www.googleapis.com/auth/cloud-platform'];
/** Seconds that a federated token lives at most, and one of a service account where an organization allows more. */
const LONGEST = 3600;
const LONGEST_EXTENDED = 43_200;

/** Whose JWTs are taken, and when it is, in seconds since the epoch. */
export type CloudMoment = { readonly trusted: Discovery; readonly now: number };

type Federated = { readonly scopes: readonly string[]; readonly expiresAt: number };

/** Refuses as the APIs of Google do, but for its STS. */
function refuseGoogleApi(code: number, status: string, message: string): HttpAnswer {
  return answerWithJson(code, { error: { code, status, message } });
}

function createOpaqueToken(): string {
  return `ya29.local-${randomBytes(48).toString('base64url')}`;
}

const FAULTS: { readonly [fault in PresentedFault]: string } = {
  malformed: 'Unable to parse the ID Token.',
  key_unknown: 'Error connecting to the given credential issuer: no key has that id.',
  signature_wrong: 'Invalid JWT signature.',
  issuer_differs: 'The issuer in ID Token does not match the expected ones.',
  audience_differs: 'The audience in ID Token does not match the expected audience.',
  expired: 'ID Token is stale to sign-in.',
  not_yet_valid: 'ID Token issued at is in the future.',
  claims_wrong: 'The mapped attribute google.subject or a time of the ID Token is not as it must be.',
};

function findGoogleFormFault(form: URLSearchParams): HttpAnswer | undefined {
  if (form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:token-exchange')
    return refuseOauth('unsupported_grant_type', 'Invalid grant_type.');
  if (!PROVIDER.test(form.get('audience') ?? ''))
    return refuseOauth('invalid_request', 'Invalid value for "audience".');
  if (form.get('requested_token_type') !== `${TOKEN_TYPE}access_token`)
    return refuseOauth('invalid_request', 'Invalid requested_token_type.');
  if (form.get('subject_token_type') !== `${TOKEN_TYPE}jwt`)
    return refuseOauth('invalid_request', 'Invalid subject_token_type.');
  const scopes = (form.get('scope') ?? '').split(' ');
  return scopes.every(scope => SCOPE.test(scope))
    ? undefined
    : refuseOauth('invalid_scope', 'Invalid scope.');
}

/** The tokens that were given, each with what it may. */
type GivenTokens = Map<string, Federated>;

async function exchangeFederated(
  request: HttpRequest,
  given: GivenTokens,
  at: CloudMoment,
): Promise<HttpAnswer> {
  const form = readFormBody(request);
  const wrong = findGoogleFormFault(form);
  if (wrong) return wrong;
  const audience = `https:${form.get('audience')}`;
  const checked = await verifyPresented(form.get('subject_token') ?? '', { ...at, audience });
  if ('fault' in checked) return refuseOauth('invalid_grant', FAULTS[checked.fault]);
  const access_token = createOpaqueToken();
  const expires_in = Math.min(LONGEST, Number(checked.claims['exp']) - Math.floor(at.now));
  given.set(access_token, { scopes: (form.get('scope') ?? '').split(' '), expiresAt: at.now + expires_in });
  const issued_token_type = `${TOKEN_TYPE}access_token`;
  return answerWithJson(200, { access_token, issued_token_type, token_type: 'Bearer', expires_in });
}

function generateToken(request: HttpRequest, given: GivenTokens, now: number): HttpAnswer {
  const own = given.get(readBearerToken(request));
  const refuse = (message: string) => refuseGoogleApi(400, 'INVALID_ARGUMENT', message);
  if (!own || own.expiresAt <= now)
    return refuseGoogleApi(401, 'UNAUTHENTICATED', 'Request had invalid authentication credentials.');
  if (!own.scopes.some(scope => IMPERSONATE.includes(scope)))
    return refuseGoogleApi(403, 'PERMISSION_DENIED', 'Request had insufficient authentication scopes.');
  const { scope, lifetime = '3600s', delegates = [] } = readJsonBody(request);
  const seconds = Number(/^(\d+)s$/.exec(String(lifetime))?.[1] ?? 0);
  if (!Array.isArray(scope) || scope.length === 0 || !scope.every(each => SCOPE.test(String(each))))
    return refuse('Scope is required.');
  if (seconds < 1 || seconds > LONGEST_EXTENDED)
    return refuse('The access token lifetime cannot exceed 43200 seconds.');
  if (!Array.isArray(delegates) || !delegates.every(each => DELEGATE.test(String(each))))
    return refuse('Invalid delegate.');
  const expireTime = writeServiceTime(Math.floor(now) + seconds);
  return answerWithJson(200, { accessToken: createOpaqueToken(), expireTime });
}

/**
 * A local Google Cloud: the token exchange of its STS, and generateAccessToken of service accounts. It refuses what
 * Google refuses of a pool that trusts `trusted`, and what it hands out opens nothing. `now` is in seconds since the
 * epoch.
 */
export function createLocalGoogle() {
  const given: GivenTokens = new Map();
  return async (host: string, request: HttpRequest, at: CloudMoment): Promise<HttpAnswer> => {
    const { path } = request;
    if (host === 'sts.googleapis.com' && path === '/v1/token') return exchangeFederated(request, given, at);
    if (host === 'iamcredentials.googleapis.com' && GENERATE.test(path))
      return generateToken(request, given, at.now);
    return refuseGoogleApi(404, 'NOT_FOUND', 'Not found.');
  };
}
