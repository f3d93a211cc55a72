/** How often each client asks when it is refused, by the door. The guide for AWS clients has the same table. */
export const ASKS = {
  'AWS CLI v1': { STS: 1, container: 3 },
  boto3: { STS: 1, container: 3 },
  'SDK for JavaScript v3': { STS: 1, container: 5 },
} as const;

export type Client = keyof typeof ASKS;
export const CLIENTS = Object.keys(ASKS) as Client[];
export type Way = 'environment' | 'profile' | 'prefix' | 'container' | 'process';
export const WAYS: readonly Way[] = ['environment', 'profile', 'prefix', 'container', 'process'];

/** How a call ended: a code of ours, `issued`, or `none` when the client had no need to ask. */
type Ends = { readonly code: string; readonly requests: number };
export type Row = Ends & {
  readonly client: Client;
  readonly way: Way;
  readonly token: string;
  /** Calls of one job share a home, where the AWS CLI keeps credentials. */
  readonly job?: true;
};

const ISSUED = { code: 'issued', requests: 1 };

const refusals = (token: string, code: string): Row[] =>
  CLIENTS.flatMap(client => [
    { client, way: 'environment', token, code, requests: ASKS[client].STS },
    { client, way: 'container', token, code, requests: ASKS[client].container },
  ]);

const cli = (way: Way, token: string, { code, requests }: Ends): Row => ({
  client: 'AWS CLI v1',
  way,
  token,
  code,
  requests,
  job: true,
});

/** What is tried at once, in this order. */
export const SOON: readonly Row[] = [
  cli('environment', 'short', ISSUED),
  cli('container', 'short', ISSUED),
  ...CLIENTS.flatMap(client => WAYS.map(way => ({ client, way, token: 'good', ...ISSUED }))),
  ...refusals('denied', 'trust_not_met'),
  ...refusals('badly signed', 'token_signature_invalid'),
];

/**
 * What is tried when the short token has expired, as it would have at minute 20 of a job: of that job, only the wait
 * is shortened. The AWS CLI has its first session in a file; by the container door it keeps none.
 */
export const LATER: readonly Row[] = [
  cli('environment', 'short', { code: 'none', requests: 0 }),
  cli('container', 'short', { code: 'token_expired', requests: ASKS['AWS CLI v1'].container }),
  cli('container', 'good', ISSUED),
  ...refusals('short', 'token_expired'),
];
