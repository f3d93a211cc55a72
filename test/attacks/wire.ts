import { exchangeForm } from '../harness/broker.ts';
import { type Attack, attack, CLAIMS, type World } from './harness.ts';

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
  attack('T56', 'a parameter twice', '400 parameter_repeated', async world =>
    post(world, '/token', `${await good(world)}&scope=a&scope=b`),
  ),
  attack('T57', 'a second token in a header', '400 parameter_unsupported', async world =>
    post(world, '/token', await good(world), { authorization: 'Bearer x' }),
  ),
  attack('T67', 'a body of 40 KiB', '413 body_too_large', world =>
    post(world, '/token', 'a'.repeat(40 * 1024)),
  ),
  attack('T58', 'the token in the query', '405', async world => {
    const { status } = await world.raw(`/token?${await good(world)}`, { method: 'GET' });
    return String(status);
  }),
  attack('T60', 'a path beside a door', '404 path_unknown', async world =>
    post(world, '/token/../admin', await good(world)),
  ),
  attack(
    'D15',
    'whose session a made-up text is, with a signature that nobody made',
    '403 InvalidClientTokenId',
    async world => {
      const { status, body } = await world.raw('/', {
        method: 'POST',
        headers: { ...FORM, 'x-amz-security-token': 'made-up', authorization: SIGNED },
        body: 'Action=GetCallerIdentity&Version=2011-06-15',
      });
      return `${status} ${/<Code>(\w+)/.exec(body)?.[1]}`;
    },
  ),
];
