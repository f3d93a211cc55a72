import { request } from 'node:http';
import { download, type Network, network } from '../../lib/token/download.ts';
import { cachedKeys, type KeySource } from '../../lib/token/keys.ts';
import { readKeySet } from '../../lib/token/keyset.ts';

/** Plain HTTP to this host: what the real network forbids, for a hostile issuer of our own. */
export const loopback: Network = {
  ...network(false),
  request: (url, options, answer) => request(url, options, answer),
  permitted: () => true,
};

/** For every issuer, the keys that are at this URL, as a process gets and keeps them. */
export const keysAt = (url: string) => (): KeySource =>
  cachedKeys(
    async () => readKeySet(await download(url, loopback), ['RS256'], () => undefined),
    () => undefined,
  );
