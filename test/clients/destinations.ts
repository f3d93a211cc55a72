import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  createServer as createPlain,
  type IncomingMessage,
  type RequestListener,
  type Server,
} from 'node:http';
import { createServer as createSecure } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/**
 * What the clients use their credentials at. Each answers only who brings a credential of this broker, and says whose it
 * was, so that what a client prints shows that it was let in.
 */
type Answer = { readonly status: number; readonly body: string; readonly type?: string };
export type Destinations = {
  /** AWS's own STS. */
  readonly aws: string;
  /** Google Cloud Storage. */
  readonly google: string;
  /** By TLS: npm, PyPI, OCI and git below paths of their own, and Microsoft Entra. */
  readonly secure: string;
  close(): Promise<void>;
};

const TLS = join(import.meta.dirname, '../vectors/tls');
/** The certificate of what is reached by TLS, which each client is told to trust. */
export const CERTIFICATE = join(TLS, 'cert.pem');

function json(status: number, body: object): Answer {
  return { status, body: JSON.stringify(body), type: 'application/json' };
}

function answerAsSts(authorization: string): Answer {
  const [, key] = /Credential=(ASIA\w+)\//.exec(authorization) ?? [];
  const xmlns = 'xmlns="https://sts.amazonaws.com/doc/2011-06-15/"';
  if (!key) {
    const error = '<Error><Type>Sender</Type><Code>InvalidClientTokenId</Code><Message>no</Message></Error>';
    return { status: 403, body: `<ErrorResponse ${xmlns}>${error}</ErrorResponse>`, type: 'text/xml' };
  }
  const result = `<Arn>arn:aws:sts::123456789012:assumed-role/let-in/${key}</Arn><UserId>AROA:let-in</UserId><Account>123456789012</Account>`;
  return {
    status: 200,
    body: `<GetCallerIdentityResponse ${xmlns}><GetCallerIdentityResult>${result}</GetCallerIdentityResult></GetCallerIdentityResponse>`,
    type: 'text/xml',
  };
}

function answerAsStorage(authorization: string): Answer {
  return authorization.startsWith('Bearer ya29.local')
    ? json(200, {
        kind: 'storage#buckets',
        items: [{ kind: 'storage#bucket', id: 'let-in', name: 'let-in' }],
      })
    : json(401, { error: { code: 401, message: 'Invalid Credentials' } });
}

/** The password of Basic, or the token of Bearer. */
function readSecret(authorization: string): string {
  const [, basic] = /^Basic (.+)$/.exec(authorization) ?? [];
  if (basic === undefined) return authorization.replace(/^Bearer /, '');
  return Buffer.from(basic, 'base64')
    .toString()
    .replace(/^[^:]*:/, '');
}

/** A token that this broker signed for the registry, as far as one sees without its keys. */
function isOurs(secret: string, audience: string): boolean {
  const [, claims = ''] = secret.split('.');
  try {
    return JSON.parse(Buffer.from(claims, 'base64url').toString()).aud === audience;
  } catch {
    return false;
  }
}

const MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';
/** An image without layers. Docker asks for its settings, too, and compares the digest. */
const IMAGE = JSON.stringify({
  architecture: 'amd64',
  os: 'linux',
  rootfs: { type: 'layers', diff_ids: [] },
});
const IMAGE_TYPE = 'application/vnd.docker.container.image.v1+json';
function answerAsImages(path: string): Answer {
  if (path.includes('/blobs/')) return { status: 200, body: IMAGE, type: IMAGE_TYPE };
  const digest = `sha256:${createHash('sha256').update(IMAGE).digest('hex')}`;
  const config = { mediaType: IMAGE_TYPE, size: IMAGE.length, digest };
  return { ...json(200, { schemaVersion: 2, mediaType: MANIFEST, config, layers: [] }), type: MANIFEST };
}

