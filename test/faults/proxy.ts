import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { atEnd } from '../harness/endings.ts';
import { type Backends, KEYS_PATH, ROWS } from './backends.ts';
import { breakerOf, type Fault, type Real, type Service } from './fault.ts';

/** One address for all that a broker asks, of which one service at a time is broken. */
export type FaultyProxy = {
  readonly url: string;
  /** Secrets that services gave, whether they arrived or not. */
  readonly gave: string[];
  /** How often somebody followed a redirect. */
  readonly followed: () => number;
  /** Resolves when the fault has met somebody. */
  break(service: Service, fault: Fault): Promise<void>;
  mend(): void;
};

const ELSEWHERE = '/elsewhere';

function serviceOf({ headers, url }: IncomingMessage, body: string, { tables }: Backends): Service {
  if (url === KEYS_PATH) return 'issuer keys';
  if (body.includes(`"TableName":"${ROWS}`)) return 'issuer rows';
  const target = String(headers['x-amz-target'] ?? 'STS');
  if (target === 'STS') return target;
  if (target.startsWith('Firehose')) return 'audit sink';
  if (target.startsWith('TrentService')) return 'KMS';
  return body.includes(`"TableName":"${tables.spentTable}"`) ? 'spent tokens' : 'switches';
}

/** What is signed reaches the service unchanged. */
function onward({ method, headers, url: path }: IncomingMessage, body: string, to: string): Promise<Real> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(to);
    const sent = request({ host: '127.0.0.1', port, method, path, headers }, async answer => {
      const { statusCode: status = 0 } = answer;
      resolve({ status, type: String(answer.headers['content-type']), body: await text(answer) });
    });
    sent.on('error', reject).end(body);
  });
}

const SECRET = /<(?:SecretAccessKey|SessionToken)>([^<]+)|"Signature":"([^"]+)"/g;

function secretsIn({ body }: Real): string[] {
  return [...body.matchAll(SECRET)].map(
    ([, sts, kms]) => sts ?? Buffer.from(kms ?? '', 'base64').toString('base64url'),
  );
}

export async function proxy(behind: Backends): Promise<FaultyProxy> {
  const gave: string[] = [];
  let followed = 0;
  let elsewhere = '';
  let broken: { readonly service: Service; readonly fault: Fault; readonly met: () => void } | undefined;
  const server = createServer(async (message, response) => {
    const body = await text(message);
    if (message.url === ELSEWHERE) followed++;
    const service = serviceOf(message, body, behind);
    const real = async (): Promise<Real> => {
      const answer = await onward(message, body, behind.urlOf(service));
      gave.push(...secretsIn(answer));
      return answer;
    };
    if (broken?.service === service) {
      const { fault, met } = broken;
      await breakerOf(service, fault)({ service, body, elsewhere, response, real });
      return met();
    }
    const { status, type, body: said } = await real();
    response.writeHead(status, { 'content-type': type }).end(said);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  atEnd(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  elsewhere = `http://127.0.0.1:${port}${ELSEWHERE}`;
  return {
    followed: () => followed,
    url: `http://127.0.0.1:${port}`,
    gave,
    break: (service, fault) =>
      new Promise(met => {
        broken = { service, fault, met };
      }),
    mend() {
      broken = undefined;
    },
  };
}
