import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { HttpAnswer, HttpRequest } from '../../lib/protocols/protocol.ts';
import { serve } from '../../lib/serve.ts';
import { httpRequest, testBroker } from '../harness/broker.ts';
import { type Form, stsRefusal, stsRequest, TARGET, textsOf } from '../harness/door.ts';
import { TRUST } from '../harness/grant.ts';
import { tokenClaims } from '../harness/issuer.ts';
import { ROOT } from '../harness/markdown.ts';
import { NOW } from '../harness/policy.ts';
import { testSts } from '../harness/sts.ts';

type Recorded = { readonly headers: { readonly [name: string]: string }; readonly body: string };
type Vector = {
  readonly client: string;
  readonly paths: readonly string[];
  readonly session: string;
  readonly exchange: Recorded;
  readonly identity: Recorded;
};

/** What each client really sends: recorded for Python's and JavaScript's SDKs, written after records for Go's. */
const VECTORS = JSON.parse(readFileSync(join(ROOT, 'test/vectors/sts-clients.json'), 'utf8')) as Vector[];
const CALLS = VECTORS.flatMap(({ paths, ...vector }) => paths.map(path => ({ path, ...vector })));

const ROLE = `${TRUST}aws: { role_arn: ${TARGET} }\n`;

const upstream = await testSts();
const whole = await testBroker({
  roles: {
    web: ROLE,
    once: `single_use: true\n${ROLE.replace('role/deploy-web', 'role/once')}`,
    short: `session: { max_seconds: 1200 }\n${ROLE.replace('role/deploy-web', 'role/short')}`,
    narrow: ROLE.replace('deploy-web }', 'narrow, policy_arns: [arn:aws:iam::aws:policy/ReadOnlyAccess] }'),
    'twin-a': ROLE.replace('role/deploy-web', 'role/twin'),
    'twin-b': ROLE.replace('role/deploy-web', 'role/twin'),
    signed: `${TRUST}jwt: { audience: https://api.test.example }\n`,
  },
  aws: upstream.setting,
});
beforeEach(() => upstream.reply());

function mint(changes: object = {}): Promise<string> {
  return whole.issuer.sign(tokenClaims({ ...changes }));
}
function send(changes: Partial<HttpRequest>): Promise<HttpAnswer> {
  return serve(whole.broker, httpRequest({ path: '/', ...changes }));
}
function replay(path: string, { headers, body }: Recorded, filled: Form): Promise<HttpAnswer> {
  const fill = (text: string): string =>
    text.replace(/\{(\w+)\}/g, (_, name: string) => filled[name] ?? 'nothing to fill in');
  const given = Object.entries(headers).map(([name, value]) => [name, fill(value)]);
  return send({ path, headers: Object.fromEntries(given), body: new TextEncoder().encode(fill(body)) });
}
async function ask(form: Form, claims: object = {}): Promise<HttpAnswer> {
  return serve(whole.broker, stsRequest({ WebIdentityToken: await mint(claims), ...form }));
}

describe.each(CALLS)('$client at $path', ({ path, session, exchange, identity }) => {
  test('gets credentials, and is told whose they are', async () => {
    const had = await replay(path, exchange, { token: await mint() });
    expect(had.status).toBe(200);
    const {
      'AssumedRoleUser/Arn': arn,
      'Credentials/SessionToken': session_token,
      'Credentials/AccessKeyId': access_key_id,
    } = textsOf(had);
    expect(whole.event()).toMatchObject({
      outcome: 'issued',
      protocol: 'sts',
      role: 'web',
      requested: { session_name: session },
    });
    const who = await replay(path, identity, { session_token, access_key_id });
    expect([who.status, textsOf(who)['Arn']]).toEqual([200, arn]);
  });
});

test('T47: the name of the session is ours, whatever the client asked for', async () => {
  await ask({ RoleSessionName: 'root' });
  expect(upstream.calls[0]?.get('RoleSessionName')).toBe(whole.event()['session']);
  expect(whole.event()).toMatchObject({
    session: expect.stringMatching(/^my-pipeline\.5\./),
    requested: { session_name: 'root' },
  });
});

