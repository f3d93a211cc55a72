import { describe, expect, test } from 'vitest';
import { formatDigest, hashTarball, parsePin, readSpec } from '../../lib/vendor/pin.ts';

const manifest = (spec: unknown, member = 'dependencies') =>
  JSON.stringify({ [member]: { 'kite-sts': spec } });
const lock = (noted: object) => JSON.stringify({ packages: { 'node_modules/kite-sts': noted } });

describe('the pin of a repository', () => {
  test.each([
    ['in dependencies', manifest('file:vendor/kite-sts-0.2.0.tgz'), '0.2.0'],
    ['in devDependencies', manifest('file:vendor/kite-sts-1.10.3.tgz', 'devDependencies'), '1.10.3'],
    ['as npm may write it', manifest('file:./vendor/kite-sts-0.2.0.tgz'), '0.2.0'],
  ])('is read %s', (_where, text, version) => {
    expect(parsePin(text, lock({ integrity: 'sha512-x' }))).toEqual({
      version,
      path: `vendor/kite-sts-${version}.tgz`,
      integrity: 'sha512-x',
    });
  });

  test.each([
    ['a range', manifest('^0.2.0')],
    ['an alias', manifest('npm:other@1.0.0')],
    ['a URL', manifest('https://evil.example/vendor/kite-sts-0.2.0.tgz')],
    ['another folder', manifest('file:../vendor/kite-sts-0.2.0.tgz')],
    ['a path that leads out', manifest('file:vendor/kite-sts-../../0.2.0.tgz')],
    ['no text', manifest(7)],
    ['nothing', '{}'],
    ['no JSON', '{'],
  ])('T98: %s is none', (_what, text) => {
    expect(parsePin(text, undefined)).toBeUndefined();
  });

  test('has no integrity where the lock file has none, is absent or is no JSON', () => {
    for (const text of [lock({}), '{}', '{', undefined])
      expect(parsePin(manifest('file:vendor/kite-sts-0.2.0.tgz'), text)?.integrity).toBeUndefined();
  });
});

test('a package.json that does not name kite-sts has no spec', () => {
  expect(readSpec('{"dependencies":{"serverless":"4"}}')).toBeUndefined();
});

test('digests are written as npm and as sha256sum have them', () => {
  const bytes = Buffer.from('abc');
  // FIPS 180-4, the examples of SHA-256 and SHA-512.
  expect(formatDigest('0.2.0', bytes)).toBe(
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  kite-sts-0.2.0.tgz\n',
  );
  expect(hashTarball(bytes)).toBe(
    'sha512-3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw==',
  );
});
