import { type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestSecure } from 'node:https';
import { isIP, type Socket } from 'node:net';
import { connect } from 'node:tls';

/** Bytes of an answer: more than any of a broker or of a CI's token door. */
const MAX_ANSWER = 256 * 1024;

/** The host of a URL as a name or an address, without the brackets of IPv6. */
function readHost(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

function writeAuthorization(proxy: URL): { readonly 'proxy-authorization'?: string } {
  const { username, password } = proxy;
  if (username === '' && password === '') return {};
  const user = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(user).toString('base64')}` };
}

/** Opens a connection through the proxy (RFC 9110 §9.3.6). What the proxy refuses has its status as code. */
function openTunnel(proxy: URL, target: URL, signal: AbortSignal): Promise<Socket> {
  const authority = `${target.hostname}:${target.port || '443'}`;
  const secure = proxy.protocol === 'https:';
  return new Promise((resolve, reject) => {
    const request = (secure ? requestSecure : requestPlain)({
      host: readHost(proxy),
      // Left empty it is that of the scheme.
      port: proxy.port,
      method: 'CONNECT',
      path: authority,
      headers: { host: authority, ...writeAuthorization(proxy) },
      agent: false,
      signal,
    });
    request.once('connect', ({ statusCode = 0 }, socket) => {
      if (statusCode >= 200 && statusCode < 300) return resolve(socket as Socket);
      socket.destroy();
      reject(Object.assign(new Error('refused by the proxy'), { code: `PROXY_${statusCode}` }));
    });
    request.once('error', reject).end();
  });
}

/** Sends one request over the connection, by TLS with the target itself: the proxy sees neither token nor answer. */
async function sendThrough(socket: Socket, request: Request): Promise<IncomingMessage> {
  const url = new URL(request.url);
  const host = readHost(url);
  const body = Buffer.from(await request.arrayBuffer());
  return new Promise((resolve, reject) => {
    requestSecure(url, {
      method: request.method,
      // Without an agent it would say Host: ‹host›:80.
      defaultPort: 443,
      headers: { ...Object.fromEntries(request.headers), 'content-length': body.length, connection: 'close' },
      createConnection: () => connect({ socket, host, ...(isIP(host) === 0 ? { servername: host } : {}) }),
      signal: request.signal,
    })
      .once('response', resolve)
      .once('error', reject)
      .end(body);
  });
}

/** The whole answer. None has a status below 200: Node passes those over (RFC 8297). */
async function readTunnelResponse(message: IncomingMessage): Promise<Response> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message) {
    size += (chunk as Buffer).length;
    if (size > MAX_ANSWER) throw Object.assign(new Error('too long'), { code: 'ANSWER_TOO_LONG' });
    chunks.push(chunk as Buffer);
  }
  const status = message.statusCode ?? 0;
  const headers = Object.entries(message.headers).map(([name, value]) => [name, String(value)]);
  const body = [204, 205, 304].includes(status) ? null : Buffer.concat(chunks);
  return new Response(body, { status, headers: Object.fromEntries(headers) });
}

/**
 * `fetch` through a proxy. No redirect is followed: with `redirect: 'error'` one is an error, else an answer.
 * Throws as `fetch` does: the signal's reason, or a `TypeError` whose cause has a code.
 */
export async function fetchThrough(proxy: URL, url: string, init: RequestInit): Promise<Response> {
  const request = new Request(url, init);
  const { signal } = request;
  let socket: Socket | undefined;
  try {
    socket = await openTunnel(proxy, new URL(url), signal);
    const response = await readTunnelResponse(await sendThrough(socket, request));
    const redirects = response.status >= 300 && response.status < 400;
    if (!redirects || init.redirect !== 'error') return response;
    throw Object.assign(new Error('redirected'), { code: 'REDIRECTED' });
  } catch (cause) {
    throw signal.aborted ? signal.reason : new TypeError('fetch failed', { cause });
  } finally {
    socket?.destroy();
  }
}
