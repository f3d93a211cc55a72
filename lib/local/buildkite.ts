import { randomBytes } from 'node:crypto';
import type { Signer } from '../keys/signer.ts';
import type { HttpAnswer, HttpRequest } from '../protocols/protocol.ts';
import type { CloudMoment } from './google.ts';
import { answerWithJson, readFormBody, refuseOauth } from './json.ts';
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

function findAssertionFault(claims: PresentedClaims, now: number): string | undefined {
  const { iss, sub, aud, iat, exp } = claims;
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
    return refuseOauth('unsupported_grant_type', 'Token exchange is not enabled for this organization');
  if (!USERS[form.get('subject_token_type') ?? '']?.test(form.get('subject_token') ?? ''))
    return refuseOauth('invalid_request', 'Subject user must be an active member of the organization');
  if (!SLUG.test(form.get('audience') ?? ''))
    return refuseOauth('invalid_target', 'Invalid audience organization');
  return (form.get('scope') ?? '').split(' ').every(scope => SCOPE.test(scope))
    ? undefined
    : refuseOauth('invalid_scope', 'Requested scopes exceed grantable scopes');
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

/** The OIDC audience that an administrator entered for a workload identity: of this form, or of a row of broker.yml. */
const IDENTITY_AUDIENCE = /^https:\/\/buildkite\.com\/[a-z0-9-]{1,100}$/;
const SCOPES_OF_IDENTITIES =
  /^(read|write|retry)_(pipelines|builds|artifacts|build_logs|job_env|organizations)$/;
const MEMBERS = ['grant_type', 'client_id', 'client_assertion_type', 'client_assertion', 'scope'];

function findIdentityFault(form: URLSearchParams): HttpAnswer | undefined {
  if ([...form.keys()].some(name => !MEMBERS.includes(name)) || !/^[\w-]+$/.test(form.get('client_id') ?? ''))
    return refuseOauth('invalid_request', 'client_id is missing, or a parameter is not known');
  if (form.get('client_assertion_type') !== 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
    return refuseOauth('invalid_request', 'client_assertion_type is missing');
  return (form.get('scope') ?? '').split(' ').every(scope => SCOPES_OF_IDENTITIES.test(scope))
    ? undefined
    : refuseOauth('invalid_scope', 'The workload identity does not have these scopes');
}

/** The audience that a JWT has, if it is one that a workload identity can have; what is not verified decides nothing else. */
function readPresentedAudience(token: string, known: readonly string[]): string {
  const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString();
  const aud = /"aud":"([^"]+)"/.exec(payload)?.[1];
  return typeof aud === 'string' && (IDENTITY_AUDIENCE.test(aud) || known.includes(aud)) ? aud : '';
}

type CheckedAssertion = { readonly claims: PresentedClaims } | { readonly fault: string };

/** One of the two ways to a token: whose assertion it takes, what the form must be, and what it gives. */
type BuildkiteGrant = {
  readonly check: (assertion: string, at: CloudMoment) => Promise<CheckedAssertion>;
  readonly findFormFault: (form: URLSearchParams) => HttpAnswer | undefined;
  readonly issue: (form: URLSearchParams) => object;
};

/** For apps of any id, all of whose assertions this signer makes. */
function createAppGrant(apps: Signer): BuildkiteGrant {
  return {
    async check(assertion, { now }) {
      const checked = await verifySignature(assertion, await apps.publicKeys());
      if ('fault' in checked) return { fault: 'Invalid client assertion signature' };
      const fault = findAssertionFault(checked.claims, now);
      return fault === undefined ? checked : { fault };
    },
    findFormFault: findBuildkiteFormFault,
    issue: form => ({
      access_token: `bktx_local${randomBytes(24).toString('hex')}`,
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      token_type: 'Bearer',
      expires_in: Math.min(Math.max(Number(form.get('expires_in') ?? LONGEST), SHORTEST), LONGEST),
      scope: form.get('scope'),
    }),
  };
}

/** For workload identities that trust the broker and have one of these audiences. */
function createIdentityGrant(audiences: () => readonly string[]): BuildkiteGrant {
  return {
    async check(assertion, { trusted, now }) {
      const audience = readPresentedAudience(assertion, audiences());
      const checked = await verifyPresented(assertion, { trusted, audience, now });
      return 'fault' in checked ? { fault: IDENTITY_FAULTS[checked.fault] } : checked;
    },
    findFormFault: findIdentityFault,
    issue: form => ({
      access_token: `local_${randomBytes(24).toString('hex')}`,
      token_type: 'Bearer',
      expires_in: 3600,
      scope: form.get('scope'),
    }),
  };
}

/**
 * A local Buildkite: its token endpoint, for apps and for workload identities. It refuses what Buildkite refuses, an
 * assertion that was used before among it, and what it hands out opens nothing.
 */
export function createLocalBuildkite(apps: Signer, audiences: () => readonly string[] = () => []) {
  const used = new Set<unknown>();
  const [byApp, byIdentity] = [createAppGrant(apps), createIdentityGrant(audiences)];
  return async (request: HttpRequest, at: CloudMoment): Promise<HttpAnswer> => {
    if (request.method !== 'POST' || request.path !== '/oauth/token')
      return answerWithJson(404, { message: 'Not Found' });
    const form = readFormBody(request);
    const grant = form.get('grant_type') === 'client_credentials' ? byIdentity : byApp;
    const checked = await grant.check(form.get('client_assertion') ?? '', at);
    if ('fault' in checked) return refuseOauth('invalid_client', checked.fault);
    const { jti } = checked.claims;
    if (used.has(jti)) return refuseOauth('invalid_client', 'JWT has already been used (jti)');
    const refused = grant.findFormFault(form);
    if (refused) return refused;
    used.add(jti);
    return answerWithJson(200, grant.issue(form));
  };
}
