import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ClaimValue } from '../../lib/policy/claims.ts';
import { ROLE_NAME } from '../../lib/policy/name.ts';
import { GRANT_TYPE, oauth } from '../../lib/protocols/oauth.ts';
import { JsonError, readStrictJson } from '../../lib/token/json.ts';
import { httpRequest } from '../harness/broker.ts';
import { codeOf, faultOf } from '../harness/code.ts';
import { HEADER, testIssuer, tokenClaims, verifierOf } from '../harness/issuer.ts';
import { AUDIENCE, BUILDKITE, ISSUERS, NOW, rowsFrom } from '../harness/policy.ts';

const rows = rowsFrom(ISSUERS);

const issuer = await testIssuer();
const verify = verifierOf(issuer, rows);

describe('a token', () => {
  test('T22: of an issuer that is not listed is never verified, though its signature is right', async () => {
    const near = fc
      .tuple(fc.constantFrom(...rows.keys()), fc.string({ unit: 'binary' }))
      .map(([url, more]) => url + more);
    const iss = fc
      .oneof(near, fc.webUrl(), fc.string(), fc.jsonValue())
      .filter(each => !rows.has(each as string));
    await fc.assert(
      fc.asyncProperty(iss, async value => {
        const token = issuer.forge(HEADER, JSON.stringify(tokenClaims({ iss: value })));
        expect(['token_issuer_unknown', 'token_malformed']).toContain(await codeOf(() => verify(token, NOW)));
      }),
      { numRuns: 200 },
    );
  });

  test('that was changed in any way is never verified', async () => {
    const token = await issuer.sign(tokenClaims());
    expect(await codeOf(() => verify(token, NOW))).toBe('none');
    const character = fc.oneof(
      fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=. \n'),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    );
    const change = fc.record({
      at: fc.nat(token.length),
      removed: fc.constantFrom(0, 1, 1, 1, 2, 4),
      added: fc.oneof(fc.constant(''), character, character, fc.string({ unit: character, maxLength: 4 })),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async changes => {
        const changed = changes.reduce(
          (text, { at, removed, added }) => text.slice(0, at) + added + text.slice(at + removed),
          token,
        );
        fc.pre(changed !== token);
        expect(await codeOf(() => verify(changed, NOW))).not.toBe('none');
      }),
      { numRuns: 2000 },
    );
  });

  test('never fails with anything but a code, whatever was signed', async () => {
    const claims = fc.dictionary(
      fc.constantFrom('iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'x'),
      fc.jsonValue(),
    );
    await fc.assert(
      fc.asyncProperty(claims, async each => {
        const token = issuer.forge(HEADER, JSON.stringify({ ...tokenClaims(), ...each, iss: BUILDKITE }));
        expect(typeof (await codeOf(() => verify(token, NOW)))).toBe('string');
      }),
      { numRuns: 200 },
    );
  });
});

/** Equal but for numbers, which the strict reader may have made NaN. */
function agrees(ours: ClaimValue, theirs: unknown): boolean {
  if (typeof ours === 'number')
    return typeof theirs === 'number' && (Object.is(ours, theirs) || Number.isNaN(ours));
  if (ours === null || typeof ours !== 'object') return ours === theirs;
  if (theirs === null || typeof theirs !== 'object' || Array.isArray(ours) !== Array.isArray(theirs))
    return false;
  const [a, b] = [Object.entries(ours), Object.entries(theirs)];
  const other = new Map(b);
  return (
    a.length === b.length && a.every(([name, value]) => other.has(name) && agrees(value, other.get(name)))
  );
}

function parsed(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

function read(text: string): { value: ClaimValue } | undefined {
  try {
    return { value: readStrictJson(text) };
  } catch (error) {
    if (error instanceof JsonError) return undefined;
    throw error;
  }
}

describe('the reader of JSON', () => {
  const PIECES = [
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    '\\',
    '\\u0061',
    '"a"',
    '"b"',
    '0',
    '1',
    '-',
    '.',
    'e',
    '1e9',
    'true',
    'null',
    ' ',
    '\n',
    '\ufeff',
    '\u0000',
  ];
  const soup = fc.array(fc.constantFrom(...PIECES), { maxLength: 12 }).map(pieces => pieces.join(''));
  const cut = fc.tuple(fc.json(), fc.nat(), fc.constantFrom(...PIECES, '')).map(([text, at, piece]) => {
    const where = at % (text.length + 1);
    return text.slice(0, where) + piece + text.slice(where + 1);
  });

  test('T09: accepts nothing that JSON.parse refuses, and agrees with it on the rest', () => {
    fc.assert(
      fc.property(fc.oneof(soup, cut, fc.json(), fc.string()), text => {
        const ours = read(text);
        if (!ours) return;
        const theirs = parsed(text);
        expect(theirs).toBeDefined();
        expect(agrees(ours.value, theirs?.value)).toBe(true);
      }),
      { numRuns: 5000 },
    );
  });

  test('accepts every text that a writer of JSON makes, within its limits', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), fc.constantFrom(0, 2, '\t'), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        fc.pre(!/\\ud[89a-f]/i.test(text));
        const ours = read(text);
        expect(ours && agrees(ours.value, JSON.parse(text))).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('the parser of requests', () => {
  const value = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(GRANT_TYPE, 'urn:ietf:params:oauth:token-type:jwt', 'deploy-web', '900', 'a b'),
  );
  const name = fc.oneof(
    fc.constantFrom(
      'grant_type',
      'subject_token',
      'subject_token_type',
      'audience',
      'scope',
      'expires_in',
      'requested_token_type',
      'resource',
    ),
    fc.string(),
  );
  const form = fc
    .array(fc.tuple(name, value), { maxLength: 8 })
    .map(pairs => new TextEncoder().encode(new URLSearchParams(pairs).toString()));
  const body = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.string({ unit: 'binary' }).map(text => new TextEncoder().encode(text)),
    form,
  );
  const header = fc.oneof(fc.constant('application/x-www-form-urlencoded'), fc.string());

  test('throws nothing but a code, and what it takes names a role that can be one', () => {
    fc.assert(
      fc.property(body, header, fc.string(), (bytes, type, authorization) => {
        const request = httpRequest({ body: bytes, headers: { 'content-type': type, authorization } });
        const [code] = faultOf(() => expect(oauth.parse(request, AUDIENCE).access.role).toMatch(ROLE_NAME));
        expect(typeof code).toBe('string');
      }),
      { numRuns: 3000 },
    );
  });
});
