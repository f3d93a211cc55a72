import { describe, expect, test } from 'vitest';
import { CODES, type Code } from '../../lib/errors.ts';
import { dockerChallenge, presented, registryRefusal } from '../../lib/protocols/registry.ts';
import { httpRequest } from '../harness/broker.ts';
import { faultOf } from '../harness/code.ts';

const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;
const from = (authorization: string | undefined, query = '') =>
  presented(httpRequest({ headers: { authorization }, query }));

describe('the subject token is', () => {
  test.each([
    ['what stands after Bearer', 'Bearer a.b.c', { subjectToken: 'a.b.c', user: undefined }],
    ['what stands after Bearer in small letters', 'bearer a.b.c', { subjectToken: 'a.b.c', user: undefined }],
    ['the password of Docker', basic('buildkite:a.b.c'), { subjectToken: 'a.b.c', user: 'buildkite' }],
    ['the password of pip', basic('__token__:a.b.c'), { subjectToken: 'a.b.c', user: '__token__' }],
    ['the password beside no user', basic(':a.b.c'), { subjectToken: 'a.b.c', user: undefined }],
    ['all after the first colon', basic('a:b:c'), { subjectToken: 'b:c', user: 'a' }],
  ])('%s', (_name, header, expected) => {
    expect(from(header)).toEqual(expected);
  });

  test.each([
    ['a token', `${'a'.repeat(30)}.${'b'.repeat(30)}.${'c'.repeat(30)}`],
    ['a line break', 'a\nb'],
    ['what could be a command to a terminal', '\u001b[2J'],
  ])('T54: the user name is not handed on when it is %s', (_name, user) => {
    expect(from(basic(`${user}:a.b.c`)).user).toBeUndefined();
  });
});

describe('T57: refused is', () => {
  test.each<[string, string | undefined, Code]>([
    ['no header', undefined, 'parameter_missing'],
    ['an empty header', '', 'parameter_invalid'],
    ['an empty password', basic('buildkite:'), 'parameter_missing'],
    ['a token as the user name', basic('a.b.c'), 'parameter_invalid'],
    ['a token without a scheme', 'a.b.c', 'parameter_invalid'],
    ['another scheme', 'Digest a.b.c', 'parameter_invalid'],
    ['two headers', 'Bearer a.b.c, Bearer d.e.f', 'parameter_invalid'],
    ['Bearer and Basic', `Bearer a.b.c, ${basic('a:b')}`, 'parameter_invalid'],
    ['Basic and Bearer', `${basic('a:b')},Bearer a.b.c`, 'parameter_invalid'],
    ['two tokens', 'Bearer a.b.c d.e.f', 'parameter_invalid'],
    ['what is not base64', 'Basic a.b.c', 'parameter_invalid'],
    ['base64 of the wrong length', 'Basic YTpiY', 'parameter_invalid'],
    ['what is not UTF-8', `Basic ${Buffer.from([0xff, 0x3a, 0x61]).toString('base64')}`, 'parameter_invalid'],
  ])('%s', (_name, header, code) => {
    expect(faultOf(() => from(header))).toEqual([code, 'authorization']);
  });

  test.each(['access_token=a.b.c', 'a=b&access_token='])('a token in the query too: %s', query => {
    expect(faultOf(() => from('Bearer a.b.c', query))).toEqual(['parameter_unsupported', 'query']);
  });
});

const REFUSED = {
  kind: 'refused',
  decisionId: '1172358f',
  says: 'Words.',
  at: undefined,
  claims: [],
  contact: '#packages',
  nearRole: undefined,
} as const;
const VOICE = { url: 'https://sts.test.example', audience: 'https://packages.test.example', now: 0 };
const rendered = (code: Code, at?: string) => {
  const { status, headers, body } = registryRefusal({ ...REFUSED, code, at }, VOICE);
  return {
    status,
    headers,
    body: JSON.parse(body) as { error: string; errors: { [name: string]: string }[] },
  };
};

test('what npm shows and what Docker shows are the same words', () => {
  const { body } = rendered('method_not_granted');
  expect(body).toMatchObject({ code: 'method_not_granted', decision_id: '1172358f' });
  expect(body.errors).toEqual([{ code: 'DENIED', message: body.error }]);
  expect(body.error).toContain('#packages');
});

test('who sends nothing is challenged to send what it has', () => {
  const { status, headers, body } = rendered('parameter_missing', 'authorization');
  expect(status).toBe(401);
  expect(headers['www-authenticate']).toBe('Basic realm="kite-sts"');
  expect(body.errors[0]?.['code']).toBe('UNAUTHORIZED');
});

test.each((Object.keys(CODES) as Code[]).map(code => [code, CODES[code].fault] as const))(
  'T55: the refusal %s is the fault of %s by its status, has no challenge, and is kept by nobody',
  (code, fault) => {
    const { status, headers } = rendered(code);
    expect(status).toBe(['setup', 'ours'].includes(fault) ? 503 : 403);
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'content-type': 'application/json' });
    expect(headers['www-authenticate']).toBeUndefined();
    expect(headers['retry-after'] !== undefined).toBe(fault === 'ours');
  },
);

test.each([
  ['401 and a challenge without a credential', undefined, 401, 'Basic realm="kite-sts"'],
  ['200 with one, which opens nothing yet', basic('buildkite:a.b.c'), 200, undefined],
])('the open route of Docker answers %s', (_name, authorization, status, challenge) => {
  const answer = dockerChallenge(httpRequest({ method: 'GET', path: '/v2/', headers: { authorization } }));
  expect(answer.status).toBe(status);
  expect(answer.headers['www-authenticate']).toBe(challenge);
  expect(answer.headers['docker-distribution-api-version']).toBe('registry/2.0');
});
