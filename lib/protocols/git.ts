import type { Answer } from '../answer.ts';
import { BrokerError } from '../errors.ts';
import type { ExchangeRequest } from '../exchange.ts';
import { createPathRequest, renderBearerAnswer } from './bearer.ts';
import type { HttpAnswer, HttpRequest, Protocol, Voice } from './protocol.ts';
import { type IssuedGithub, onlyGithub } from './words.ts';

const BEARER = /^Bearer +(\S+)$/i;

function readGitToken(request: HttpRequest): string {
  const { authorization } = request.headers;
  if (authorization === undefined) throw new BrokerError('parameter_missing', { at: 'Authorization' });
  const token = BEARER.exec(authorization)?.[1];
  if (token === undefined) throw new BrokerError('parameter_invalid', { at: 'Authorization' });
  return token;
}

function parseGitRequest(request: HttpRequest): ExchangeRequest {
  const { query, body } = request;
  if (query !== '') throw new BrokerError('parameter_unsupported', { at: 'query' });
  // Versions of the helper before 0.0.2 send one, and wait for another answer than this.
  if (body.length > 0) throw new BrokerError('parameter_unsupported', { at: 'body' });
  return createPathRequest(request, readGitToken(request), 'github');
}

/** The members that the helper reads. Times are seconds since the epoch. */
function writeGitCredential(github: IssuedGithub, now: number): object {
  const { token, expiresAt } = github.credential;
  return { token, valid_since: Math.floor(now), expires_at: expiresAt, token_type: 'bearer' };
}

function renderGitAnswer(answer: Answer, _request: HttpRequest, voice: Voice): HttpAnswer {
  const write = (github: IssuedGithub): object => writeGitCredential(github, voice.now);
  return renderBearerAnswer(onlyGithub(answer), voice, { method: 'POST', write });
}

/**
 * `POST /git/{role}`: what Buildkite's credential helper for git asks of its exchange server, with the job's token as a
 * bearer token and no body. What a refusal says is shown to whoever ran git.
 * https://github.com/buildkite/git-credential-helper-buildkite-oidc#token-exchange-contract
 */
export const git: Protocol = {
  name: 'git',
  reusesToken: false,
  parse: parseGitRequest,
  render: renderGitAnswer,
};
