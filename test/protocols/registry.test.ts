import { describe, expect, test } from 'vitest';
import { CODES, type Code } from '../../lib/errors.ts';
import {
  findRegistryStatus,
  listRefusalMembers,
  readPresented,
  writeChallenge,
  writeRegistryBody,
} from '../../lib/protocols/registry.ts';
import { httpRequest } from '../harness/broker.ts';
import { faultOf } from '../harness/code.ts';

function basic(text: string): string {
  return `Basic ${Buffer.from(text).toString('base64')}`;
}
function from(authorization: string | undefined, query = '') {
  return readPresented(httpRequest({ headers: { authorization }, query }));
}

describe('the subject token is', () => {
  test.each([
    ['what stands after Bearer', 'Bearer a.b.c', { subjectToken: 'a.b.c', user: undefined }],
    ['what stands after Bearer in small letters', 'bearer a.b.c', { subjectToken: 'a.b.c', user: undefined }],
    ['all of it, as cargo sends it', 'a.b.c', { subjectToken: 'a.b.c', user: undefined }],
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
    ['text without a scheme', 'secret', 'parameter_invalid'],
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

  test.each([
    'access_token=a.b.c',
    'a=b&access_token=',
    '%61ccess_token=a.b.c',
    'ACCESS_TOKEN=a',
    'a;access_token=b',
  ])('a token in the query too: %s', query => {
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

test('what npm shows and what Docker shows are the same words', () => {
  const refused = { ...REFUSED, code: 'method_not_granted' } as const;
  const body = JSON.parse(writeRegistryBody(refused, VOICE, 403)) as { error: string; errors: unknown };
  expect(body).toMatchObject({ code: 'method_not_granted', decision_id: '1172358f' });
  expect(body.errors).toEqual([{ code: 'DENIED', message: body.error }]);
  expect(body.error).toContain('#packages');
});

test('T54: no word of a claim breaks the JSON that a gateway makes of it', () => {
  const value = 'a","code":"forged\\\n\u00e9';
  const claims = [{ claim: 'build_branch', why: 'differs', value }] as const;
  const { message } = listRefusalMembers({ ...REFUSED, code: 'trust_not_met', claims }, VOICE, 401);
  expect(JSON.parse(`{"error":"${message}"}`)).toEqual({ error: message });
});

test.each((Object.keys(CODES) as Code[]).map(code => [code, CODES[code].fault] as const))(
  'the refusal %s is the fault of %s by its status, of images and of anything else',
  (code, fault) => {
    const statuses = [true, false].map(images => findRegistryStatus({ ...REFUSED, code }, images));
    expect(statuses).toEqual(['setup', 'ours'].includes(fault) ? [503, 503] : [401, 403]);
  },
);

describe('a challenge', () => {
  const realm = 'https://sts.test.example/registry/token';
  const access = [
    { type: 'repository', name: 'acme/web', actions: ['pull', 'push'] },
    { type: 'repository', name: 'acme/base', actions: ['pull'] },
  ] as const;

  test('names the door, the registry, what is needed and what was wrong', () => {
    const door = { images: true, service: 'https://packages.test.example', access };
    expect(writeChallenge(door, realm, 'insufficient_scope')).toBe(
      'Bearer realm="https://sts.test.example/registry/token",service="https://packages.test.example",' +
        'scope="repository:acme/web:pull,push repository:acme/base:pull",error="insufficient_scope"',
    );
  });

  test('names the door alone where nothing else is known, and is Basic where there is no door', () => {
    const door = { images: true, service: undefined, access: [] };
    expect(writeChallenge(door, realm)).toBe(`Bearer realm="${realm}"`);
    expect(writeChallenge({ ...door, images: false }, realm)).toBe('Basic realm="kite-sts"');
  });
});
