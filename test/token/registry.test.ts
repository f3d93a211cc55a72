import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createLocalSigner } from '../../lib/keys/local.ts';
import {
  createRegistrySigner,
  REGISTRY_SECONDS,
  REGISTRY_TYPE,
  type RegistryGrant,
} from '../../lib/providers/registry.ts';
import { MAX_HEADER } from '../../lib/token/jws.ts';
import { createRegistryReader } from '../../lib/token/registry.ts';
import { failureOf } from '../harness/code.ts';
import { NOW } from '../harness/policy.ts';

const ISSUER = 'https://sts.example';
const signer = createLocalSigner();
const read = createRegistryReader({
  issuer: ISSUER,
  type: REGISTRY_TYPE,
  seconds: REGISTRY_SECONDS,
  publicKeys: signer.publicKeys,
});

const GRANT: RegistryGrant = {
  registry: 'images',
  audience: 'https://packages.example/images',
  access: [{ type: 'repository', name: 'acme/app', actions: ['pull', 'push'] }],
  scopes: ['read_packages', 'write_packages'],
  statement: 'main',
  holder: 'organization:acme:pipeline:app',
  origin: {
    issuer: 'https://agent.buildkite.com',
    keyId: 'k',
    organization: 'acme',
    pipeline: 'app',
    role: undefined,
  },
  counted: ['https://agent.buildkite.com', 'acme', null],
  sourceAddress: undefined,
  seconds: REGISTRY_SECONDS,
};

const CLAIMS = {
  iss: ISSUER,
  sub: 'registry:images',
  aud: GRANT.audience,
  iat: NOW,
  exp: NOW + REGISTRY_SECONDS,
  jti: 'id',
  access: GRANT.access,
  scope: 'read_packages write_packages',
  statement: GRANT.statement,
  holder: GRANT.holder,
  origin: GRANT.origin,
  counted: GRANT.counted,
};

/** Signs these claims as our own key would; undefined leaves a claim out. */
function sign(changes: { readonly [name: string]: unknown } = {}, type = REGISTRY_TYPE): Promise<string> {
  return signer.sign(type, { ...CLAIMS, ...changes });
}

async function faultOf(token: string | Promise<string>, now = NOW): Promise<[string, string | undefined]> {
  const written = await token;
  const { code, at } = await failureOf(() => read(written, now));
  return [code, at];
}

describe('a registry token is read as it was granted', () => {
  test.each([undefined, '192.0.2.7'])('for the address %s', async sourceAddress => {
    const signRegistry = createRegistrySigner({ issuer: ISSUER, signer, randomId: () => 'id' });
    const { token, expiresAt } = await signRegistry({ ...GRANT, sourceAddress }, NOW);
    const { seconds: _, ...granted } = GRANT;
    expect(await read(token, NOW)).toEqual({ ...granted, sourceAddress, id: 'id', expiresAt });
  });

  test.each([
    ['by a clock that is behind by the skew', { iat: NOW + 30, exp: NOW + 90 }, NOW],
    ['in its last second', {}, NOW + REGISTRY_SECONDS - 1],
  ])('%s', async (_, changes, now) => {
    expect(await read(await sign(changes), now)).toMatchObject({ registry: 'images' });
  });
});

describe('a claim of a registry token is refused, by its name', () => {
  test.each<[claim: string, value: unknown]>([
    ['iss', 'https://elsewhere.example'],
    ['sub', undefined],
    ['sub', 'images'],
    ['jti', 1],
    ['aud', [GRANT.audience]],
    ['access', undefined],
    ['access', {}],
    ['access', [null]],
    ['access', [[]]],
    ['access', ['acme/app']],
    ['access', [{ type: 'repository', name: 'acme/app' }]],
    ['access', [{ type: 'repository', name: 1, actions: [] }]],
    ['access', [...GRANT.access, { type: 'repository', name: 'acme/app', actions: 'pull' }]],
    ['scope', ['read_packages']],
    ['statement', undefined],
    ['holder', undefined],
    ['origin', undefined],
    ['origin', []],
    ['origin', { issuer: 1 }],
    ['counted', undefined],
    ['counted', {}],
    ['counted', ['acme', 1]],
    ['source_address', null],
    ['iat', 'now'],
    ['exp', 1.5],
    ['exp', NOW],
    ['exp', NOW + REGISTRY_SECONDS + 1],
  ])('%s: %j', async (claim, value) => {
    expect(await faultOf(sign({ [claim]: value }))).toEqual(['token_claims_invalid', claim]);
  });
});

describe('the time of a registry token is refused', () => {
  test.each([
    ['of the future', { iat: NOW + 31, exp: NOW + 91 }, NOW, ['token_not_yet_valid', 'iat']],
    ['at its end, by our own clock and no skew', {}, NOW + REGISTRY_SECONDS, ['token_expired', 'exp']],
  ])('%s', async (_, changes, now, fault) => {
    expect(await faultOf(sign(changes), now)).toEqual(fault);
  });
});

describe('the signature of a registry token is refused', () => {
  function base64url(value: object): string {
    return Buffer.from(JSON.stringify(value)).toString('base64url');
  }

  async function withHeader(change: (header: Record<string, unknown>) => object): Promise<string> {
    const [header = '', ...rest] = (await sign()).split('.');
    return [base64url(change(JSON.parse(Buffer.from(header, 'base64url').toString()))), ...rest].join('.');
  }

  test.each<[string, () => Promise<string>, string]>([
    ['of another algorithm', () => withHeader(all => ({ ...all, alg: 'PS256' })), 'token_algorithm_refused'],
    ['of no key', () => withHeader(({ kid: _, ...all }) => all), 'token_key_unknown'],
    ['of a key that is not ours', () => withHeader(all => ({ ...all, kid: 'other' })), 'token_key_unknown'],
    [
      'by somebody else, under the id of our key',
      async () => {
        const [{ kid } = { kid: '' }] = await signer.publicKeys();
        const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
        const { SignJWT } = await import('jose');
        const header = { alg: 'RS256', typ: REGISTRY_TYPE, kid: kid ?? '' };
        return new SignJWT(CLAIMS).setProtectedHeader(header).sign(privateKey);
      },
      'token_signature_invalid',
    ],
    [
      'whose claims were changed',
      async () => {
        const [header, , signature] = (await sign()).split('.');
        return [header, base64url({ ...CLAIMS, sub: 'registry:other' }), signature].join('.');
      },
      'token_signature_invalid',
    ],
  ])('%s', async (_, write, code) => {
    expect((await faultOf(write()))[0]).toBe(code);
  });
});

describe('a token of another type is left to who knows that', () => {
  test.each<[string, () => string | Promise<string>]>([
    ['a subject token', () => sign({}, '')],
    ['our access token', () => sign({}, 'at+jwt')],
    ['a type that is no text', () => `${Buffer.from('{"typ":1}').toString('base64url')}.e30.c2ln`],
    ['no JSON', () => `${Buffer.from('typ').toString('base64url')}.e30.c2ln`],
    ['no token', () => 'ghp_secret'],
    ['nothing', () => ''],
    [
      'a header that is too long to be read',
      () => {
        const header = JSON.stringify({ typ: REGISTRY_TYPE, x: 'x'.repeat(MAX_HEADER) });
        return `${Buffer.from(header).toString('base64url')}.e30.c2ln`;
      },
    ],
  ])('%s', async (_, write) => {
    expect(await read(await write(), NOW)).toBeUndefined();
  });
});
