import type { Answer } from '../answer.ts';
import { CODES, type Code } from '../errors.ts';
import type { Credential } from '../providers/provider.ts';
import { readParameters } from './json.ts';
import type { HttpAnswer, HttpRequest, Voice } from './protocol.ts';
import { listVariables } from './variables.ts';
import {
  describeClaim,
  describeRefused,
  type IssuedAnswer,
  type RefusedAnswer,
  writeExpiry,
  writeHeaders,
} from './words.ts';

export const TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:';

export const AWS_CREDENTIALS = 'urn:kite-sts:params:oauth:token-type:aws-credentials';

/** RFC 6749 §5.2, RFC 8693 §2.2.2: which error and status each code is on this wire. */
const STATUS: {
  readonly [code in Code]?: readonly [status: number, error: string];
} = {
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

export function renderTokenAnswer(answer: Answer, request: HttpRequest, voice: Voice): HttpAnswer {
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
