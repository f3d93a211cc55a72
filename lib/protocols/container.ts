import type { Answer } from '../answer.ts';
import { BrokerError, type Code } from '../errors.ts';
import type { ExchangeRequest } from '../exchange.ts';
import { findBearerStatus, readRoleName } from './bearer.ts';
import type { HttpAnswer, HttpRequest, Protocol, Voice } from './protocol.ts';
import {
  describeInOneText,
  type IssuedAws,
  onlyAws,
  trimNewline,
  writeExpiry,
  writeHeaders,
} from './words.ts';

/** The SDKs send what they were given, with no scheme; whoever writes `Bearer` means the same. */
function readContainerToken(request: HttpRequest): string {
  const token = trimNewline(request.headers['authorization'] ?? '').replace(/^bearer(\s+|$)/i, '');
  // Of a token file with a newline in it the JavaScript SDK makes a last request without the header.
  if (token === '') throw new BrokerError('parameter_missing', { at: 'Authorization' });
  return token;
}

function parseContainerRequest(request: HttpRequest): ExchangeRequest {
  if (request.query !== '') throw new BrokerError('parameter_unsupported', { at: 'query' });
  return {
    subjectToken: readContainerToken(request),
    access: {
      role: readRoleName(request.path.replace('/credentials/', '')),
      scopes: undefined,
      seconds: undefined,
      kinds: ['aws'],
      sessionName: undefined,
    },
  };
}

/** Python's and JavaScript's SDKs repeat a request after any status but success, Go's after 503 alone. */
export const containerStatus: (code: Code) => number = findBearerStatus;

/** The members that the SDKs read; they take another answer for none. */
function writeCredentials(aws: IssuedAws): object {
  const {
    credential,
    grant: { target },
  } = aws;
  return {
    AccessKeyId: credential.accessKeyId,
    SecretAccessKey: credential.secretAccessKey,
    Token: credential.sessionToken,
    Expiration: writeExpiry(credential.expiresAt),
    AccountId: target.roleArn.split(':')[4],
    RoleArn: target.roleArn,
  };
}

const ADVICE =
  'The token belongs in AWS_CONTAINER_AUTHORIZATION_TOKEN, or in the file that AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE names; a job that outlives its token takes kite-sts exec.';

function findContainerAdvice(code: Code): string | undefined {
  return code === 'parameter_missing' || code === 'token_expired' ? ADVICE : undefined;
}

function renderContainerAnswer(given: Answer, _request: HttpRequest, voice: Voice): HttpAnswer {
  const answer = onlyAws(given);
  const status = answer.kind === 'issued' ? 200 : containerStatus(answer.code);
  const body =
    answer.kind === 'issued'
      ? writeCredentials(answer)
      : { code: answer.code, message: describeInOneText(answer, voice, findContainerAdvice(answer.code)) };
  return {
    status,
    headers: {
      ...writeHeaders(answer, status, 'application/json'),
      ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
      ...(status === 405 ? { allow: 'GET' } : {}),
    },
    body: JSON.stringify(body),
  };
}

/**
 * `GET /credentials/{role}`, as the SDKs ask a container's host for credentials: the subject token is in
 * `Authorization`. https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
 */
export const container: Protocol = {
  name: 'container',
  reusesToken: true,
  parse: parseContainerRequest,
  render: renderContainerAnswer,
};
