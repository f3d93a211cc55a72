import { generateKeyPairSync } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { describe, expect, test } from 'vitest';
import { createThrowawayIssuer, type ThrowawayIssuer } from '../../lib/local/issuer.ts';
import { Unprocessable } from '../../lib/local/jobs.ts';
import { configFrom } from '../harness/local.ts';
import { BUILDKITE, GITHUB, NOW } from '../harness/policy.ts';

const PLAIN = 'https://plain.example';
const OWN_KEY = JSON.stringify({
  ...generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' }),
  kid: 'own',
});
const config = configFrom();
const issuer = createThrowawayIssuer(config.rows, config.roles, () => NOW);

async function keysOf(from: ThrowawayIssuer, iss: string) {
  const stand = [...from.published.values()].find(each => each.issuer === iss);
  return (await stand?.keys()) ?? [];
}

describe('the header of a token', () => {
  test.each([
    ['Buildkite has no typ', BUILDKITE, undefined],
    ['GitHub says JWT', GITHUB, 'JWT'],
  ])('of %s', async (_name, iss, typ) => {
    issuer.put('typed', { issuer: iss, claims: {} });
    const header = decodeProtectedHeader(await issuer.mint('typed', {}));
    const [key] = await keysOf(issuer, iss);
    expect(header).toEqual({ alg: 'RS256', kid: key?.kid, ...(typ === undefined ? {} : { typ }) });
  });
});

test('each issuer has a key of its own, without its private half', async () => {
  const [[buildkite], [plain]] = await Promise.all([keysOf(issuer, BUILDKITE), keysOf(issuer, PLAIN)]);
  expect(Object.keys(buildkite ?? {}).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
  expect(buildkite?.n).not.toBe(plain?.n);
});

test('two brokers have different keys, so a token of one buys nothing at another', async () => {
  const other = createThrowawayIssuer(config.rows, config.roles, () => NOW);
  const [[one], [two]] = await Promise.all([keysOf(issuer, BUILDKITE), keysOf(other, BUILDKITE)]);
  expect(one?.n).not.toBe(two?.n);
});

describe('no stand-in is made for', () => {
  const INLINE = `
- issuer: ${PLAIN}
  single_tenant: true
  jwks: { keys: [${OWN_KEY}] }
`;
  const ES256 = `
- issuer: ${PLAIN}
  single_tenant: true
  jwks_uri: ${PLAIN}/jwks
  algorithms: [ES256]
`;
  test.each([
    ['an issuer with keys in broker.yml', INLINE],
    ['an issuer that is not trusted with RS256', ES256],
  ])('%s', (_name, issuers) => {
    const { rows } = configFrom({}, issuers);
    const [row] = rows.values();
    const made = createThrowawayIssuer(rows, [], () => NOW);
    expect(row && made.keysFor(row)).toBeUndefined();
    expect(made.published.size).toBe(0);
    expect(() => made.put('job-1', { issuer: PLAIN, claims: {} })).toThrow(Unprocessable);
  });
});

test('a job is refused when its issuer is not in broker.yml', () => {
  expect(() => issuer.put('job-1', { issuer: 'https://other.example', claims: {} })).toThrow(Unprocessable);
});

test('a job that was never put is refused when broker.yml has no Buildkite', async () => {
  const { rows } = configFrom({}, `[{ issuer: ${PLAIN}, jwks_uri: ${PLAIN}/jwks, single_tenant: true }]`);
  await expect(createThrowawayIssuer(rows, [], () => NOW).mint('job-1', {})).rejects.toThrow(Unprocessable);
});

test('new jobs are refused after ten thousand, and known ones can still be put', () => {
  const full = createThrowawayIssuer(config.rows, config.roles, () => NOW);
  const job = { issuer: BUILDKITE, claims: {} };
  for (let each = 0; each < 10_000; each++) full.put(String(each), job);
  expect(() => full.put('one-more', job)).toThrow(Unprocessable);
  expect(() => full.put('0', job)).not.toThrow();
});

test('a job that was put with one attribute is otherwise the build that the roles name', async () => {
  issuer.put('one-attribute', { issuer: BUILDKITE, claims: { build_branch: 'feature/login' } });
  expect(decodeJwt(await issuer.mint('one-attribute', {}))).toMatchObject({
    organization_slug: 'acme',
    pipeline_slug: 'web',
    build_branch: 'feature/login',
  });
});
