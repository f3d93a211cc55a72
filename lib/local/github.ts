import { randomBytes } from 'node:crypto';
import type { Signer } from '../keys/signer.ts';
import type { HttpAnswer, HttpRequest } from '../protocols/protocol.ts';
import { answerWithJson } from './json.ts';
import { type PresentedClaims, verifySignature } from './presented.ts';

type Json = { readonly [member: string]: unknown };

const INSTALLATION = /^\/users\/([A-Za-z0-9_-]{1,39})\/installation$/;
const ACCESS_TOKENS = /^\/app\/installations\/(\d{1,12})\/access_tokens$/;
const REPOSITORY = /^[\w.-]{1,100}$/;
const LEVELS = ['read', 'write', 'admin'];
/** Seconds: how far ahead an App's JWT may end, and how long a token lives. */
const LONGEST_JWT = 600;
const LIFETIME = 3600;

function refuseGithub(status: number, message: string): HttpAnswer {
  return answerWithJson(status, {
    message,
    documentation_url: 'https://docs.github.com/rest',
    status: String(status),
  });
}

function readAppBearer({ headers }: HttpRequest): string {
  return /^Bearer (\S+)$/.exec(headers['authorization'] ?? '')?.[1] ?? '';
}

function findJwtFault({ iss, iat, exp }: PresentedClaims, now: number): string | undefined {
  if (typeof iss !== 'string' || iss === '') return "'Issuer' claim ('iss') must be the App's own id";
  if (!Number.isInteger(iat) || Number(iat) > now)
    return "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued";
  if (!Number.isInteger(exp) || Number(exp) <= now)
    return "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires";
  return Number(exp) > now + LONGEST_JWT
    ? "'Expiration time' claim ('exp') is too far in the future"
    : undefined;
}

function readJsonBody({ body }: HttpRequest): Json {
  try {
    return Object(JSON.parse(Buffer.from(body).toString('utf8')));
  } catch {
    return {};
  }
}

function findAskedFault({ repositories = [], permissions = {} }: Json): string | undefined {
  if (!Array.isArray(repositories) || !repositories.every(name => REPOSITORY.test(String(name))))
    return 'There is at least one repository that does not exist or is not accessible to the parent installation.';
  return Object.values(Object(permissions)).every(level => LEVELS.includes(String(level)))
    ? undefined
    : 'The permissions requested are not granted to this installation.';
}

/** The same number for an owner each time. */
function numberOwner(owner: string): number {
  return Number.parseInt(Buffer.from(owner).toString('hex').slice(0, 10), 16);
}

/**
 * A local GitHub: Apps of any id, installed at every owner, all of whose JWTs this signer makes. It refuses what GitHub
 * refuses; like GitHub it gives everything to who names no repository and no permission. What it hands out opens
 * nothing. `now` is in seconds since the epoch.
 */
export function createLocalGithub(apps: Signer) {
  const owners = new Map<number, string>();
  const given = new Map<string, number>();

  const asApp = async (request: HttpRequest, now: number): Promise<HttpAnswer | undefined> => {
    const checked = await verifySignature(readAppBearer(request), await apps.publicKeys());
    if ('fault' in checked) return refuseGithub(401, 'A JSON web token could not be decoded');
    const fault = findJwtFault(checked.claims, now);
    return fault === undefined ? undefined : refuseGithub(401, fault);
  };

  const installation = (login: string): HttpAnswer => {
    const id = numberOwner(login);
    owners.set(id, login);
    return answerWithJson(200, { id, account: { login } });
  };

  const accessToken = (id: number, request: HttpRequest, now: number): HttpAnswer => {
    const asked = readJsonBody(request);
    const fault = findAskedFault(asked);
    if (fault !== undefined) return refuseGithub(422, fault);
    const token = `ghs_local${randomBytes(24).toString('hex')}`;
    const until = Math.floor(now) + LIFETIME;
    given.set(token, until);
    const expires_at = new Date(until * 1000).toISOString().replace('.000', '');
    const { repositories, permissions = { administration: 'write', contents: 'write' } } = asked;
    const names =
      Array.isArray(repositories) && repositories.length > 0 ? repositories.map(String) : undefined;
    return answerWithJson(201, {
      token,
      expires_at,
      permissions: { ...Object(permissions), metadata: 'read' },
      repository_selection: names ? 'selected' : 'all',
      ...(names
        ? { repositories: names.map(name => ({ name, full_name: `${owners.get(id) ?? 'local'}/${name}` })) }
        : {}),
    });
  };

  const revoke = (request: HttpRequest, now: number): HttpAnswer => {
    const token = readAppBearer(request);
    const until = given.get(token) ?? 0;
    given.delete(token);
    return until > now ? { status: 204, headers: {}, body: '' } : refuseGithub(401, 'Bad credentials');
  };

  return async (request: HttpRequest, now: number): Promise<HttpAnswer> => {
    const { method, path, headers } = request;
    if (!headers['user-agent']) return refuseGithub(403, 'Request forbidden by administrative rules.');
    if (method === 'DELETE' && path === '/installation/token') return revoke(request, now);
    const wrong = await asApp(request, now);
    if (wrong) return wrong;
    const owner = INSTALLATION.exec(path)?.[1];
    if (method === 'GET' && owner !== undefined) return installation(owner);
    const id = ACCESS_TOKENS.exec(path)?.[1];
    return method === 'POST' && id !== undefined
      ? accessToken(Number(id), request, now)
      : refuseGithub(404, 'Not Found');
  };
}
