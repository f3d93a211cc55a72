import { randomBytes } from 'node:crypto';
import type { Signer } from '../keys/signer.ts';
import type { HttpAnswer, HttpRequest } from '../protocols/protocol.ts';
import type { CloudMoment } from './google.ts';
import { answerWithJson } from './json.ts';
import { type PresentedClaims, type PresentedFault, verifyPresented, verifySignature } from './presented.ts';

const ENDPOINT = 'https://buildkite.com/oauth/token';
const SLUG = /^[a-z0-9-]{1,100}$/;
const SCOPE = /^[a-z]+(_[a-z]+)+$/;
/** Seconds: how long an assertion may live, and a token at least and at most. */
const LONGEST_ASSERTION = 300;
const SHORTEST = 30;
const LONGEST = 86_400;
const USERS: { readonly [type: string]: RegExp } = {
  'urn:buildkite:params:oauth:token-type:user-email': /^\S+@\S+$/,
  'urn:buildkite:params:oauth:token-type:user-uuid': /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/,
};

/** RFC 6749 §5.2, with Buildkite's own words. */
function refuseBuildkite(error: string, error_description: string): HttpAnswer {
  return answerWithJson(400, { error, error_description });
}

function findAssertionFault({ iss, sub, aud, iat, exp }: PresentedClaims, now: number): string | undefined {
  if (typeof iss !== 'string' || iss === '' || iss !== sub)
    return 'JWT `iss` and `sub` must be the client ID';
  if (aud !== ENDPOINT) return 'JWT `aud` claim is invalid';
  if (!Number.isInteger(exp) || Number(exp) <= now) return 'JWT `exp` claim must be in the future';
  return Number.isInteger(iat) && Number(exp) - Number(iat) <= LONGEST_ASSERTION
    ? undefined
    : 'JWT `exp` claim must be within 5 minutes of `iat`';
}

function findBuildkiteFormFault(form: URLSearchParams): HttpAnswer | undefined {
  if (form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:token-exchange')
    return refuseBuildkite('unsupported_grant_type', 'Token exchange is not enabled for this organization');
  if (!USERS[form.get('subject_token_type') ?? '']?.test(form.get('subject_token') ?? ''))
    return refuseBuildkite('invalid_request', 'Subject user must be an active member of the organization');
  if (!SLUG.test(form.get('audience') ?? ''))
    return refuseBuildkite('invalid_target', 'Invalid audience organization');
  return (form.get('scope') ?? '').split(' ').every(scope => SCOPE.test(scope))
    ? undefined
    : refuseBuildkite('invalid_scope', 'Requested scopes exceed grantable scopes');
}

const IDENTITY_FAULTS: { readonly [fault in PresentedFault]: string } = {
  malformed: 'The client assertion is no JWT',
  key_unknown: 'No key of the JWKS of the issuer has that kid',
  signature_wrong: 'Invalid client assertion signature',
  issuer_differs: 'No workload identity trusts this issuer',
  audience_differs: 'JWT `aud` claim is invalid',
  expired: 'JWT `exp` claim must be in the future',
  not_yet_valid: 'JWT `iat` claim must be in the past',
  claims_wrong: 'The subject does not match',
};

/** What an administrator entered for a workload identity as its OIDC audience: of this form, or of a row of broker.yml. */
const IDENTITY_AUDIENCE = /^https:\/\/buildkite\.com\/[a-z0-9-]{1,100}$/;
const SCOPES_OF_IDENTITIES =
  /^(read|write|retry)_(pipelines|builds|artifacts|build_logs|job_env|organizations)$/;
const MEMBERS = ['grant_type', 'client_id', 'client_assertion_type', 'client_assertion', 'scope'];

function findIdentityFault(form: URLSearchParams): HttpAnswer | undefined {
  if ([...form.keys()].some(name => !MEMBERS.includes(name)) || !/^[\w-]+$/.test(form.get('client_id') ?? ''))
    return refuseBuildkite('invalid_request', 'client_id is missing, or a parameter is not known');
  if (form.get('client_assertion_type') !== 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
    return refuseBuildkite('invalid_request', 'client_assertion_type is missing');
  return (form.get('scope') ?? '').split(' ').every(scope => SCOPES_OF_IDENTITIES.test(scope))
    ? undefined
    : refuseBuildkite('invalid_scope', 'The workload identity does not have these scopes');
}

/** The audience that a JWT has, if it is one that a workload identity can have; what is not verified decides nothing else. */
function readAudience(token: string, known: readonly string[]): string {
  const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString();
  const aud = /"aud":"([^"]+)"/.exec(payload)?.[1];
  return typeof aud === 'string' && (IDENTITY_AUDIENCE.test(aud) || known.includes(aud)) ? aud : '';
}

/**
 * A local Buildkite: its token endpoint, for apps of any id, all of whose assertions this signer makes, and for workload
 * identities that trust the broker and have one of these audiences. It refuses what Buildkite refuses, an assertion that
 * was used before among it, and what it hands out opens nothing.
 */
export function createLocalBuildkite(apps: Signer, audiences: () => readonly string[] = () => []) {
  const used = new Set<unknown>();
  const idOf = async (assertion: string, now: number): Promise<{ jti: unknown } | { fault: string }> => {
    const checked = await verifySignature(assertion, await apps.publicKeys());
    if ('fault' in checked) return { fault: 'Invalid client assertion signature' };
    const { jti } = checked.claims;
    const fault = findAssertionFault(checked.claims, now);
    if (fault !== undefined) return { fault };
    return used.has(jti) ? { fault: 'JWT has already been used (jti)' } : { jti };
  };
  const byApp = async (form: URLSearchParams, now: number): Promise<HttpAnswer> => {
    const client = await idOf(form.get('client_assertion') ?? '', now);
    if ('fault' in client) return refuseBuildkite('invalid_client', client.fault);
    const wrong = findBuildkiteFormFault(form);
    if (wrong) return wrong;
    used.add(client.jti);
    return answerWithJson(200, {
      access_token: `bktx_local${randomBytes(24).toString('hex')}`,
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      token_type: 'Bearer',
      expires_in: Math.min(Math.max(Number(form.get('expires_in') ?? LONGEST), SHORTEST), LONGEST),
      scope: form.get('scope'),
    });
  };
  const byIdentity = async (form: URLSearchParams, { trusted, now }: CloudMoment): Promise<HttpAnswer> => {
    const token = form.get('client_assertion') ?? '';
    const checked = await verifyPresented(token, {
      trusted,
      audience: readAudience(token, audiences()),
      now,
    });
    if ('fault' in checked) return refuseBuildkite('invalid_client', IDENTITY_FAULTS[checked.fault]);
    if (used.has(checked.claims['jti']))
      return refuseBuildkite('invalid_client', 'JWT has already been used (jti)');
    const wrong = findIdentityFault(form);
    if (wrong) return wrong;
    used.add(checked.claims['jti']);
    const access_token = `local_${randomBytes(24).toString('hex')}`;
    return answerWithJson(200, {
      access_token,
      token_type: 'Bearer',
      expires_in: 3600,
      scope: form.get('scope'),
    });
  };
  return async ({ method, path, body }: HttpRequest, at: CloudMoment): Promise<HttpAnswer> => {
    if (method !== 'POST' || path !== '/oauth/token') return answerWithJson(404, { message: 'Not Found' });
    const form = new URLSearchParams(Buffer.from(body).toString('utf8'));
    return form.get('grant_type') === 'client_credentials' ? byIdentity(form, at) : byApp(form, at.now);
  };
}
