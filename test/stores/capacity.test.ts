import { describe, expect, test } from 'vitest';
import { AwsError } from '../../lib/aws/call.ts';
import { createMemoryIdentities } from '../../lib/stores/identities.ts';
import { createMemorySpent } from '../../lib/stores/spent.ts';
import { createCachedSwitches } from '../../lib/stores/switches.ts';
import { testBroker } from '../harness/broker.ts';
import { TRUST } from '../harness/grant.ts';
import { tokenClaims } from '../harness/issuer.ts';
import { PLENTY } from '../harness/limits.ts';
import { BUILDKITE, NOW, PROVIDER } from '../harness/policy.ts';
import { testSts } from '../harness/sts.ts';

// Numbers as the documents promise them, and not the product's own constants.
describe('T-7: a store of one process holds', () => {
  test('a hundred thousand used tokens', async () => {
    const { spend } = createMemorySpent();
    for (let n = 0; n < 100_000; n++) await spend(`token-${n}`, NOW + 300, NOW);
    expect(await spend('token-0', NOW + 300, NOW)).toBeUndefined();
  });

  test('a hundred thousand sessions', async () => {
    const { remember, find } = createMemoryIdentities();
    const identity = { accessKeyId: 'ASIA', arn: 'a', userId: 'u', account: '1', expiresAt: NOW + 900 };
    for (let n = 0; n < 100_000; n++) await remember(`session-${n}`, identity, NOW);
    expect(await find('session-0')).toEqual(identity);
  });
});

test('T-4: what is switched off is known for 60 seconds, and then nothing is issued', async () => {
  let now = NOW;
  let broken = false;
  const away = new AwsError({ code: 'InternalServerError', message: 'no' }, 500, true);
  const all = async () => (broken ? Promise.reject(away) : []);
  const switches = createCachedSwitches({ list: all }, () => now);
  await switches();
  broken = true;
  now = NOW + 59;
  expect(await switches()).toEqual([]);
  now = NOW + 61;
  await expect(switches()).rejects.toMatchObject({ code: 'switches_unavailable' });
});

test('T-17: no key is fetched from a private network unless the row says so', async () => {
  const issuers = '- preset: buildkite\n  jwks_uri: https://10.0.0.1/keys\n';
  const role = `trust:\n  - iss: ${BUILDKITE}\n    claims: { organization_slug: my-organization }\n${PROVIDER}\n`;
  const { broker, issuer } = await testBroker({ roles: { web: role }, issuers, keysFor: () => undefined });
  await expect(broker.parts.verify(await issuer.sign(tokenClaims()), NOW)).rejects.toMatchObject({
    code: 'issuer_keys_unavailable',
    detail: expect.stringContaining('not public'),
  });
});

test('T-17: calls of AWS STS are as many as broker.yml says', async () => {
  const sts = await testSts();
  const limits = { ...PLENTY, stsCalls: { perMinute: 1, burst: 1 } };
  const roles = { aws: `${TRUST}aws: { role_arn: "arn:aws:iam::123456789012:role/deploy" }\n` };
  const { ask, issuer } = await testBroker({ roles, aws: sts.setting, limits });
  const asked = async (): Promise<number> =>
    (await ask({ audience: 'aws', subject_token: await issuer.sign(tokenClaims()) })).status;
  expect([await asked(), await asked(), sts.calls.length]).toEqual([200, 429, 1]);
});
