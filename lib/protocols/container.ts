import type { Answer } from '../answer.ts';
import { BrokerError, type Code } from '../errors.ts';
import type { ExchangeRequest } from '../exchange.ts';
import { createPathRequest, renderBearerAnswer } from './bearer.ts';
import type { HttpAnswer, HttpRequest, Protocol, Voice } from './protocol.ts';
import { type IssuedAws, onlyAws, trimNewline, writeExpiry } from './words.ts';

/** The SDKs send what they were given, with no scheme; whoever writes `Bearer` means the same. */
function readContainerToken(request: HttpRequest): string {
  const token = trimNewline(request.headers['authorization'] ?? '').replace(/^bearer(\s+|$)/i, '');
  // Of a token file with a newline in it the JavaScript SDK makes a last request without the header.
  if (token === '') throw new BrokerError('parameter_missing', { at: 'Authorization' });
  return token;
}

function parseContainerRequest(request: HttpRequest): ExchangeRequest {
  if (request.query !== '') throw new BrokerError('parameter_unsupported', { at: 'query' });
  return createPathRequest(request, readContainerToken(request), 'aws');
}

/** The members that the SDKs read; they take another answer for none. */
function writeCredentials(aws: IssuedAws): object {
  const { credential, grant } = aws;
  return {
    AccessKeyId: credential.accessKeyId,
    SecretAccessKey: credential.secretAccessKey,
    Token: credential.sessionToken,
    Expiration: writeExpiry(credential.expiresAt),
    AccountId: grant.target.roleArn.split(':')[4],
    RoleArn: grant.target.roleArn,
  };
}

const ADVICE =
  'The token belongs in AWS_CONTAINER_AUTHORIZATION_TOKEN, or in the file that AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE names; a job that outlives its token takes kite-sts exec.';

function findContainerAdvice(code: Code): string | undefined {
  return code === 'parameter_missing' || code === 'token_expired' ? ADVICE : undefined;
}

// Python's and JavaScript's SDKs repeat a request after any status but success, Go's after 503 alone.
function renderContainerAnswer(answer: Answer, _request: HttpRequest, voice: Voice): HttpAnswer {
  const door = { method: 'GET', write: writeCredentials, advise: findContainerAdvice };
  return renderBearerAnswer(onlyAws(answer), voice, door);
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
