import { generateKeyPairSync } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { kmsError } from '../harness/kms.ts';
import { NOW } from '../harness/policy.ts';
import { stsError } from '../harness/sts.ts';

/** What a broker asks on the way to a credential. */
export const SERVICES = [
  'issuer keys',
  'issuer rows',
  'switches',
  'spent tokens',
  'KMS',
  'STS',
  'audit sink',
] as const;
export type Service = (typeof SERVICES)[number];

/** What the service itself answers: asking it does what was asked. */
export type Real = { readonly status: number; readonly type: string; readonly body: string };

type Broken = {
  readonly service: Service;
  /** What was asked. */
  readonly body: string;
  /** Where nobody must follow to. */
  readonly elsewhere: string;
  readonly response: ServerResponse;
  readonly real: () => Promise<Real>;
};

type Break = (broken: Broken) => void | Promise<void>;

function say(response: ServerResponse, { status, type, body }: Real): void {
  return void response.writeHead(status, { 'content-type': type }).end(body);
}

/** An answer of something in front of the service. */
function page(status: number) {
  return ({ response }: Broken): void =>
    say(response, { status, type: 'text/html', body: '<html>a page</html>' });
}

function throttled(service: Service): Real {
  if (service === 'issuer keys') return { status: 429, type: 'text/plain', body: 'slow down' };
  const said = service === 'STS' ? stsError('Throttling', 400) : kmsError('ThrottlingException', 400);
  return { status: 400, type: 'text/xml', body: '', ...(said as () => object)() };
}

/** One space after another: every bit of it could be the beginning of a good answer. */
async function drip({ response, real }: Broken): Promise<void> {
  const { status, type } = await real();
  response.writeHead(status, { 'content-type': type });
  while (!response.destroyed) {
    response.write(' ');
    await sleep(100);
  }
}

async function truncate({ response, real }: Broken): Promise<void> {
  const { status, type, body } = await real();
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
  response.write(body.slice(0, body.length / 2), () => response.destroy());
}

/** A success of the right type, of something in front of the service, which never gets the call. */
function success(body: string) {
  return ({ response, service }: Broken): void =>
    say(response, { status: 200, type: service === 'STS' ? 'text/xml' : 'application/json', body });
}

/** An answer of AWS: what is wrong is on our side, and not with the caller. */
function ours(code: string, words: string) {
  return ({ response, service }: Broken): void =>
    service === 'STS'
      ? say(response, {
          status: 403,
          type: 'text/xml',
          body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${words}</Message></Error></ErrorResponse>`,
        })
      : say(response, {
          status: 400,
          type: 'application/x-amz-json-1.1',
          body: JSON.stringify({ __type: code, message: words }),
        });
}

const EXPIRED = 'The security token included in the request is expired';
const SKEWED = 'Signature expired: 20261130T210000Z is now earlier than 20261130T215500Z';
const MISMATCH = 'The request signature we calculated does not match the signature you provided.';

/** The answer of the service with something in it changed. */
function changed(change: (body: string) => string) {
  return async ({ response, real }: Broken): Promise<void> => {
    const answer = await real();
    say(response, { ...answer, body: change(answer.body) });
  };
}

/** A row as somebody with the right to write would leave it: another's key under the ids that tokens name. */
function withAnothersKeys(body: string): string {
  const { n } = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' });
  return body.replace(/\\"n\\":\\"[\w-]+\\"/g, `\\"n\\":\\"${n}\\"`);
}

/** Reads that do not ask to see every write are answered as if nothing had been written. */
async function stale({ body, response, real }: Broken): Promise<void> {
  const { ConsistentRead } = JSON.parse(body) as { readonly ConsistentRead?: boolean };
  const empty = { status: 200, type: 'application/x-amz-json-1.0', body: '{"Items":[],"Count":0}' };
  say(response, ConsistentRead === true ? await real() : empty);
}

function soon(body: string): string {
  return body.replace(/<Expiration>[^<]+/, `<Expiration>${new Date((NOW + 305) * 1000).toISOString()}`);
}

/** With these, what STS answers is not what was asked for: no session of it may be given to anybody. */
export const LIES: readonly string[] = ['another role', 'another session', 'a session that ends at once'];

/** What time does not heal, so that it may be answered as what a person must mend. */
export const LASTING: readonly string[] = [...LIES, 'our keys are wrong'];

/** Faults that only one kind of service can have. */
export const FAULTS_OF: { readonly [service in Service]?: { readonly [name: string]: Break } } = {
  'issuer rows': { "another's keys in it": changed(withAnothersKeys), 'stale read': stale },
  switches: { 'stale read': stale },
  STS: {
    'another role': changed(body => body.replace(/(:assumed-role\/)[^/<]+/, '$1administrator')),
    'another session': changed(body => body.replace(/(:assumed-role\/[^/<]+\/)[^<]+/, '$1somebody')),
    'a session that ends at once': changed(soon),
    'our keys expired': ours('ExpiredToken', EXPIRED),
    'our clock is off': ours('SignatureDoesNotMatch', SKEWED),
    'our keys are wrong': ours('SignatureDoesNotMatch', MISMATCH),
  },
  KMS: {
    'our keys expired': ours('ExpiredTokenException', EXPIRED),
    'our clock is off': ours('InvalidSignatureException', SKEWED),
  },
  'spent tokens': { 'our keys expired': ours('ExpiredTokenException', EXPIRED) },
  'audit sink': { 'our keys expired': ours('ExpiredTokenException', EXPIRED) },
};

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
  redirect: ({ response, elsewhere }) => void response.writeHead(307, { location: elsewhere }).end(),
} satisfies { readonly [name: string]: Break };

/** The name of a fault: one of `FAULTS`, or of those of its service. */
export type Fault = string;

export function breakerOf(service: Service, fault: Fault): Break {
  const found = { ...FAULTS, ...FAULTS_OF[service] }[fault];
  if (!found) throw new Error(`${service} has no fault ${fault}`);
  return found;
}
