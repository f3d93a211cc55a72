import { describe, expect, test } from 'vitest';
import { createRefresher } from '../lib/authenticator.ts';
import { createBroker, type Surroundings } from '../lib/broker.ts';
import { createBrokerConfig } from '../lib/config/compiled.ts';
import { createLocalSigner } from '../lib/keys/local.ts';
import { DUMMY_KEYS } from '../lib/local/sts.ts';
import { type Broker, serve } from '../lib/serve.ts';
import { NOT_TAKEN } from '../lib/token/keys.ts';
import { httpRequest, testBroker } from './harness/broker.ts';
import { TRUST } from './harness/grant.ts';
import { testIssuer, tokenClaims } from './harness/issuer.ts';
import { PLENTY } from './harness/limits.ts';
import { configFrom } from './harness/local.ts';
import {
  AUDIENCE,
  BUILDKITE,
  GITHUB,
  NOW,
  PROVIDER,
  roleFrom,
  rowsFrom,
  settingOf,
} from './harness/policy.ts';
import { FLAT, testAuthorizer } from './harness/registry.ts';
import { testServer } from './harness/server.ts';
import { stsError, stsSuccess, testSts } from './harness/sts.ts';

const issuer = await testIssuer();
const INLINE = `
- preset: buildkite
  jwks: { keys: [${JSON.stringify(issuer.jwk)}] }
`;

function brokerWith(more: Partial<Surroundings>, issuers = INLINE): Broker {
  const rows = rowsFrom(issuers);
  const role = { ...roleFrom(`${TRUST}${PROVIDER}\n`, settingOf(rows)), name: 'deploy-web' };
  return createBroker(
    createBrokerConfig({
      folder: 'test',
      url: AUDIENCE,
      audience: AUDIENCE,
      rows,
      roles: [role],
      registries: [],
      limits: PLENTY,
    }),
    {
      signer: createLocalSigner(),
      aws: { region: 'us-east-1', credentials: DUMMY_KEYS },
      sink: () => undefined,
      onFault: () => undefined,
      ...more,
    },
  );
}

async function ask(broker: Broker, claims: object) {
  const form = new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    subject_token: await issuer.sign(tokenClaims({ ...claims })),
    audience: 'deploy-web',
  });
  return serve(broker, httpRequest({ body: new TextEncoder().encode(form.toString()) }));
}

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

  test('T-17: with whoever is told that the keys of an issuer were not taken', async () => {
    const told: { issuer: string; what: string }[] = [];
    const onKeys: Surroundings['onKeys'] = (issuer, what) => void told.push({ issuer, what });
    // Loopback is never an issuer, so nothing is asked.
    const broker = brokerWith(
      { onKeys, now: () => NOW },
      '- { preset: buildkite, jwks_uri: https://127.0.0.1/jwks }',
    );
    expect((await ask(broker, {})).status).toBe(503);
    expect(told).toEqual([{ issuer: BUILDKITE, what: expect.stringContaining(NOT_TAKEN) }]);
  });

  test('D08: with its second region, while STS in the first is broken', async () => {
    const sts = await testSts();
    sts.reply((form, response) =>
      (String(response.req.headers.authorization).includes('/eu-west-1/')
        ? stsSuccess({})
        : stsError('InternalFailure', 500))(form, response),
    );
    const roles = { web: `${TRUST}aws: { role_arn: arn:aws:iam::123456789012:role/a }\n` };
    const { ask, issuer, event } = await testBroker({ roles, aws: sts.setting, secondRegion: 'eu-west-1' });
    await ask({ subject_token: await issuer.sign(tokenClaims()), audience: 'web' });
    expect([event().outcome, sts.calls.length]).toEqual(['issued', 3]);
  });

  test.each([
    { name: 'must', required: true, status: 503, code: 'audit_unavailable' },
    { name: 'may', required: false, status: 200, code: undefined },
  ])('T84: with where its events $name arrive', async ({ required, status, code }) => {
    const stream = await testServer(() => ({ status: 400, body: { __type: 'AccessDeniedException' } }));
    const { ask, issuer, audit, faults } = await testBroker({
      roles: { web: `${TRUST}${PROVIDER}\n` },
      delivery: { sink: 'firehose', to: 'audit', required },
      aws: { region: 'us-east-1', endpoint: stream.url, credentials: DUMMY_KEYS },
    });
    const answer = await ask({ subject_token: await issuer.sign(tokenClaims()), audience: 'web' });
    expect([answer.status, JSON.parse(answer.body).code]).toEqual([status, code]);
    expect(faults.map(({ code: each }) => each)).toEqual(['audit_unavailable']);
    expect([stream.asked.length, audit.length]).toEqual([1, 1]);
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

test('D11: where used tokens cannot be kept, what takes each once is not given', async () => {
  const roles = { once: `single_use: true\n${TRUST}${PROVIDER}\n`, often: `${TRUST}${PROVIDER}\n` };
  const whole = await testBroker({ roles, tables: { spentTable: null } });
  const codeFor = async (audience: string) => {
    const subject_token = await whole.issuer.sign(tokenClaims());
    return (JSON.parse((await whole.ask({ subject_token, audience })).body) as { code?: string }).code;
  };
  expect([await codeFor('once'), await codeFor('often')]).toEqual(['store_unavailable', undefined]);
});

test('D11: a table of switches that nobody can ask for is no broker without switches', async () => {
  await expect(testAuthorizer([FLAT], { table: { switchTable: 'table' } })).rejects.toThrow(
    'table of switches',
  );
});

describe('what asks issuers for their keys on behalf of all', () => {
  const { rows } = createBrokerConfig(configFrom({}, `${INLINE}- preset: github-actions\n`));
  const aws = { region: 'us-east-1', credentials: DUMMY_KEYS };

  test('asks those whose keys do not stand in broker.yml', () => {
    const { fetchers } = createRefresher({ rows }, { aws, issuerKeyTable: 'table', issuerKeyProof: 'key' });
    expect([...fetchers.keys()]).toEqual([GITHUB]);
  });

  test('is not there without a table to keep them in', () => {
    expect(() => createRefresher({ rows }, { aws })).toThrow('KITE_STS_ISSUER_KEY_TABLE');
  });

  test('T93: is not there, and nothing reads it, without a key to prove what is kept', () => {
    const lacking = { aws, issuerKeyTable: 'table' };
    expect(() => createRefresher({ rows }, lacking)).toThrow('KITE_STS_ISSUER_KEY_PROOF');
    expect(() => brokerWith(lacking)).toThrow('KITE_STS_ISSUER_KEY_PROOF');
  });
});
