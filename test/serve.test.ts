import { describe, expect, test } from 'vitest';
import { MEMBERS } from '../lib/audit/event.ts';
import type { HttpAnswer } from '../lib/protocols/protocol.ts';
import { DOORS, serve } from '../lib/serve.ts';
import { httpRequest, type TestBroker, testBroker } from './harness/broker.ts';
import { TRUST } from './harness/grant.ts';
import { tokenClaims } from './harness/issuer.ts';
import { issuersWith, PROVIDER } from './harness/policy.ts';

const ROLE = `contact: "#team-web"\n${TRUST}${PROVIDER}\n`;
const whole = await testBroker({ roles: { 'deploy-web': ROLE, once: `single_use: true\n${ROLE}` } });

type Ask = { readonly claims?: object; readonly form?: { readonly [name: string]: string | undefined } };

async function ask({ claims = {}, form = {} }: Ask, using: TestBroker = whole): Promise<HttpAnswer> {
  return using.ask({
    subject_token: await using.issuer.sign(tokenClaims({ ...claims })),
    audience: 'deploy-web',
    ...form,
  });
}
function codeIn({ body }: HttpAnswer): unknown {
  return (JSON.parse(body) as { code?: unknown }).code;
}
function get(path: string, method = 'GET', using = whole) {
  return serve(using.broker, httpRequest({ method, path }));
}

describe('a whole exchange', () => {
  test('gives a credential to those who may have it', async () => {
    const answer = await ask({});
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toMatchObject({ token_type: 'Bearer', expires_in: 900 });
  });

  test.each<[name: string, given: Ask, status: number, code: string]>([
    ['no token', { form: { subject_token: undefined } }, 400, 'parameter_missing'],
    ['a bad token', { form: { subject_token: 'x' } }, 400, 'token_malformed'],
    [
      'an audience where the role belongs',
      { form: { audience: 'https://sts.test.example' } },
      400,
      'role_parameter_holds_audience',
    ],
    ['a stranger', { claims: { organization_slug: 'x' } }, 400, 'role_refused_or_unknown'],
    ['another branch', { claims: { build_branch: 'x' } }, 400, 'trust_not_met'],
  ])('is refused: %s', async (_name, given, status, code) => {
    const answer = await ask(given);
    expect([answer.status, codeIn(answer)]).toEqual([status, code]);
  });

  test('every answer bears the id of its decision and may be kept by no cache', async () => {
    const answers = [
      await ask({}),
      await ask({ claims: { build_branch: 'x' } }),
      await ask({ form: { grant_type: 'x' } }),
      await get('/token'),
      await get('/nowhere'),
    ];
    for (const { headers } of answers)
      expect(headers).toMatchObject({ 'decision-id': expect.any(String), 'cache-control': 'no-store' });
    expect(new Set(answers.map(({ headers }) => headers['decision-id'])).size).toBe(answers.length);
  });

  test('T65: no answer lets a web page of another site read it', async () => {
    for (const answer of [await ask({}), await get('/health'), await get('/.well-known/jwks.json')])
      expect(Object.keys(answer.headers).filter(name => /^access-control-|^set-cookie$/.test(name))).toEqual(
        [],
      );
  });
});

describe('T43: a denied stranger and an unknown role are answered alike, byte for byte', () => {
  test.each(['application/json', 'text/plain'])('as %s', async accept => {
    const token = await whole.issuer.sign(tokenClaims({ organization_slug: 'another' }));
    const said = async (audience: string) => {
      const { status, headers, body } = await whole.ask({ subject_token: token, audience }, { accept });
      const id = headers['decision-id'] ?? '';
      return JSON.stringify({ status, headers, body }).replaceAll(id, 'the id');
    };
    const [denied, unknown, similar] = [
      await said('deploy-web'),
      await said('unknown'),
      await said('deploy-wbe'),
    ];
    expect(unknown).toBe(denied);
    expect(similar).toBe(denied);
  });
});

describe('a near name', () => {
  const mistyped = { form: { audience: 'deploy-wbe' } };

  test('is told to those who meet the fleet’s guard', async () => {
    const issuers = issuersWith('require: { organization_slug: my-organization }');
    const guarded = await testBroker({ roles: { 'deploy-web': ROLE }, issuers });
    expect((await ask(mistyped, guarded)).body).toContain('deploy-web');
    expect((await ask({ ...mistyped, claims: { organization_slug: 'x' } }, guarded)).body).not.toContain(
      'deploy-web',
    );
  });

  test('is told to nobody when there is no guard', async () => {
    expect((await ask(mistyped)).body).not.toContain('deploy-web');
  });
});

