import { describe, expect, test } from 'vitest';
import type { Code } from '../../lib/errors.ts';
import {
  MAX_HEADER,
  MAX_KEY_ID,
  MAX_TOKEN,
  readSignature,
  readTokenClaims,
  splitToken,
} from '../../lib/token/jws.ts';
import { faultOf } from '../harness/code.ts';

function base64url(text: string | Uint8Array): string {
  return Buffer.from(text).toString('base64url');
}
const HEADER = { alg: 'RS256', kid: 'k' };
const PAYLOAD = base64url('{"iss":"x"}');

function token(header: string | object, payload = PAYLOAD, signature = 'c2ln'): string {
  return `${base64url(typeof header === 'string' ? header : JSON.stringify(header))}.${payload}.${signature}`;
}

/** Both halves: the form, and what the payload says. */
function unverified(text: string) {
  const apart = splitToken(text);
  return { ...apart, payload: readTokenClaims(apart), signature: readSignature(apart) };
}

function codeFor(text: string): Code | 'none' {
  return faultOf(() => unverified(text))[0];
}

/** A header of exactly so many bytes. */
function headerOf(bytes: number): string {
  const empty = JSON.stringify({ ...HEADER, x: '' });
  return JSON.stringify({ ...HEADER, x: 'x'.repeat(bytes - empty.length) });
}

describe('a token is taken apart', () => {
  test.each([
    { name: 'without typ, as a real Buildkite token', header: HEADER },
    { name: 'with typ JWT, as a real GitHub token', header: { typ: 'JWT', ...HEADER, x5t: 'k' } },
    { name: 'with typ in small letters', header: { ...HEADER, typ: 'jwt' } },
    { name: 'with typ application/jwt', header: { ...HEADER, typ: 'Application/JWT' } },
    { name: 'with the longest key id', header: { ...HEADER, kid: 'k'.repeat(MAX_KEY_ID) } },
    { name: 'T67: with the longest header', header: headerOf((MAX_HEADER / 4) * 3) },
  ])('$name', ({ header }) => {
    const { header: read, payload, signed } = unverified(token(header));
    expect(read.alg).toBe('RS256');
    expect(payload).toEqual({ iss: 'x' });
    expect(signed).toBe(token(header).split('.').slice(0, 2).join('.'));
  });
});

describe('the form of a token is refused', () => {
  const good = token(HEADER);
  test.each<[name: string, text: string, code?: Code]>([
    ['nothing', ''],
    ['one segment', 'a'],
    ['T12: two segments', good.split('.').slice(0, 2).join('.')],
    ['T12: the five segments of a JWE', `${good}.a.a`],
    ['T12: four segments', `${good}.`],
    ['T12: JSON serialization', JSON.stringify({ payload: PAYLOAD, signatures: [] })],
    ['T01: no signature', token(HEADER, PAYLOAD, '')],
    ['no header', `.${PAYLOAD}.c2ln`],
    ['no payload', token(HEADER, '')],
    ['a header that is a list', token('[]')],
    ['a payload that is a text', token(HEADER, base64url('"x"'))],
    ['T08: a space after the signature', `${good} `],
    ['T08: a line feed after the signature', `${good}\n`],
    ['T08: a space before the header', ` ${good}`],
    ['T08: padding after the signature', `${good}=`],
    ['T08: padding of two after the payload', token(HEADER, `${base64url('{}  ')}==`)],
    ['T08: the other base64 alphabet', token(HEADER, PAYLOAD, 'ab+/')],
    ['T08: bits left over in the signature', token(HEADER, PAYLOAD, 'c2l')],
    ['T08: bits left over in the payload', token(HEADER, 'e30'.replace('0', '1'))],
    ['T08: a length that base64url cannot have', token(HEADER, PAYLOAD, 'abcde')],
    ['T09: two alg in the header', token('{"alg":"RS256","alg":"none","kid":"k"}')],
    ['T09: two kid in the header, one escaped', token('{"alg":"RS256","kid":"k","\\u006bid":"l"}')],
    ['T09: two members of one name in the payload', token(HEADER, base64url('{"iss":"x","iss":"y"}'))],
    ['T11: a payload that is not UTF-8', token(HEADER, base64url(Uint8Array.of(0x7b, 0xff, 0x7d)))],
    ['T11: a payload with a byte order mark', token(HEADER, base64url('\ufeff{}'))],
    ['T67: too long', 'a'.repeat(MAX_TOKEN + 1), 'token_too_large'],
    ['T67: as long as can be, and no token', 'a'.repeat(MAX_TOKEN)],
    ['T67: a header one byte too long', token(headerOf((MAX_HEADER / 4) * 3 + 1))],
    ['T68: a payload nested too deep', token(HEADER, base64url(`{"a":${'['.repeat(16)}${']'.repeat(16)}}`))],
    ['T68: a payload with too many items', token(HEADER, base64url(`{"a":[${'0,'.repeat(512)}0]}`))],
  ])('%s', (_name, text, code = 'token_malformed') => {
    expect(codeFor(text)).toBe(code);
  });
});

describe('T12: what is not three segments is refused before any of them is believed', () => {
  const header = base64url(JSON.stringify(HEADER));
  test.each([
    { name: 'one segment, a header but for its last character', text: `${header}A` },
    { name: 'a header and a payload', text: `${header}.${PAYLOAD}` },
    { name: 'four segments that could each be read', text: `${header}.${PAYLOAD}.c2ln.c2ln` },
    { name: 'five segments that could each be read', text: `${header}.${PAYLOAD}.c2ln.c2ln.c2ln` },
  ])('$name', ({ text }) => {
    expect(faultOf(() => splitToken(text))[0]).toBe('token_malformed');
  });
});

test('T14: a header without a key id is read, for the verifier to refuse', () => {
  expect(splitToken(token({ alg: 'RS256' })).header).toEqual({ alg: 'RS256', kid: undefined });
});

describe('the header of a token is refused', () => {
  test.each(['jwk', 'jku', 'x5u', 'x5c'])('T03: it brings its own key as %s', name => {
    expect(codeFor(token({ ...HEADER, [name]: 'https://evil.example' }))).toBe('token_malformed');
  });

  test.each(['crit', 'b64', 'zip', 'enc', 'cty'])('T12: it has %s, even with no effect', name => {
    expect(codeFor(token({ ...HEADER, [name]: null }))).toBe('token_malformed');
  });

  test.each([
    'at+jwt',
    'application/at+jwt',
    'logout+jwt',
    'dpop+jwt',
    'kb+jwt',
    'entity-statement+jwt',
    'JOSE',
    '',
    'JWT ',
    null,
    1,
    ['JWT'],
  ])('T13: its typ is %j', typ => {
    expect(codeFor(token({ ...HEADER, typ }))).toBe('token_type_refused');
  });

  test.each([undefined, null, 1, ['RS256'], {}])('T01: its alg is %j', alg => {
    expect(codeFor(token({ ...HEADER, alg }))).toBe('token_algorithm_refused');
  });

  test.each([null, 1, '', ['k'], 'k'.repeat(MAX_KEY_ID + 1)])('T14: its kid is %j', kid => {
    expect(codeFor(token({ ...HEADER, kid }))).toBe('token_malformed');
  });
});
