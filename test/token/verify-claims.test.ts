import { describe, expect, test } from 'vitest';
import type { Code } from '../../lib/errors.ts';
import { CLOCK_SKEW } from '../../lib/token/verify.ts';
import { codeOf } from '../harness/code.ts';
import { HEADER, testIssuer, tokenClaims, verifierOf } from '../harness/issuer.ts';
import { AUDIENCE, BUILDKITE, issuersWith, NOW, rowsFrom } from '../harness/policy.ts';

const issuer = await testIssuer();
const verify = verifierOf(issuer);

async function codeFor(claims: { readonly [name: string]: unknown }, now = NOW): Promise<Code | 'none'> {
  const token = await issuer.sign(tokenClaims(claims));
  return codeOf(() => verify(token, now));
}

/** Signs the usual claims with this JSON text in place of one value, which no writer of JSON would make. */
function codeForText(claim: string, json: string): Promise<Code | 'none'> {
  const payload = JSON.stringify(tokenClaims({ [claim]: '@' })).replace('"@"', json);
  return codeOf(() => verify(issuer.forge(HEADER, payload), NOW));
}

describe('T16: a time that is no time is refused', () => {
  const WRONG = [
    '"1800000000"',
    '1e400',
    '-1',
    '9223372036854775808',
    '253402300800',
    '1800000300000',
    'null',
    'true',
    '[1800000000]',
    '{}',
    '1800000100.0',
    '1.8e9',
  ];
  test.each(['exp', 'nbf', 'iat'].flatMap(claim => WRONG.map(json => ({ claim, json }))))(
    '$claim of $json',
    async ({ claim, json }) => {
      expect(await codeForText(claim, json)).toBe('token_claims_invalid');
    },
  );

  test.each(['exp', 'iat'])('%s missing', async claim => {
    expect(await codeFor({ [claim]: undefined })).toBe('token_claims_invalid');
  });
});

describe('T17: the lifetime of a token', () => {
  test.each<[name: string, claims: object, code: Code | 'none']>([
    ['as long as the preset takes', { exp: NOW + 300 }, 'none'],
    ['one second longer', { exp: NOW + 301 }, 'token_lifetime_too_long'],
    ['the two hours that a job may ask for', { exp: NOW + 7200 }, 'token_lifetime_too_long'],
    ['nothing', { exp: NOW }, 'token_claims_invalid'],
    ['less than nothing', { exp: NOW - 1 }, 'token_claims_invalid'],
  ])('%s', async (_name, claims, code) => {
    expect(await codeFor({ ...claims })).toBe(code);
  });

  test('the row of the issuer sets another limit', async () => {
    const rows = rowsFrom(issuersWith('max_token_lifetime: 60'));
    const token = await issuer.sign(tokenClaims({ exp: NOW + 61 }));
    expect(await codeOf(() => verifierOf(issuer, rows)(token, NOW))).toBe('token_lifetime_too_long');
  });
});

describe('T18: clocks may differ by 30 seconds', () => {
  const EXP = NOW + 300;
  test.each<{ name: string; claims: object; now: number; code: Code | 'none' }>([
    { name: 'expired 29 seconds ago', claims: {}, now: EXP + 29, code: 'none' },
    { name: 'expired 30 seconds ago', claims: {}, now: EXP + 30, code: 'token_expired' },
    { name: 'expired 31 seconds ago', claims: {}, now: EXP + 31, code: 'token_expired' },
    { name: 'minted in 29 seconds', claims: { nbf: NOW - 60 }, now: NOW - 29, code: 'none' },
    { name: 'minted in 30 seconds', claims: { nbf: NOW - 60 }, now: NOW - 30, code: 'none' },
    { name: 'minted in 31 seconds', claims: { nbf: NOW - 60 }, now: NOW - 31, code: 'token_not_yet_valid' },
    { name: 'valid in 30 seconds', claims: { nbf: NOW + 30 }, now: NOW, code: 'none' },
    { name: 'valid in 31 seconds', claims: { nbf: NOW + 31 }, now: NOW, code: 'token_not_yet_valid' },
  ])('$name', async ({ claims, now, code }) => {
    expect(await codeFor({ ...claims }, now)).toBe(code);
  });

  test('and by no more', () => {
    expect(CLOCK_SKEW).toBe(30);
  });
});

describe('the audience is compared byte for byte', () => {
  test.each([
    { name: 'of someone else', aud: 'sts.amazonaws.com' },
    { name: 'with more at the end', aud: `${AUDIENCE}.evil.example` },
    { name: 'with less at the end', aud: AUDIENCE.slice(0, -1) },
    { name: 'with a slash at the end', aud: `${AUDIENCE}/` },
    { name: 'with a space at the end', aud: `${AUDIENCE} ` },
    { name: 'in capitals', aud: AUDIENCE.toUpperCase() },
    { name: 'in a list with spaces', aud: `${AUDIENCE} ${AUDIENCE}` },
    { name: 'in an array of one, but another', aud: ['sts.amazonaws.com'] },
  ])('T19: one $name is refused', async ({ aud }) => {
    expect(await codeFor({ aud })).toBe('token_audience_differs');
  });

  test.each([
    { name: 'T20: two audiences, ours first', aud: [AUDIENCE, 'sts.amazonaws.com'] },
    { name: 'T20: two audiences, ours last', aud: ['sts.amazonaws.com', AUDIENCE] },
    { name: 'T20: ours twice', aud: [AUDIENCE, AUDIENCE] },
    { name: 'T20: one and what is none', aud: [AUDIENCE, 1] },
  ])('$name is told as several audiences', async ({ aud }) => {
    expect(await codeFor({ aud })).toBe('token_audience_ambiguous');
  });

  test.each([
    { name: 'T19: an array in an array', aud: [[AUDIENCE]] },
    { name: 'T19: an empty array', aud: [] },
    { name: 'T19: an empty text', aud: '' },
    { name: 'T19: a number', aud: 1 },
    { name: 'T19: null', aud: null },
    { name: 'T19: an object', aud: { [AUDIENCE]: true } },
    { name: 'T19: none', aud: undefined },
  ])('$name is refused', async ({ aud }) => {
    expect(await codeFor({ aud })).toBe('token_claims_invalid');
  });
});

