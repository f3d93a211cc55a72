import { request } from 'node:http';
import type { SharedKeys } from '../../lib/token/copy.ts';
import { sharedFirst } from '../../lib/token/copy.ts';
import { download, type Network, network } from '../../lib/token/download.ts';
import { cachedKeys, type KeySource, keptKeys } from '../../lib/token/keys.ts';
import { readKeySet } from '../../lib/token/keyset.ts';

/** Plain HTTP to this host: what the real network forbids, for a hostile issuer of our own. */
export const loopback: Network = {
  ...network(false),
  request: (url, options, answer) => request(url, options, answer),
  permitted: () => true,
};

/** For every issuer, the keys that are shared, or else at this URL, as a process gets and keeps them. */
export function sharedKeysAt(uri: string, shared: SharedKeys) {
  const fetchSet = async () => readKeySet(await download(uri, loopback), ['RS256'], () => undefined);
  return ({ issuer }: { readonly issuer: string }): KeySource =>
    keptKeys(
      sharedFirst(shared, { issuer, uri, algorithms: ['RS256'] }, fetchSet, () => undefined),
      () => undefined,
    );
}

/** For every issuer, the keys that are at this URL, as a process gets and keeps them. */
export function keysAt(url: string) {
  return (): KeySource =>
    cachedKeys(
      async () => readKeySet(await download(url, loopback), ['RS256'], () => undefined),
      () => undefined,
    );
}
