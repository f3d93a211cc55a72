import { BlockList, isIP } from 'node:net';
import { isLoopback } from './url.ts';

/** Node's `fetch`, or what stands in for it. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

type Environment = { readonly [name: string]: string | undefined };

/** The first of these variables that says something. Empty is not set, as for curl. */
function readFirst(environment: Environment, names: readonly string[]): string | undefined {
  return names.map(name => environment[name]).find(value => value);
}

/** Is the address within a network such as 10.0.0.0/8? */
function isInNetwork(host: string, network: string): boolean {
  const [base = '', bits = ''] = network.split('/');
  const family = isIP(host) === 6 ? 'ipv6' : 'ipv4';
  if (isIP(host) === 0 || isIP(base) !== isIP(host) || !/^\d{1,3}$/.test(bits)) return false;
  if (Number(bits) > (family === 'ipv6' ? 128 : 32)) return false;
  const list = new BlockList();
  list.addSubnet(base, Number(bits), family);
  return list.check(host, family);
}

/** Does an entry of NO_PROXY name the host: itself, a domain above it, its address or a network of it? */
function namesHost(entry: string, host: string): boolean {
  if (entry.includes('/')) return isInNetwork(host, entry);
  const name = entry.replace(/^\.|\.$/g, '');
  return name !== '' && (host === name || (isIP(host) === 0 && host.endsWith(`.${name}`)));
}

/** https://curl.se/libcurl/c/CURLOPT_NOPROXY.html */
function isExempt(host: string, list: string): boolean {
  if (list.trim() === '*') return true;
  const entries = list.toLowerCase().split(/[\s,]+/);
  return entries.some(entry => namesHost(entry, host));
}

/**
 * The proxy by which this URL is asked, as curl chooses it: `https_proxy`, `HTTPS_PROXY`, `all_proxy` or
 * `ALL_PROXY`, but for what `no_proxy` or `NO_PROXY` names. Undefined for none, and for this machine. Throws
 * `TypeError` with a `cause.code` for a proxy of another sort than http and https.
 */
export function findProxy(target: string, environment: Environment): URL | undefined {
  const { protocol, hostname } = new URL(target);
  if (protocol !== 'https:' || isLoopback(hostname)) return undefined;
  const host = hostname.toLowerCase().replace(/^\[|\]$|\.$/g, '');
  if (isExempt(host, readFirst(environment, ['no_proxy', 'NO_PROXY']) ?? '')) return undefined;
  const written = readFirst(environment, ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY']);
  if (written === undefined) return undefined;
  // curl takes a proxy without a scheme for one of http.
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(written) ? written : `http://${written}`;
  const proxy = URL.canParse(url) ? new URL(url) : undefined;
  if (proxy?.protocol === 'http:' || proxy?.protocol === 'https:') return proxy;
  throw new TypeError('fetch failed', { cause: { code: 'PROXY_NOT_HTTP' } });
}

/** `fetch`, by the proxy that the environment names. Through a proxy no redirect is ever followed. */
export function createFetch(environment: Environment): Fetch {
  return async (url, init) => {
    const proxy = findProxy(url, environment);
    if (proxy === undefined) return fetch(url, init);
    // Only here: a verb that starts without node:http, node:https and node:tls takes half the CPU time.
    const { fetchThrough } = await import('./tunnel.ts');
    return fetchThrough(proxy, url, init);
  };
}
