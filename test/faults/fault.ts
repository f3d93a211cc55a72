import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { kmsError } from '../harness/kms.ts';
import { stsError } from '../harness/sts.ts';

/** What a broker asks on the way to a credential. */
export const SERVICES = ['issuer keys', 'switches', 'spent tokens', 'KMS', 'STS', 'audit sink'] as const;
export type Service = (typeof SERVICES)[number];

/** What the service itself answers: asking it does what was asked. */
export type Real = { readonly status: number; readonly type: string; readonly body: string };

type Broken = {
  readonly service: Service;
  readonly response: ServerResponse;
  readonly real: () => Promise<Real>;
};

const say = (response: ServerResponse, { status, type, body }: Real): void =>
  void response.writeHead(status, { 'content-type': type }).end(body);

/** An answer of something in front of the service. */
const page =
  (status: number) =>
  ({ response }: Broken): void =>
    say(response, { status, type: 'text/html', body: '<html>a page</html>' });

const throttled = (service: Service): Real => {
  if (service === 'issuer keys') return { status: 429, type: 'text/plain', body: 'slow down' };
  const said = service === 'STS' ? stsError('Throttling', 400) : kmsError('ThrottlingException', 400);
  return { status: 400, type: 'text/xml', body: '', ...(said as () => object)() };
};

/** One space after another: every bit of it could be the beginning of a good answer. */
const drip = async ({ response, real }: Broken): Promise<void> => {
  const { status, type } = await real();
  response.writeHead(status, { 'content-type': type });
  while (!response.destroyed) {
    response.write(' ');
    await sleep(100);
  }
};

const truncate = async ({ response, real }: Broken): Promise<void> => {
  const { status, type, body } = await real();
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
  response.write(body.slice(0, body.length / 2), () => response.destroy());
};

/** A success of the right type, of something in front of the service, which never gets the call. */
const success =
  (body: string) =>
  ({ response, service }: Broken): void =>
    say(response, { status: 200, type: service === 'STS' ? 'text/xml' : 'application/json', body });

export const FAULTS = {
  '500': page(500),
  '404': page(404),
  reset: ({ response }) => void response.destroy(),
  'reset after it was done': async ({ response, real }) => {
    await real();
    response.destroy();
  },
  'slow drip': drip,
  truncated: truncate,
  nonsense: success('nonsense'),
  'empty success': success(''),
  hang: () => undefined,
  'hang after it was done': async ({ real }) => void (await real()),
  throttle: ({ service, response }) => say(response, throttled(service)),
} satisfies { readonly [name: string]: (broken: Broken) => void | Promise<void> };

export type Fault = keyof typeof FAULTS;
