import type { Answer } from '../answer.ts';
import { BrokerError, CODES, type Code } from '../errors.ts';
import type { ExchangeRequest } from '../exchange.ts';
import { ROLE_NAME } from '../policy/name.ts';
import type { KindName } from '../policy/targets.ts';
import type { Credential } from '../providers/provider.ts';
import { readForm, refuseBearer } from './form.ts';
import { isJson, readJsonParameters } from './json.ts';
import type { HttpAnswer, HttpRequest, Protocol, Voice } from './protocol.ts';
import { listVariables, VARIABLES } from './variables.ts';
import {
  describeClaim,
  describeRefused,
  type IssuedAnswer,
  type RefusedAnswer,
  trimNewline,
  writeExpiry,
  writeHeaders,
} from './words.ts';

/** RFC 8693 §2.1 and §3: the words on the wire. */
export const GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:';
export const AWS_CREDENTIALS = 'urn:kite-sts:params:oauth:token-type:aws-credentials';

export const SUBJECT_TOKEN_TYPES = [`${TOKEN_TYPE}jwt`, `${TOKEN_TYPE}id_token`];
const REQUESTED: ReadonlyMap<string, readonly KindName[]> = new Map([
  [`${TOKEN_TYPE}access_token`, Object.keys(VARIABLES) as KindName[]],
  [`${TOKEN_TYPE}jwt`, ['jwt']],
  [AWS_CREDENTIALS, ['aws']],
]);
export const REQUESTED_TYPES: readonly string[] = [...REQUESTED.keys()];
/** Parameters of RFC 8693 that would change who is asking: refused, not ignored. */
const UNSUPPORTED = ['actor_token', 'actor_token_type'];
// RFC 6749 §3.3, one or more scope-tokens with one space between.
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/;

/** More than any role can grant, and its characters; what is asked for goes into the audit event (threat T66). */
const MAX_SCOPES = 50;
const MAX_SCOPE = 1024;

function refuseParameter(at: string): BrokerError {
  return new BrokerError('parameter_invalid', { at });
}

function needParameter(form: ReadonlyMap<string, string>, name: string): string {
  const value = form.get(name);
  if (value === undefined) throw new BrokerError('parameter_missing', { at: name });
  return value;
}

// What Google's clients take as an audience has this form; here it names a role.
export const GOOGLE =
  /^\/\/iam\.([a-z0-9.-]+)\/projects\/\d{1,20}\/locations\/global\/workloadIdentityPools\/kite-sts\/providers\/([^/]+)$/;
const GOOGLES_OWN = 'googleapis.com';

/** The role of an audience in Google's form, and the universe that it is of: Google's own, or that of this broker. */
type NamedTarget = { readonly role: string; readonly universe: string };

function readGoogleAudience(audience: string, url: string): NamedTarget | undefined {
  const [, universe = '', role = ''] = GOOGLE.exec(audience) ?? [];
  // A broker at `sts.<universe>` is the STS of that universe to google-github-actions/auth.
  return role !== '' && (universe === GOOGLES_OWN || new URL(url).host === `sts.${universe}`)
    ? { role, universe }
    : undefined;
}

/** In a universe of its own the same scopes have other names: `https://www.<universe>/auth/…`. */
function readScopesIn(universe: string, scope: string | undefined): readonly string[] | undefined {
  const [own, googles] = [universe, GOOGLES_OWN].map(each => `https://www.${each}/auth/`) as [string, string];
  return readScopes(scope)?.map(each => (each.startsWith(own) ? googles + each.slice(own.length) : each));
}

function readRole(audience: string): string {
  if (ROLE_NAME.test(audience)) return audience;
  // The commonest slip: the audience that the token was minted for, sent where the role's name belongs.
  throw new BrokerError(/[:/.]/.test(audience) ? 'role_parameter_holds_audience' : 'parameter_invalid', {
    at: 'audience',
  });
}

