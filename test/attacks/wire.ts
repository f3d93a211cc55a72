import { exchangeForm } from '../harness/broker.ts';
import { type Attack, CLAIMS, type World } from './harness.ts';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

const SIGNED =
  'AWS4-HMAC-SHA256 Credential=ASIATESTTESTTESTTEST/20270115/eu-west-1/sts/aws4_request, SignedHeaders=host, Signature=0';

async function post(world: World, path: string, body: string, headers = {}): Promise<string> {
  const { status, body: said } = await world.raw(path, {
    method: 'POST',
    headers: { ...FORM, ...headers },
    body,
  });
  const code = /"code":\s*"(\w+)"/.exec(said)?.[1];
  return `${status} ${code ?? ''}`.trim();
}

async function good(world: World): Promise<string> {
  return exchangeForm({ audience: 'web', subject_token: await world.issuer.sign(CLAIMS) });
}

/** By how a request is written. */
export const attacks: readonly Attack[] = [
  {
    of: 'T56',
    tried: 'a parameter twice',
    send: async world => post(world, '/token', `${await good(world)}&scope=a&scope=b`),
    got: '400 parameter_repeated',
  },
  {
    of: 'T57',
    tried: 'a second token in a header',
    send: async world => post(world, '/token', await good(world), { authorization: 'Bearer x' }),
    got: '400 parameter_unsupported',
  },
  {
    of: 'T67',
    tried: 'a body of 40 KiB',
    send: world => post(world, '/token', 'a'.repeat(40 * 1024)),
    got: '413 body_too_large',
  },
  {
    of: 'T58',
    tried: 'the token in the query',
    send: async world => {
      const { status } = await world.raw(`/token?${await good(world)}`, { method: 'GET' });
      return String(status);
    },
    got: '405',
  },
  {
    of: 'T60',
    tried: 'a path beside a door',
    send: async world => post(world, '/token/../admin', await good(world)),
    got: '404 path_unknown',
  },
  {
    of: 'D15',
    tried: 'whose session a made-up text is, with a signature that nobody made',
    send: async world => {
      const { status, body } = await world.raw('/', {
        method: 'POST',
        headers: { ...FORM, 'x-amz-security-token': 'made-up', authorization: SIGNED },
        body: 'Action=GetCallerIdentity&Version=2011-06-15',
      });
      return `${status} ${/<Code>(\w+)/.exec(body)?.[1]}`;
    },
    got: '403 InvalidClientTokenId',
  },
];