const ARCHIVE = 'greeting-1.0-py3-none-any.whl';
function answerAsPackages(path: string): Answer {
  if (path === '/v2/' || path === '/v2') return json(200, {});
  if (/^\/v2\/.*\/(manifests|blobs)\//.test(path)) return answerAsImages(path);
  if (path.startsWith('/v2/')) return json(200, { name: 'npm/web', tags: ['let-in'] });
  if (path.startsWith('/packages/simple/'))
    return { status: 200, body: `<a href="/files/${ARCHIVE}">${ARCHIVE}</a>`, type: 'text/html' };
  const version = { name: 'greeting', version: '1.0.0', description: 'let in' };
  return json(200, { name: 'greeting', 'dist-tags': { latest: '1.0.0' }, versions: { '1.0.0': version } });
}

function line(text: string): string {
  return (text.length + 4).toString(16).padStart(4, '0') + text;
}
function answerAsGit(): Answer {
  const reference = `${'1'.repeat(40)} refs/heads/let-in\0agent=stand-in\n`;
  const body = `${line('# service=git-upload-pack\n')}0000${line(reference)}0000`;
  return { status: 200, body, type: 'application/x-git-upload-pack-advertisement' };
}

function answerAsEntra(path: string, base: string, form: string): Answer {
  if (path.includes('/.well-known/openid-configuration'))
    return json(200, {
      issuer: `${base}/tenant/v2.0`,
      authorization_endpoint: `${base}/tenant/oauth2/v2.0/authorize`,
      token_endpoint: `${base}/tenant/oauth2/v2.0/token`,
      jwks_uri: `${base}/tenant/keys`,
    });
  const asserted = new URLSearchParams(form).get('client_assertion') ?? '';
  return isOurs(asserted, 'api://AzureADTokenExchange')
    ? json(200, { token_type: 'Bearer', expires_in: 3600, access_token: 'entra-let-in' })
    : json(401, { error: 'invalid_client', error_description: 'AADSTS700212' });
}

const DENIED: Answer = {
  status: 401,
  body: '{"errors":[{"code":"UNAUTHORIZED","message":"no"}]}',
  type: 'application/json',
};

async function answerSecurely(message: IncomingMessage, base: string): Promise<Answer> {
  const { url: path = '', headers } = message;
  let body = '';
  for await (const chunk of message.setEncoding('latin1')) body += chunk;
  if (path.includes('/oauth2/') || path.includes('/.well-known/')) return answerAsEntra(path, base, body);
  const secret = readSecret(headers.authorization ?? '');
  if (path.startsWith('/acme/')) return secret.startsWith('ghs_local') ? answerAsGit() : DENIED;
  return isOurs(secret, 'https://packages.test.example') ? answerAsPackages(path) : DENIED;
}

function listener(answer: (message: IncomingMessage) => Answer | Promise<Answer>): RequestListener {
  return async (message, response) => {
    const { status, body, type = 'text/plain' } = await answer(message);
    const headers = { 'content-type': type, 'www-authenticate': 'Basic realm="stand-in"' };
    response.writeHead(status, headers).end(body);
  };
}

function listen(server: Server): Promise<string> {
  return new Promise(resolve =>
    server.listen(0, '127.0.0.1', () => resolve(`127.0.0.1:${(server.address() as AddressInfo).port}`)),
  );
}

export async function startDestinations(): Promise<Destinations> {
  const authorization = (message: IncomingMessage): string => message.headers.authorization ?? '';
  const aws = createPlain(listener(message => answerAsSts(authorization(message))));
  const google = createPlain(listener(message => answerAsStorage(authorization(message))));
  const [cert, key] = [readFileSync(CERTIFICATE), readFileSync(join(TLS, 'key.pem'))];
  let base = '';
  const secure = createSecure(
    { cert, key },
    listener(message => answerSecurely(message, base)),
  );
  const servers = [aws, google, secure];
  const [awsAt, googleAt, secureAt] = [await listen(aws), await listen(google), await listen(secure)];
  base = `https://${secureAt}`;
  return {
    aws: `http://${awsAt}`,
    google: `http://${googleAt}`,
    secure: secureAt,
    async close() {
      for (const server of servers) {
        server.close();
        server.closeAllConnections();
      }
    },
  };
}
