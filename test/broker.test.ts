import { describe, expect, test } from 'vitest';
import { createBroker, type Surroundings } from '../lib/broker.ts';
import { loadedConfig } from '../lib/config/compiled.ts';
import { localSigner } from '../lib/keys/local.ts';
import { DUMMY_KEYS } from '../lib/local/sts.ts';
import { type Broker, serve } from '../lib/serve.ts';
import { httpRequest, testBroker } from './harness/broker.ts';
import { TRUST } from './harness/grant.ts';
import { testIssuer, tokenClaims } from './harness/issuer.ts';
import { AUDIENCE, NOW, PROVIDER, roleFrom, rowsFrom, settingOf } from './harness/policy.ts';

const issuer = await testIssuer();
const INLINE = `
- preset: buildkite
  jwks: { keys: [${JSON.stringify(issuer.jwk)}] }
`;

const brokerWith = (more: Partial<Surroundings>): Broker => {
  const rows = rowsFrom(INLINE);
  const role = { ...roleFrom(`${TRUST}${PROVIDER}\n`, settingOf(rows)), name: 'deploy-web' };
  return createBroker(
    loadedConfig({ folder: 'test', url: AUDIENCE, audience: AUDIENCE, rows, roles: [role], registries: [] }),
    {
      signer: localSigner(),
      aws: { region: 'us-east-1', credentials: DUMMY_KEYS },
      sink: () => undefined,
      onFault: () => undefined,
      ...more,
    },
  );
};

const ask = async (broker: Broker, claims: object) => {
  const form = new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    subject_token: await issuer.sign(tokenClaims({ ...claims })),
    audience: 'deploy-web',
  });
  return serve(broker, httpRequest({ body: new TextEncoder().encode(form.toString()) }));
};

describe('a broker is put together from its configuration', () => {
  test('with the keys that stand in it', async () => {
    expect((await ask(brokerWith({ now: () => NOW }), {})).status).toBe(200);
  });

  test('with the clock and random ids of the machine unless it is given others', async () => {
    const now = Math.floor(Date.now() / 1000);
    const claims = { iat: now, nbf: now, exp: now + 60 };
    const broker = brokerWith({});
    const answers = [await ask(broker, claims), await ask(broker, claims)];
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(new Set(answers.map(({ headers }) => headers['decision-id'])).size).toBe(2);
  });

  test('with an id of its own for each decision', async () => {
    const { headers } = await ask(brokerWith({ now: () => NOW, randomId: () => 'fixed' }), {});
    expect(headers['decision-id']).toBe('fixed');
  });
});

describe('a token meant for one role never buys another', () => {
  const OWN = 'https://own.example';
  const roles = { shared: `${TRUST}${PROVIDER}\n`, own: `audience: ${OWN}\n${TRUST}${PROVIDER}\n` };

  test.each([
    { aud: AUDIENCE, role: 'shared', code: undefined },
    { aud: OWN, role: 'own', code: undefined },
    { aud: OWN, role: 'shared', code: 'audience_not_of_role' },
    { aud: AUDIENCE, role: 'own', code: 'audience_not_of_role' },
    { aud: 'https://nobody.example', role: 'own', code: 'token_audience_differs' },
  ])('one for $aud, at the role $role', async ({ aud, role, code }) => {
    const whole = await testBroker({ roles });
    const answer = await whole.ask({
      subject_token: await whole.issuer.sign(tokenClaims({ aud })),
      audience: role,
    });
    expect((JSON.parse(answer.body) as { code?: string }).code).toBe(code);
  });
});

test('T13: a credential that we issued never buys another', async () => {
  const whole = await testBroker({ roles: { publish: `${TRUST}${PROVIDER}\n` } });
  const first = await whole.ask({
    subject_token: await whole.issuer.sign(tokenClaims()),
    audience: 'publish',
  });
  const { access_token: ours } = JSON.parse(first.body) as { access_token: string };
  const second = await whole.ask({ subject_token: ours, audience: 'publish' });
  expect(JSON.parse(second.body)).toMatchObject({ code: 'token_type_refused' });
});
