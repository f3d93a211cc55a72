import { beforeEach, describe, expect, test } from 'vitest';
import type { Code } from '../../lib/errors.ts';
import type { AwsTarget } from '../../lib/policy/targets/aws.ts';
import { type AwsSetting, createAwsProvider } from '../../lib/providers/aws.ts';
import type { GrantOf } from '../../lib/providers/provider.ts';
import { createMemoryLimiter } from '../../lib/stores/limits.ts';
import { codeOf } from '../harness/code.ts';
import { grantFor, TRUST } from '../harness/grant.ts';
import { LIMITER, PLENTY } from '../harness/limits.ts';
import { buildkiteClaims, decideFor, NOW, roleFrom } from '../harness/policy.ts';
import { SIGNING } from '../harness/signing.ts';
import { stsError, stsSuccess, testSts } from '../harness/sts.ts';

const sts = await testSts();
beforeEach(() => sts.reply());

const ROLE = `${TRUST}
aws:
  role_arn: arn:aws:iam::123456789012:role/deploy-web
  policy: { Version: "2012-10-17", Statement: [{ Effect: Deny, Action: "*", Resource: "*" }] }
`;

/** The code, with these changes of how STS is called. */
function issue(changes: Partial<AwsSetting> = {}, limiter = LIMITER): Promise<Code | 'none'> {
  const provider = createAwsProvider({ ...sts.setting, ...changes }, SIGNING, limiter);
  return codeOf(() => provider(grantFor<AwsTarget>(ROLE), NOW));
}
function at(seconds: number): string {
  return new Date((NOW + seconds) * 1000).toISOString();
}

describe('T48: what STS refuses is asked once, and never again with fewer restrictions', () => {
  test.each([
    { code: 'AccessDenied', status: 403, is: 'provider_refused' },
    { code: 'MalformedPolicyDocument', status: 400, is: 'provider_refused' },
    { code: 'PackedPolicyTooLarge', status: 400, is: 'credential_too_large' },
    { code: 'ValidationError', status: 400, is: 'provider_refused' },
    { code: 'RegionDisabledException', status: 403, is: 'provider_refused' },
    { code: 'SomethingNew', status: 400, is: 'provider_refused' },
    // Our own fault is called ours, and not the role's.
    { code: 'ExpiredToken', status: 403, is: 'broker_credentials_unavailable' },
    { code: 'ExpiredTokenException', status: 400, is: 'broker_credentials_unavailable' },
    { code: 'RequestExpired', status: 400, is: 'broker_credentials_unavailable' },
    { code: 'RequestTimeTooSkewed', status: 403, is: 'broker_credentials_unavailable' },
    { code: 'InvalidClientTokenId', status: 403, is: 'broker_misconfigured' },
    { code: 'SignatureDoesNotMatch', status: 403, is: 'broker_misconfigured' },
    { code: 'IncompleteSignature', status: 403, is: 'broker_misconfigured' },
    { code: 'MissingAuthenticationToken', status: 403, is: 'broker_misconfigured' },
    { code: 'OptInRequired', status: 403, is: 'broker_misconfigured' },
  ])('$code is $is', async ({ code, status, is }) => {
    sts.reply(stsError(code, status));
    expect(await issue()).toBe(is);
    expect(sts.calls).toHaveLength(1);
  });

  test.each([
    'Signature expired: 20270115T075000Z is now earlier than 20270115T080000Z (20270115T081500Z - 15 min.)',
    'Signature not yet current: 20270115T083000Z is still later than 20270115T081500Z',
  ])('a clock that is wrong is ours, however AWS calls it: %s', async words => {
    sts.reply(stsError('SignatureDoesNotMatch', 403, words));
    expect(await issue()).toBe('broker_credentials_unavailable');
  });

  test('so are keys that cannot be had', async () => {
    const credentials = () => Promise.reject(new Error('AWS_ACCESS_KEY_ID is not set'));
    expect(await issue({ credentials })).toBe('broker_credentials_unavailable');
  });
});

test.each([
  ['where STS refuses', [stsError('AccessDenied', 403)], true],
  ['but not where it answers for another account', [stsSuccess({ account: '999999999999' })], false],
  ['but not where its answer was lost', [stsError('InternalFailure', 500)], false],
])('T63: nothing can have been issued %s', async (_name, replies, undone) => {
  sts.reply(...replies);
  const issuing = createAwsProvider(sts.setting, SIGNING, LIMITER)(grantFor<AwsTarget>(ROLE), NOW);
  await expect(issuing).rejects.toMatchObject({ undone });
});

describe('what STS refuses of the caller’s own session policy is for the caller to mend:', () => {
  const [policy, plain] = [
    '{"Version":"2012-10-17","Statement":[{"Effect":"Maybe"}]}',
    `${TRUST}aws: { role_arn: arn:aws:iam::123456789012:role/deploy-web }`,
  ];
  const narrowed = decideFor(roleFrom(plain), buildkiteClaims(), {
    access: { sessionPolicy: { policy, policyArns: [] } },
  });

  test.each([
    { code: 'MalformedPolicyDocument', is: 'session_policy_invalid' },
    { code: 'PackedPolicyTooLarge', is: 'credential_too_large' },
    { code: 'AccessDenied', is: 'provider_refused' },
  ])('$code is $is', async ({ code, is }) => {
    sts.reply(stsError(code, 400));
    const grant = (narrowed.allowed && narrowed.grant) as GrantOf<AwsTarget>;
    expect(await codeOf(() => createAwsProvider(sts.setting, SIGNING, LIMITER)(grant, NOW))).toBe(is);
    expect(sts.calls.map(call => call.get('Policy'))).toEqual([policy]);
  });
});

