import { randomBytes } from 'node:crypto';
import type { Signer } from '../keys/signer.ts';
import type { HttpAnswer, HttpRequest } from '../protocols/protocol.ts';
import { answerWithJson, readBearerToken, readJsonBody, writeServiceTime } from './json.ts';
import { type PresentedClaims, verifySignature } from './presented.ts';

const INSTALLATION = /^\/users\/([A-Za-z0-9_-]{1,39})\/installation$/;
const ACCESS_TOKENS = /^\/app\/installations\/(\d{1,12})\/access_tokens$/;
const REPOSITORY = /^[\w.-]{1,100}$/;
const LEVELS = ['read', 'write', 'admin'];
/** Seconds: how far ahead an App's JWT may end, and how long a token lives. */
const LONGEST_JWT = 600;
const LIFETIME = 3600;

function refuseGithub(status: number, message: string): HttpAnswer {
  const documentation_url = 'https://docs.github.com/rest';
  return answerWithJson(status, { message, documentation_url, status: String(status) });
}

function findJwtFault(claims: PresentedClaims, now: number): string | undefined {
  const { iss, iat, exp } = claims;
  if (typeof iss !== 'string' || iss === '') return "'Issuer' claim ('iss') must be the App's own id";
  if (!Number.isInteger(iat) || Number(iat) > now)
    return "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued";
  if (!Number.isInteger(exp) || Number(exp) <= now)
    return "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires";
  return Number(exp) > now + LONGEST_JWT
    ? "'Expiration time' claim ('exp') is too far in the future"
    : undefined;
}

/** Of which repositories, and for what, an App asks for a token. */
type TokenWish = { readonly [member: string]: unknown };

function findAskedFault(asked: TokenWish): string | undefined {
  const { repositories = [], permissions = {} } = asked;
  if (!Array.isArray(repositories) || !repositories.every(name => REPOSITORY.test(String(name))))
    return 'There is at least one repository that does not exist or is not accessible to the parent installation.';
  return Object.values(Object(permissions)).every(level => LEVELS.includes(String(level)))
    ? undefined
    : 'The permissions requested are not granted to this installation.';
}

/** Numbers an owner: the same each time. */
function numberOwner(owner: string): number {
  return Number.parseInt(Buffer.from(owner).toString('hex').slice(0, 10), 16);
}

/** Says what a token may: everything, where the App names no repository and no permission. */
function describeTokenRights(asked: TokenWish, owner: string): object {
  const { repositories, permissions = { administration: 'write', contents: 'write' } } = asked;
  const rights = { permissions: { ...Object(permissions), metadata: 'read' } };
  if (!Array.isArray(repositories) || repositories.length === 0)
    return { ...rights, repository_selection: 'all' };
  const named = repositories.map(name => ({ name: String(name), full_name: `${owner}/${name}` }));
  return { ...rights, repository_selection: 'selected', repositories: named };
}

/** The memory of this GitHub: the owners of installations, and until when each token lives, in seconds since the epoch. */
type GithubMemory = { readonly owners: Map<number, string>; readonly given: Map<string, number> };

function answerInstallation(login: string, memory: GithubMemory): HttpAnswer {
  const id = numberOwner(login);
  memory.owners.set(id, login);
  return answerWithJson(200, { id, account: { login } });
}

function giveToken(id: number, request: HttpRequest, memory: GithubMemory, now: number): HttpAnswer {
  const asked = readJsonBody(request);
  const fault = findAskedFault(asked);
  if (fault !== undefined) return refuseGithub(422, fault);
  const token = `ghs_local${randomBytes(24).toString('hex')}`;
  const until = Math.floor(now) + LIFETIME;
  memory.given.set(token, until);
  const rights = describeTokenRights(asked, memory.owners.get(id) ?? 'local');
  return answerWithJson(201, { token, expires_at: writeServiceTime(until), ...rights });
}

function endGivenToken(token: string, memory: GithubMemory, now: number): HttpAnswer {
  const until = memory.given.get(token) ?? 0;
  memory.given.delete(token);
  return until > now ? { status: 204, headers: {}, body: '' } : refuseGithub(401, 'Bad credentials');
}

/**
 * A local GitHub: Apps of any id, installed at every owner, all of whose JWTs this signer makes. It refuses what GitHub
 * refuses, and what it hands out opens nothing. `now` is in seconds since the epoch.
 */
export function createLocalGithub(apps: Signer) {
  const memory: GithubMemory = { owners: new Map(), given: new Map() };
  return async (request: HttpRequest, now: number): Promise<HttpAnswer> => {
    const { method, path, headers } = request;
    const bearer = readBearerToken(request);
    if (!headers['user-agent']) return refuseGithub(403, 'Request forbidden by administrative rules.');
    if (method === 'DELETE' && path === '/installation/token') return endGivenToken(bearer, memory, now);
    const checked = await verifySignature(bearer, await apps.publicKeys());
    if ('fault' in checked) return refuseGithub(401, 'A JSON web token could not be decoded');
    const fault = findJwtFault(checked.claims, now);
    if (fault !== undefined) return refuseGithub(401, fault);
    const owner = INSTALLATION.exec(path)?.[1];
    if (method === 'GET' && owner !== undefined) return answerInstallation(owner, memory);
    const id = ACCESS_TOKENS.exec(path)?.[1];
    if (method !== 'POST' || id === undefined) return refuseGithub(404, 'Not Found');
    return giveToken(Number(id), request, memory, now);
  };
}