function readSeconds(written: string | undefined): number | undefined {
  if (written === undefined) return undefined;
  if (!/^[1-9]\d{0,5}$/.test(written)) throw refuseParameter('expires_in');
  return Number(written);
}

function readScopes(written: string | undefined): readonly string[] | undefined {
  if (written === undefined) return undefined;
  if (written.length > MAX_SCOPE || !SCOPE.test(written)) throw refuseParameter('scope');
  const scopes = new Set(written.split(' '));
  if (scopes.size > MAX_SCOPES) throw refuseParameter('scope');
  return [...scopes];
}

function readKinds(written: string | undefined): readonly KindName[] | undefined {
  if (written === undefined) return undefined;
  const kinds = REQUESTED.get(written);
  if (!kinds) throw refuseParameter('requested_token_type');
  return kinds;
}

function readParameters(request: HttpRequest): ReadonlyMap<string, string> {
  return isJson(request) ? readJsonParameters(request) : readForm(request);
}

function parseTokenExchange(request: HttpRequest, url: string): ExchangeRequest {
  const form = readParameters(request);
  refuseBearer(request);
  if (form.has('resource')) throw new BrokerError('target_unsupported', { at: 'resource' });
  const unsupported = UNSUPPORTED.find(name => form.has(name));
  if (unsupported) throw new BrokerError('parameter_unsupported', { at: unsupported });
  if (needParameter(form, 'grant_type') !== GRANT_TYPE)
    throw new BrokerError('grant_type_unsupported', { at: 'grant_type' });
  if (!SUBJECT_TOKEN_TYPES.includes(needParameter(form, 'subject_token_type')))
    throw refuseParameter('subject_token_type');
  const audience = needParameter(form, 'audience');
  const google = readGoogleAudience(audience, url);
  return {
    subjectToken: trimNewline(needParameter(form, 'subject_token')),
    access: {
      role: readRole(google?.role ?? audience),
      scopes: readScopesIn(google?.universe ?? GOOGLES_OWN, form.get('scope')),
      seconds: readSeconds(form.get('expires_in')),
      kinds: readKinds(form.get('requested_token_type')),
      sessionName: undefined,
    },
  };
}

/** RFC 6749 §5.2, RFC 8693 §2.2.2: which error and status each code is on this wire. */
const STATUS: { readonly [code in Code]?: readonly [status: number, error: string] } = {
  body_too_large: [413, 'invalid_request'],
  content_type_unsupported: [415, 'invalid_request'],
  grant_type_unsupported: [400, 'unsupported_grant_type'],
  method_not_allowed: [405, 'invalid_request'],
  path_unknown: [404, 'invalid_request'],
  rate_limited: [429, 'temporarily_unavailable'],
  requested_token_type_differs: [400, 'invalid_request'],
  role_parameter_holds_audience: [400, 'invalid_target'],
  scope_beyond_grant: [400, 'invalid_scope'],
  seconds_above_maximum: [400, 'invalid_request'],
  seconds_below_minimum: [400, 'invalid_request'],
  target_unsupported: [400, 'invalid_target'],
  token_already_used: [409, 'invalid_request'],
};
const BY_FAULT = {
  caller: [400, 'invalid_request'],
  denied: [400, 'invalid_target'],
  // RFC 8693 §2.2.2: unable to issue a token for that target, and no time will change it.
  setup: [400, 'invalid_target'],
  ours: [503, 'temporarily_unavailable'],
} as const;

/**
 * The status and the OAuth error of a code. A subject token that is no good is `invalid_request`, and a target that
 * cannot be had `invalid_target` (RFC 8693 §2.2.2).
 */
export function findWireError(code: Code): readonly [status: number, error: string] {
  return STATUS[code] ?? BY_FAULT[CODES[code].fault];
}

function writeAwsMember(credential: Extract<Credential, { kind: 'aws' }>) {
  return {
    AccessKeyId: credential.accessKeyId,
    SecretAccessKey: credential.secretAccessKey,
    SessionToken: credential.sessionToken,
    Expiration: writeExpiry(credential.expiresAt),
    AccountId: credential.assumedRole.split(':')[4],
  };
}

