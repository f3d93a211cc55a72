import { request } from 'node:http';
import { type Network, network } from '../../lib/token/download.ts';

/** Plain HTTP to this host: what the real network forbids, for a hostile issuer of our own. */
export const loopback: Network = {
  ...network(false),
  request: (url, options, answer) => request(url, options, answer),
  permitted: () => true,
};
