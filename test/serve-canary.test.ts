import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { HttpAnswer } from '../lib/protocols/protocol.ts';
import { testBroker } from './harness/broker.ts';
import { TRUST } from './harness/grant.ts';
import { tokenClaims } from './harness/issuer.ts';
import { NOW, PROVIDER } from './harness/policy.ts';
import { stsError, stsSuccess, type TestSts, testSts } from './harness/sts.ts';

const SECRET = 'CanarySecretKeyCanarySecretKey';
const OWN_SECRET = 'CanaryOwnSecretCanaryOwnSecret';
const SESSION = 'session-token';

const ROLES = {
  aws: `single_use: true\n${TRUST}aws: { role_arn: "arn:aws:iam::123456789012:role/deploy" }\n`,
  jwt: `${TRUST}${PROVIDER}\n`,
};

const sts = await testSts();
const whole = await testBroker({
  roles: ROLES,
  aws: { ...sts.setting, credentials: { accessKeyId: 'AKIATEST', secretAccessKey: OWN_SECRET } },
});

/** Everything that an operator or a caller could see, the causes of faults with all that they carry. */
function seen(answer: HttpAnswer): string {
  return [
    JSON.stringify(answer),
    ...whole.audit,
    ...whole.faults.map(fault => inspect(fault, { depth: 12, showHidden: true })),
  ].join('\n');
}

let count = 0;
async function exchange(audience: string, form: object = {}): Promise<{ token: string; answer: HttpAnswer }> {
  const token = await whole.issuer.sign(tokenClaims({ jti: `canary-${count++}` }));
  return { token, answer: await whole.ask({ subject_token: token, audience, ...form }) };
}

/** The parts of a token that are worth something: its signed text and its signature. */
function partsOf(token: string): string[] {
  return token.split('.').slice(1);
}

describe('T54: no secret is seen anywhere but in the answer that it is for', () => {
  test('of an exchange that succeeds', async () => {
    sts.reply(stsSuccess({ secret: SECRET }));
    const { token, answer } = await exchange('aws');
    expect(answer.status).toBe(200);
    expect(answer.body).toContain(SECRET);
    expect(answer.body).toContain(SESSION);
    const others = seen({ ...answer, body: '' });
    for (const secret of [SECRET, OWN_SECRET, SESSION, ...partsOf(token)])
      expect(others).not.toContain(secret);
    expect(answer.body).not.toContain(OWN_SECRET);
  });

  test('of an access token of ours', async () => {
    const { token, answer } = await exchange('jwt');
    const { access_token: given } = JSON.parse(answer.body) as { access_token: string };
    const others = seen({ ...answer, body: '' });
    for (const secret of [...partsOf(given), ...partsOf(token)]) expect(others).not.toContain(secret);
  });

  test.each<[name: string, reply: Parameters<TestSts['reply']>[0], form: object]>([
    ['the other side refuses', stsError('AccessDenied', 403), {}],
    ['the other side fails', stsError('InternalFailure', 500), {}],
    [
      'the other side’s answer is of another account',
      stsSuccess({ secret: SECRET, account: '999999999999' }),
      {},
    ],
    [
      'the other side’s answer has expired',
      stsSuccess({ secret: SECRET, expiration: new Date((NOW - 9) * 1000).toISOString() }),
      {},
    ],
    ['the other side’s answer is broken', () => ({ status: 200, body: `<a>${SECRET}</b>` }), {}],
    ['the caller is denied', stsSuccess({ secret: SECRET }), { expires_in: '60' }],
    ['the request is malformed', stsSuccess({ secret: SECRET }), { scope: '"' }],
    ['an unsupported parameter stands in it', stsSuccess({ secret: SECRET }), { resource: 'x' }],
  ])('of an exchange that fails: %s', async (_name, reply, form) => {
    sts.reply(reply);
    const { token, answer } = await exchange('aws', form);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    for (const secret of [SECRET, OWN_SECRET, SESSION, ...partsOf(token)])
      expect(seen(answer)).not.toContain(secret);
  });

  test('of a token that is used again', async () => {
    sts.reply(stsSuccess({ secret: SECRET }));
    const { token } = await exchange('aws');
    const again = await whole.ask({ subject_token: token, audience: 'aws' });
    expect(again.status).toBe(409);
    for (const secret of [SECRET, SESSION, ...partsOf(token)]) expect(seen(again)).not.toContain(secret);
  });

  test('of a token that is malformed in every way', async () => {
    const token = await whole.issuer.sign(tokenClaims({ jti: 'canary-broken' }));
    for (const broken of [`${token}=`, token.slice(1), token.slice(0, -1), `${token}.x`, token.repeat(20)]) {
      const answer = await whole.ask({ subject_token: broken, audience: 'aws' });
      for (const secret of partsOf(token)) expect(seen(answer)).not.toContain(secret);
    }
  });
});