describe('a known caller', () => {
  test('is told its own claim and a contact, and never what was expected', async () => {
    const body = JSON.parse((await ask({ claims: { build_branch: 'topic' } })).body) as { claims: unknown };
    expect(body).toMatchObject({
      claims: [{ claim: 'build_branch', why: 'differs', value: 'topic' }],
      contact: '#team-web',
    });
    expect(JSON.stringify(body.claims)).not.toContain('main');
  });
});

describe('there is one audit line for every exchange, however it ended', () => {
  test.each<{ name: string; given: Ask; outcome: string }>([
    { name: 'issued', given: {}, outcome: 'issued' },
    { name: 'denied', given: { claims: { build_branch: 'x' } }, outcome: 'denied' },
    { name: 'an unknown role', given: { form: { audience: 'unknown' } }, outcome: 'denied' },
    { name: 'a bad token', given: { form: { subject_token: 'x' } }, outcome: 'failed' },
    { name: 'no request at all', given: { form: { grant_type: undefined } }, outcome: 'failed' },
  ])('$name', async ({ given, outcome }) => {
    const before = whole.audit.length;
    const { headers } = await ask(given);
    expect(whole.audit.length).toBe(before + 1);
    expect(whole.event()).toMatchObject({
      event: 'exchange',
      outcome,
      decision_id: headers['decision-id'],
      source_address: '203.0.113.7',
    });
    expect(Object.keys(whole.event()).filter(name => !MEMBERS.includes(name as never))).toEqual([]);
  });

  test('a wrong method at a door', async () => {
    const before = whole.audit.length;
    expect((await get('/token')).status).toBe(405);
    expect(whole.audit.length).toBe(before + 1);
    expect(whole.event()).toMatchObject({ outcome: 'failed', code: 'method_not_allowed' });
  });

  test('and none for what is no exchange', async () => {
    const before = whole.audit.length;
    await get('/health');
    await get('/nowhere');
    expect(whole.audit.length).toBe(before);
  });
});

describe('T84: a credential does not leave without its audit event', () => {
  test.each<{ name: string; sink: () => void | Promise<void> }>([
    {
      name: 'the sink throws',
      sink: () => {
        throw new Error('full');
      },
    },
    { name: 'the sink rejects', sink: () => Promise.reject(new Error('full')) },
  ])('$name', async ({ sink }) => {
    const silent = await testBroker({ roles: { 'deploy-web': ROLE }, sink });
    const answer = await ask({}, silent);
    expect([answer.status, codeIn(answer)]).toEqual([503, 'audit_unavailable']);
    expect(answer.body).not.toContain('access_token');
    expect(silent.faults.map(({ code }) => code)).toEqual(['audit_unavailable']);
  });

  test('the event is written before the answer is there', async () => {
    const order: string[] = [];
    const slow = await testBroker({
      roles: { 'deploy-web': ROLE },
      sink: async () => {
        await new Promise(resolve => setTimeout(resolve, 20));
        order.push('audit');
      },
    });
    await ask({}, slow).then(() => order.push('answer'));
    expect(order).toEqual(['audit', 'answer']);
  });
});

describe('the paths', () => {
  const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS'];

  test.each(Object.keys(DOORS))('%s takes that method alone', async route => {
    const [, path = ''] = route.split(' ');
    const own = METHODS.filter(method => Object.hasOwn(DOORS, `${method} ${path}`));
    for (const method of METHODS.filter(each => !own.includes(each))) {
      const answer = await get(path.replace('{role}', 'deploy'), method);
      expect(answer.status).toBe(405);
      expect(own).toContain(answer.headers['allow']);
    }
  });

  test.each([
    '/aws',
    '/aws/',
    '/aws/sts//',
    '/AWS/STS',
    '/token/',
    '/TOKEN',
    '//token',
    '/__proto__',
    '/constructor',
    '/.well-known/jwks.json/',
  ])('nothing answers at %s', async path => {
    expect((await get(path)).status).toBe(404);
    expect((await get(path, 'POST')).status).toBe(404);
  });

  test('keys, metadata and health answer to GET', async () => {
    for (const path of [
      '/.well-known/jwks.json',
      '/.well-known/openid-configuration',
      '/health',
      '/errors/token_expired',
    ])
      expect((await get(path)).status).toBe(200);
  });

  test('a key that cannot be published is our trouble', async () => {
    const publicKeys = () => Promise.reject(new Error('gone'));
    const broken = await testBroker({ roles: {}, signer: { sign: publicKeys, publicKeys } });
    expect((await get('/.well-known/jwks.json', 'GET', broken)).status).toBe(503);
    expect(broken.faults.map(({ code }) => code)).toEqual(['internal_error']);
  });
});