/** Our access tokens are JWTs, so they are had under either name; any other token by this one alone. */
const ACCESS_TOKEN = `${TOKEN_TYPE}access_token`;

function writeIssuedBody(answer: IssuedAnswer, request: HttpRequest, now: number): object {
  const { credential, grant } = answer;
  const expires_in = Math.max(0, credential.expiresAt - Math.floor(now));
  const scope = grant.scopes.length > 0 ? { scope: grant.scopes.join(' ') } : {};
  const { kind } = credential;
  if (kind !== 'aws')
    return {
      access_token: credential.token,
      // RFC 8693 §2.2.1: by the name under which it was asked for.
      issued_token_type: readParameters(request).get('requested_token_type') ?? ACCESS_TOKEN,
      token_type: 'Bearer',
      expires_in,
      ...scope,
      kind,
    };
  const aws = writeAwsMember(credential);
  // The string is what credential_process prints, so that a client can hand it on without reading it.
  return {
    access_token: JSON.stringify({ Version: 1, ...aws }),
    issued_token_type: AWS_CREDENTIALS,
    token_type: 'N_A',
    expires_in,
    kind,
    aws,
  };
}

function writeRefusedBody(refused: RefusedAnswer, voice: Voice): object {
  return {
    error: findWireError(refused.code)[1],
    error_description: describeRefused(refused, voice),
    error_uri: `${voice.url}/errors/${refused.code}`,
    code: refused.code,
    decision_id: refused.decisionId,
    ...(refused.claims.length > 0 ? { claims: refused.claims } : {}),
    ...(refused.contact === undefined ? {} : { contact: refused.contact }),
    ...(refused.approvalStep === undefined ? {} : { approval_step: refused.approvalStep }),
  };
}

function writeRefusedLines(refused: RefusedAnswer, voice: Voice): string[] {
  return [
    `ERROR=${findWireError(refused.code)[1]}`,
    `CODE=${refused.code}`,
    `DESCRIPTION=${describeRefused(refused, voice)}`,
    `DECISION_ID=${refused.decisionId}`,
    `ERROR_URI=${voice.url}/errors/${refused.code}`,
    ...(refused.contact === undefined ? [] : [`CONTACT=${refused.contact}`]),
    ...(refused.approvalStep === undefined ? [] : [`APPROVAL_STEP=${refused.approvalStep}`]),
    ...refused.claims.map(each => `CLAIM=${describeClaim(each)}`),
  ];
}

/** Text when the caller names it and does not name JSON: NAME=value lines, to be read and not evaluated. */
function wantsText(request: HttpRequest): boolean {
  const accept = (request.headers['accept'] ?? '').toLowerCase();
  return accept.includes('text/plain') && !accept.includes('application/json');
}

function renderTokenAnswer(answer: Answer, request: HttpRequest, voice: Voice): HttpAnswer {
  const [status] = answer.kind === 'issued' ? [200] : findWireError(answer.code);
  const asText = wantsText(request);
  const lines = (): string[] =>
    answer.kind === 'issued'
      ? Object.entries(listVariables(answer.credential)).map(([name, value]) => `${name}=${value}`)
      : writeRefusedLines(answer, voice);
  const body = (): object =>
    answer.kind === 'issued' ? writeIssuedBody(answer, request, voice.now) : writeRefusedBody(answer, voice);
  return {
    status,
    headers: {
      ...writeHeaders(answer, status, asText ? 'text/plain; charset=utf-8' : 'application/json'),
      ...(status === 405 ? { allow: 'POST' } : {}),
    },
    body: asText ? `${lines().join('\n')}\n` : JSON.stringify(body()),
  };
}

/** OAuth 2.0 Token Exchange (RFC 8693): `audience` names the role. */
export const oauth: Protocol = {
  name: 'oauth',
  reusesToken: false,
  parse: parseTokenExchange,
  render: renderTokenAnswer,
};
