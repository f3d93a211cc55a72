import { request } from 'node:http';
import type { SharedKeys } from '../../lib/token/copy.ts';
import { createSharedFetch } from '../../lib/token/copy.ts';
import { createNetwork, downloadKeySet, type Network } from '../../lib/token/download.ts';
import { createCachedKeys, createIssuerKeys, type KeySource } from '../../lib/token/keys.ts';
import { readKeySet } from '../../lib/token/keyset.ts';

/** Plain HTTP to this host: what the real network forbids, for a hostile issuer of our own. */
export const loopback: Network = {
  ...createNetwork(false),
  request: (url, options, answer) => request(url, options, answer),
  isPermitted: () => true,
};

/** For every issuer, the keys that are shared, or else at this URL, as a process gets and keeps them. */
export function sharedKeysAt(uri: string, shared: SharedKeys) {
  const fetchSet = async () => readKeySet(await downloadKeySet(uri, loopback), ['RS256'], () => undefined);
  return ({ issuer }: { readonly issuer: string }): KeySource =>
    createIssuerKeys(
      createSharedFetch(shared, { issuer, uri, algorithms: ['RS256'] }, fetchSet, () => undefined),
      () => undefined,
    );
}

/** For every issuer, the keys that are at this URL, as a process gets and keeps them. */
export function keysAt(url: string) {
  return (): KeySource =>
    createCachedKeys(
      async () => readKeySet(await downloadKeySet(url, loopback), ['RS256'], () => undefined),
      () => undefined,
    );
}
