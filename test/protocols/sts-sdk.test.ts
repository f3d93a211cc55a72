import { GetCallerIdentityCommand, STSClient, STSServiceException } from '@aws-sdk/client-sts';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { serve } from '../../lib/serve.ts';
import { httpRequest, testBroker } from '../harness/broker.ts';
import { TARGET } from '../harness/door.ts';
import { TRUST } from '../harness/grant.ts';
import { tokenClaims } from '../harness/issuer.ts';
import { folderOf } from '../harness/local.ts';
import { NOW } from '../harness/policy.ts';
import { testServer } from '../harness/server.ts';
import { stsError, testSts } from '../harness/sts.ts';

const upstream = await testSts();
const whole = await testBroker({
  roles: { 'deploy-web': `${TRUST}contact: "#team-web"\naws: { role_arn: ${TARGET} }\n` },
  aws: upstream.setting,
});
const server = await testServer(({ path, method, headers, body }) => {
  const given = Object.entries(headers).map(([name, value]) => [name, String(value)]);
  return serve(
    whole.broker,
    httpRequest({ method, path, headers: Object.fromEntries(given), body: Buffer.from(body) }),
  );
});
afterEach(() => {
  vi.unstubAllEnvs();
  server.asked.length = 0;
});

/** The environment of a step, and nothing of this machine's own: this token in a file, and where the door is. */
function step(token: string, path = '', role = TARGET): void {
  const folder = folderOf({ token: `${token}\n` });
  const environment = {
    AWS_WEB_IDENTITY_TOKEN_FILE: `${folder}/token`,
    AWS_ROLE_ARN: role,
    AWS_ENDPOINT_URL_STS: `${server.url}${path}`,
    AWS_REGION: 'eu-west-1',
    AWS_CONFIG_FILE: `${folder}/none`,
    AWS_SHARED_CREDENTIALS_FILE: `${folder}/none`,
    AWS_PROFILE: undefined,
    AWS_ACCESS_KEY_ID: undefined,
    AWS_SECRET_ACCESS_KEY: undefined,
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
}

function mint(changes: object = {}): Promise<string> {
  return whole.issuer.sign(tokenClaims({ ...changes }));
}
function actions(): (string | null)[] {
  return server.asked.map(({ body }) => new URLSearchParams(body).get('Action'));
}
async function exceptionOf(work: () => Promise<unknown>): Promise<STSServiceException> {
  try {
    await work();
  } catch (error) {
    if (error instanceof STSServiceException) return error;
    throw error;
  }
  throw new Error('it went well');
}

describe('AWS’s JavaScript SDK, told nothing but where the door is,', () => {
  test.each(['', '/', '/aws/sts', '/aws/sts/'])(
    'makes six calls with one exchange, at the endpoint %j',
    async path => {
      step(await mint(), path);
      const client = new STSClient({});
      const told = [];
      for (let times = 0; times < 6; times++)
        told.push((await client.send(new GetCallerIdentityCommand({}))).Arn);
      expect(new Set(told).size).toBe(1);
      expect(told[0]).toMatch(/^arn:aws:sts::123456789012:assumed-role\/deploy-web\/my-pipeline\.5\./);
      expect(actions()).toEqual(['AssumeRoleWithWebIdentity', ...Array(6).fill('GetCallerIdentity')]);
    },
  );

  test('gets credentials that last an hour, so that no SDK renews them at each call', async () => {
    step(await mint());
    const { expiration } = await defaultProvider()();
    expect(expiration).toEqual(new Date((NOW + 3600) * 1000));
  });

  test.each([
    ['AccessDenied for claims that do not meet the role', { build_branch: 'topic' }, ['AccessDenied', 403]],
    [
      'ExpiredTokenException for a token that has expired',
      { iat: NOW - 400, nbf: NOW - 400, exp: NOW - 100 },
      ['ExpiredTokenException', 400],
    ],
    [
      'InvalidIdentityTokenException for a token with a bad signature',
      {},
      ['InvalidIdentityTokenException', 400],
    ],
  ])('makes one request and throws %s', async (_name, claims, [name, status]) => {
    const token = await mint(claims);
    step(name === 'InvalidIdentityTokenException' ? `${token.slice(0, -8)}AAAAAAAA` : token);
    const error = await exceptionOf(() => defaultProvider()());
    expect([error.name, error.$metadata.httpStatusCode]).toEqual([name, status]);
    expect(error.$metadata.requestId).toBe(whole.event()['decision_id']);
    expect(error.message).toContain(whole.event()['decision_id']);
    expect(server.asked).toHaveLength(1);
  });
});

describe('what AWS’s own STS says of the broker’s call reaches the JavaScript SDK', () => {
  afterEach(() => upstream.reply());

  test.each<[says: string, is: string, requests: number, at: number, status: number, code: string]>([
    ['AccessDenied', 'AccessDenied', 1, 403, 403, 'provider_refused'],
    ['RegionDisabledException', 'AccessDenied', 1, 403, 403, 'provider_refused'],
    ['PackedPolicyTooLarge', 'PackedPolicyTooLargeException', 1, 400, 400, 'credential_too_large'],
    ['InvalidClientTokenId', 'AccessDenied', 1, 403, 403, 'broker_misconfigured'],
  ])('%s as %s, after %s requests', async (says, is, requests, at, status, code) => {
    upstream.reply(stsError(says, at));
    step(await mint());
    const error = await exceptionOf(() => defaultProvider()());
    expect([error.name, error.$metadata.httpStatusCode]).toEqual([is, status]);
    expect(server.asked).toHaveLength(requests);
    expect(whole.event()).toMatchObject({ outcome: 'failed', code });
    // Whom to ask, where those who wrote the role are the ones to mend it.
    expect(error.message.includes('#team-web')).toBe(
      ['provider_refused', 'credential_too_large'].includes(code),
    );
  });
});

describe('with a session that this door did not give', () => {
  const client = (credentials: object): STSClient =>
    new STSClient({
      region: 'eu-west-1',
      endpoint: server.url,
      credentials: { accessKeyId: 'ASIAELSEWHERE1234567', secretAccessKey: 'secret', ...credentials },
    });

  test.each([{}, { sessionToken: 'from-elsewhere' }])(
    'GetCallerIdentity is refused once, and says where to ask: %j',
    async credentials => {
      const error = await exceptionOf(() => client(credentials).send(new GetCallerIdentityCommand({})));
      expect([error.name, error.$metadata.httpStatusCode]).toEqual(['InvalidClientTokenId', 403]);
      expect(error.message).toContain('unset AWS_ENDPOINT_URL_STS');
      // A signed call that fails is sent again when the clock of the answer's Date is far from the client's.
      expect(server.asked).toHaveLength(1);
    },
  );
});