describe('T22: an issuer that is not one of ours, byte for byte, is refused', () => {
  test.each([
    { name: 'another', iss: 'https://evil.example' },
    { name: 'with a slash at the end', iss: `${BUILDKITE}/` },
    { name: 'with more at the end', iss: `${BUILDKITE}.evil.example` },
    { name: 'in capitals', iss: 'https://AGENT.buildkite.com' },
    { name: 'with a user', iss: 'https://agent.buildkite.com@evil.example' },
    { name: 'with a port', iss: `${BUILDKITE}:443` },
    { name: 'without TLS', iss: 'http://agent.buildkite.com' },
    { name: 'with a look-alike letter', iss: 'https://agent.buıldkite.com' },
    { name: 'in an array', iss: [BUILDKITE] },
    { name: 'a property of every object', iss: '__proto__' },
    { name: 'null', iss: null },
    { name: 'none', iss: undefined },
  ])('$name', async ({ iss }) => {
    expect(await codeFor({ iss })).toBe('token_issuer_unknown');
  });
});

describe('T23: a subject that is none is refused', () => {
  test.each([undefined, null, '', 1, ['a'], {}, 'a\u0000b', 'a\nb', 'a\u0085b', 'a'.repeat(2049)])(
    'sub %j',
    async sub => {
      expect(await codeFor({ sub })).toBe('token_claims_invalid');
    },
  );
});

describe('a registered claim is refused', () => {
  test.each([null, 1, ['x'], {}])('a jti of %j', async jti => {
    expect(await codeFor({ jti })).toBe('token_claims_invalid');
  });

  test.each([
    'SUB',
    'Sub',
    '\u017fub',
    'i\u00df',
    'ISS',
    'AUD',
    'EXP',
    'Nbf',
    'IAT',
    'JTI',
    '\uff53\uff55\uff42',
  ])('T10: %s, which some readers take for it', async name => {
    expect(await codeFor({ [name]: 'x' })).toBe('token_claims_invalid');
  });
});

describe('T09: claims that stand twice are refused, though signed', () => {
  const usual = JSON.stringify(tokenClaims()).slice(0, -1);
  test.each([
    { name: 'the same value', more: ',"build_branch":"main"' },
    { name: 'another value', more: ',"build_branch":"evil"' },
    { name: 'the name escaped', more: ',"build_br\\u0061nch":"main"' },
    { name: 'inside another claim', more: ',"x":{"y":1,"y":2}' },
  ])('$name', async ({ more }) => {
    expect(await codeOf(() => verify(issuer.forge(HEADER, `${usual}${more}}`), NOW))).toBe('token_malformed');
  });
});

describe('T11: text that two readers could read differently is refused, though signed', () => {
  const usual = JSON.stringify(tokenClaims());
  test.each([
    { name: 'a byte that is no UTF-8', payload: Buffer.from(usual.replace('main', 'ma\u00ff'), 'latin1') },
    { name: 'half of a surrogate pair', payload: usual.replace('"main"', '"\\ud83d"') },
    { name: 'a byte order mark', payload: `\ufeff${usual}` },
  ])('$name', async ({ payload }) => {
    expect(await codeOf(() => verify(issuer.forge(HEADER, payload), NOW))).toBe('token_malformed');
  });

  test('UTF-16 names no issuer that we list, letter for letter', async () => {
    const payload = Buffer.from(usual, 'utf16le');
    expect(await codeOf(() => verify(issuer.forge(HEADER, payload), NOW))).toBe('token_issuer_unknown');
  });
});

describe('claims are kept as they are', () => {
  test.each(['9007199254740993', '1.0', '-0', '1e0', '99999999999999999999'])(
    'T28: the number %s equals no other',
    async json => {
      const payload = JSON.stringify(tokenClaims({ build_number: '@' })).replace('"@"', json);
      expect((await verify(issuer.forge(HEADER, payload), NOW)).claims['build_number']).toBeNaN();
    },
  );

  test.each(['__proto__', 'constructor', 'toString', 'then', 'toJSON'])(
    'T29: a claim named %s is a claim like any other',
    async name => {
      const payload = `${JSON.stringify(tokenClaims()).slice(0, -1)},${JSON.stringify(name)}:{"polluted":"yes"}}`;
      const { claims } = await verify(issuer.forge(HEADER, payload), NOW);
      expect(Object.getPrototypeOf(claims)).toBeNull();
      expect(Object.hasOwn(claims, name)).toBe(true);
      expect('polluted' in {}).toBe(false);
    },
  );
});