describe('a session policy', () => {
  const POLICY = '{"Version":"2012-10-17","Statement":[]}';
  const ARN = 'arn:aws:iam::123456789012:policy/less';

  test('of the caller is passed on to a role that has none', async () => {
    await ask({ Policy: POLICY, 'PolicyArns.member.1.arn': ARN, DurationSeconds: '900' });
    expect(Object.fromEntries(upstream.calls[0] ?? [])).toMatchObject({
      Policy: POLICY,
      'PolicyArns.member.1.arn': ARN,
      DurationSeconds: '900',
    });
  });

  test.each([{ Policy: POLICY }, { 'PolicyArns.member.1.arn': ARN }])(
    'of the caller is refused by a role that has its own, and nothing is asked of AWS: %j',
    async form => {
      const answer = await ask({ ...form, RoleArn: 'arn:aws:iam::123456789012:role/narrow' });
      expect(stsRefusal(answer)).toEqual([403, 'AccessDenied']);
      expect(whole.event()['code']).toBe('session_policy_refused');
      expect(upstream.calls).toEqual([]);
    },
  );
});

describe('a role is addressed', () => {
  const own = (name: string): string => `arn:aws:iam::000000000000:role/kite-sts/${name}`;
  const twin = 'arn:aws:iam::123456789012:role/twin';

  test.each([
    [TARGET, 'web'],
    [own('web'), 'web'],
    [own('twin-a'), 'twin-a'],
    [own('twin-b'), 'twin-b'],
  ])('by %s: it is %s', async (RoleArn, role) => {
    expect((await ask({ RoleArn })).status).toBe(200);
    expect(whole.event()['role']).toBe(role);
  });

  test.each([
    ['an ARN that two roles share', twin],
    ['an ARN that no role has', 'arn:aws:iam::123456789012:role/other'],
    ['the ARN of another partition', TARGET.replace('aws:', 'aws-cn:')],
    ['a name that no role has', own('other')],
    ['a name in a path of its own', own('x/web')],
    ['the name of a prototype', own('__proto__')],
  ])('T43: not by %s, and a stranger is told the same', async (_name, RoleArn) => {
    const answers = [await ask({ RoleArn }), await ask({ RoleArn: TARGET }, { organization_slug: 'x' })];
    expect(answers.map(stsRefusal)).toEqual(Array(2).fill([403, 'AccessDenied']));
    const [unknown, denied] = answers.map(({ headers, body }) =>
      body.replaceAll(headers['decision-id'] ?? '', 'the id'),
    );
    expect(unknown).toBe(denied);
  });
});

describe('what is refused is refused in the words of AWS:', () => {
  test.each<{ name: string; form?: Form; claims?: object; says: readonly [number, string]; code: string }>([
    {
      name: 'an expired token',
      claims: { iat: NOW - 400, nbf: NOW - 400, exp: NOW - 100 },
      says: [400, 'ExpiredTokenException'],
      code: 'token_expired',
    },
    {
      name: 'a token for another audience',
      claims: { aud: 'sts.amazonaws.com' },
      says: [400, 'InvalidIdentityToken'],
      code: 'token_audience_differs',
    },
    {
      name: 'a token of nobody',
      form: { WebIdentityToken: 'x' },
      says: [400, 'InvalidIdentityToken'],
      code: 'token_malformed',
    },
    {
      name: 'claims that do not meet the role',
      claims: { build_branch: 'topic' },
      says: [403, 'AccessDenied'],
      code: 'trust_not_met',
    },
    {
      name: 'T63: a role that takes a token once',
      form: { RoleArn: 'arn:aws:iam::123456789012:role/once' },
      says: [403, 'AccessDenied'],
      code: 'single_use_not_here',
    },
    {
      name: 'a role of another kind',
      form: { RoleArn: 'arn:aws:iam::000000000000:role/kite-sts/signed' },
      says: [403, 'AccessDenied'],
      code: 'requested_token_type_differs',
    },
    {
      name: 'a session that is longer than the role’s longest',
      form: { RoleArn: 'arn:aws:iam::123456789012:role/short', DurationSeconds: '1201' },
      says: [400, 'ValidationError'],
      code: 'seconds_above_maximum',
    },
  ])('$name', async ({ form = {}, claims = {}, says, code }) => {
    const answer = await ask(form, claims);
    expect(stsRefusal(answer)).toEqual(says);
    expect(whole.event()['code']).toBe(code);
    expect(upstream.calls).toEqual([]);
  });
});
