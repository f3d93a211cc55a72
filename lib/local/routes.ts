import type { Discovery } from '../protocols/discovery.ts';
import type { HttpAnswer, HttpRequest } from '../protocols/protocol.ts';
import { readStrictObject } from '../token/json.ts';
import type { LocalClouds } from './clouds.ts';
import type { ThrowawayIssuer } from './issuer.ts';
import { type TokenRequest, Unprocessable } from './jobs.ts';
import { answerWithJson } from './json.ts';
import { JOB_STATES, type JobLives, type JobState } from './life.ts';
import type { LocalRegistries } from './registry.ts';
import type { JobClaims } from './samples.ts';
import { answerSts } from './sts.ts';

/** The neighbours of the broker: below /local/ the throwaway issuer and clouds that open nothing, registries, the console. */
export type LocalBroker = {
  readonly registries: LocalRegistries;
  /** The console's page; undefined where the request is not for it. */
  readonly console: (request: HttpRequest) => Promise<HttpAnswer | undefined>;
  readonly issuer: ThrowawayIssuer;
  readonly clouds: LocalClouds;
  readonly lives: JobLives;
  readonly now: () => number;
};

/** Where this server is reached, and the broker behind it, whose JWTs the local clouds take. */
export type LocalHost = { readonly base: string; readonly trusted: Discovery };

const JOB = '[A-Za-z0-9._-]{1,64}';
const TOKENS = new RegExp(`^/local/agent/v3/jobs/(${JOB})/oidc/tokens$`);
const PUT_JOB = new RegExp(`^/local/jobs/(${JOB})$`);
const EVENTS = '/local/events';
const STS = /^\/local\/sts\/?$/;
const CLOUDS = '/local/clouds/';
const PUBLISHED = /^\/local\/issuers\/(\d{1,3})\/\.well-known\/(openid-configuration|jwks)$/;

function answerLocalJson(status: number, value: unknown): HttpAnswer {
  return answerWithJson(status, value, { 'cache-control': 'no-store' });
}

function readRouteObject(body: Uint8Array): { readonly [name: string]: unknown } {
  if (body.length === 0) return {};
  try {
    return readStrictObject(body);
  } catch {
    throw new Unprocessable('The body is not a JSON object.');
  }
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}
function isStringList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(isString);
}
function createFullTest(fits: (value: unknown) => value is string | string[]) {
  return (value: unknown): boolean => fits(value) && value.length > 0;
}

// The agent leaves out what is empty (Go's `omitempty`), so an empty member is nobody's who works against the real API.
const TOKEN_REQUEST: { readonly [name in keyof TokenRequest]-?: (value: unknown) => boolean } = {
  audience: createFullTest(isString),
  lifetime: value => typeof value === 'number' && value !== 0,
  claims: createFullTest(isStringList),
  aws_session_tags: createFullTest(isStringList),
  subject_claim: createFullTest(isString),
};

function readTokenRequest(body: Uint8Array): TokenRequest {
  const read = readRouteObject(body);
  for (const [name, value] of Object.entries(read)) {
    const fits = Object.hasOwn(TOKEN_REQUEST, name) && TOKEN_REQUEST[name as keyof TokenRequest](value);
    if (!fits)
      throw new Unprocessable(
        `${name.slice(0, 64)} is not known here, is empty or is of the wrong type. Known: ${Object.keys(TOKEN_REQUEST).join(', ')}.`,
      );
  }
  return read as TokenRequest;
}

/** Buildkite's own agent call: `POST {endpoint}/jobs/{job}/oidc/tokens` with `Authorization: Token …`. */
async function mintToken(local: LocalBroker, job: string, request: HttpRequest): Promise<HttpAnswer> {
  if (!/^Token \S+$/.test(request.headers['authorization'] ?? ''))
    return answerLocalJson(401, { message: 'Authorization: Token … is required. Any token does, here.' });
  const token = await local.issuer.mint(job, readTokenRequest(request.body));
  await local.lives.begin(job);
  return answerLocalJson(200, { token });
}

function readState(state: unknown): JobState | undefined {
  const known = JOB_STATES.find(each => each === state);
  if (state !== undefined && !known) throw new Unprocessable(`state is one of ${JOB_STATES.join(', ')}.`);
  return known;
}

/** Says what a job is, where it is in its life, or both. */
async function putJob(local: LocalBroker, job: string, request: HttpRequest): Promise<HttpAnswer> {
  const { issuer: iss, claims, state: written } = readRouteObject(request.body);
  const state = readState(written);
  const isMove = state !== undefined && iss === undefined && claims === undefined;
  if (!isMove) {
    if (!isString(iss) || claims === null || typeof claims !== 'object' || Array.isArray(claims))
      throw new Unprocessable(
        'Expected {"issuer": "https://…", "claims": {…}}, {"state": "finished"}, or both.',
      );
    local.issuer.put(job, { issuer: iss, claims: claims as JobClaims });
  }
  if (state) await local.lives.move(job, state);
  return answerLocalJson(200, { job, ...(isMove ? {} : { issuer: iss }), ...(state ? { state } : {}) });
}

async function answerPublished(
  issuer: ThrowawayIssuer,
  index: string,
  page: string,
  base: string,
): Promise<HttpAnswer | undefined> {
  const stand = issuer.published.get(index);
  if (!stand) return undefined;
  if (page === 'jwks') return answerLocalJson(200, { keys: await stand.keys() });
  return answerLocalJson(200, {
    issuer: stand.issuer,
    jwks_uri: `${base}/local/issuers/${index}/.well-known/jwks`,
    id_token_signing_alg_values_supported: ['RS256'],
  });
}

async function routeLocal(
  local: LocalBroker,
  request: HttpRequest,
  host: LocalHost,
): Promise<HttpAnswer | undefined> {
  const { method, path } = request;
  const { base, trusted } = host;
  const tokens = TOKENS.exec(path)?.[1];
  if (tokens && method === 'POST') return mintToken(local, tokens, request);
  const job = PUT_JOB.exec(path)?.[1];
  if (job && method === 'PUT') return putJob(local, job, request);
  // What EventBridge hands to the function of events: Buildkite's documented payloads.
  if (path === EVENTS && method === 'POST')
    return answerLocalJson(200, { kind: await local.lives.hear(readRouteObject(request.body)) });
  const [, index = '', page = ''] = PUBLISHED.exec(path) ?? [];
  if (page && method === 'GET') return answerPublished(local.issuer, index, page, base);
  const at = { trusted, now: local.now() };
  if (path.startsWith(CLOUDS)) return local.clouds(path.slice(CLOUDS.length), request, at);
  return method === 'POST' && STS.test(path) ? answerSts(request, at) : undefined;
}

/** Answers below /local/; the caller has checked that the request comes from this machine and no browser. */
export async function answerLocally(
  local: LocalBroker,
  request: HttpRequest,
  host: LocalHost,
): Promise<HttpAnswer> {
  try {
    return (
      (await routeLocal(local, request, host)) ?? answerLocalJson(404, { message: 'Nothing answers here.' })
    );
  } catch (error) {
    if (error instanceof Unprocessable) return answerLocalJson(422, { message: error.message });
    throw error;
  }
}