describe('D08: what passes is asked again, with the same restrictions, and then it is our trouble', () => {
  test.each([
    { code: 'Throttling', status: 400 },
    { code: 'ThrottlingException', status: 429 },
    { code: 'InternalFailure', status: 500 },
    { code: 'ServiceUnavailable', status: 503 },
  ])('$code $status', async ({ code, status }) => {
    sts.reply(stsError(code, status));
    expect(await issue()).toBe('provider_unavailable');
    expect(sts.calls).toHaveLength(3);
    expect(new Set(sts.calls.map(String)).size).toBe(1);
    expect(sts.calls.every(call => call.has('Policy'))).toBe(true);
  });

  test('an answer of another kind', async () => {
    sts.reply(() => ({ status: 502, body: '<html>Bad Gateway</html>' }));
    expect(await issue()).toBe('provider_unavailable');
  });

  test.each([301, 302, 307, 308, 403, 404])('an answer of %i that AWS did not write', async status => {
    sts.reply(() => ({ status, body: '<html>Please log in</html>' }));
    expect(await issue()).toBe('provider_unavailable');
    expect(sts.calls).toHaveLength(3);
  });

  test('T78: no attempt is begun when the time for all of them is over', async () => {
    sts.reply(stsError('Throttling', 400));
    let now = NOW;
    const limiter = createMemoryLimiter('tests', PLENTY.stsCalls);
    expect(await issue({ now: () => (now += 1.2) }, limiter)).toBe('provider_unavailable');
    expect(sts.calls.length).toBeLessThan(3);
  });

  test('a connection that breaks', async () => {
    sts.reply((_form, response) => void response.destroy());
    expect(await issue()).toBe('provider_unavailable');
    expect(sts.calls).toHaveLength(3);
  });

  test('an answer that breaks off', async () => {
    sts.reply((_form, response) => {
      response.writeHead(200, { 'content-length': '1000' }).write('<AssumeRoleResponse>');
      setTimeout(() => response.destroy(), 50);
      return undefined;
    });
    expect(await issue()).toBe('provider_unavailable');
  });

  test('nobody who listens', async () => {
    expect(await issue({ endpoint: 'http://127.0.0.1:9' })).toBe('provider_unavailable');
  });

  test('D09: not more often than the limit of calls admits', async () => {
    sts.reply(stsError('Throttling', 400));
    const limiter = createMemoryLimiter('tests', { perMinute: 1, burst: 2 });
    expect(await issue({}, limiter)).toBe('provider_unavailable');
    expect([await issue({}, limiter), sts.calls.length]).toEqual(['rate_limited', 2]);
  });

  test('a failure that passes in time', async () => {
    sts.reply(stsError('InternalFailure', 500), stsSuccess({}));
    expect(await issue()).toBe('none');
    expect(sts.calls).toHaveLength(2);
  });

  test('an STS that says nothing for two seconds', async () => {
    sts.reply(() => undefined, stsSuccess({}));
    expect(await issue()).toBe('none');
    expect(sts.calls).toHaveLength(2);
  });

  test('an STS that begins its answer and then says nothing', async () => {
    sts.reply((_form, response) => {
      response.writeHead(200, { 'content-length': '1000' }).write('<AssumeRoleResponse>');
      return undefined;
    }, stsSuccess({}));
    expect(['none', 'provider_unavailable']).toContain(await issue());
  });
});

describe('an answer that was not asked for is refused', () => {
  test.each([
    ['T44: for another account', stsSuccess({ account: '999999999999' })],
    ['T44: for another role of the account', stsSuccess({ role: 'admin' })],
    ['T44: for another partition', stsSuccess({ partition: 'aws-cn' })],
    ['T44: for the session of another job', stsSuccess({ session: 'web.7.aaaaaaaaaaaaaaaa' })],
    ['T44: with the id of another job', stsSuccess({ id: 'web.7.aaaaaaaaaaaaaaaa' })],
    ['T44: with the source identity of another job', stsSuccess({ identity: 'web.7.aaaaaaaaaaaaaaaa' })],
    ['T44: without the id of a session', stsSuccess({ id: '' })],
    ['T45: that ends in five seconds', stsSuccess({ expiration: at(5) })],
    ['T45: that ends long before it was asked to', stsSuccess({ expiration: at(3539) })],
    ['T44: for nobody', stsSuccess({ user: '' })],
    ['T45: that has expired', stsSuccess({ expiration: at(-1) })],
    ['T45: that expires now', stsSuccess({ expiration: at(0) })],
    ['T45: that lives longer than asked', stsSuccess({ expiration: at(3661) })],
    ['without an expiry', stsSuccess({ expiration: '' })],
    ['without a secret key', stsSuccess({ secret: '' })],
    [
      'without credentials',
      () => ({ status: 200, body: '<AssumeRoleResponse><AssumeRoleResult/></AssumeRoleResponse>' }),
    ],
  ])('%s', async (_name, reply) => {
    sts.reply(reply);
    expect(await issue()).toBe('provider_refused');
    expect(sts.calls).toHaveLength(1);
  });

  test.each([3540, 3600, 3660])('one that expires in %d seconds is taken', async seconds => {
    sts.reply(stsSuccess({ expiration: at(seconds) }));
    expect(await issue()).toBe('none');
  });
});
