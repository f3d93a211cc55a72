import { beforeEach, describe, expect, test } from 'vitest';
import { NOW } from '../../harness/policy.ts';
import { createMint, SIGNING, STRANGE_SIGNING, UNTRUSTED_SIGNING } from '../../harness/signing.ts';
import { testSts } from '../../harness/sts.ts';

const sts = await testSts();
beforeEach(() => sts.reply());

const TAGS = 'https://aws.amazon.com/tags';
const SOURCE = 'https://aws.amazon.com/source_identity';

const mint = createMint('sts.amazonaws.com');

/** The code of the error, or none: unsigned, as no SDK signs this action. */
async function codeOf(token: string, form: { readonly [name: string]: string } = {}): Promise<string> {
  const body = new URLSearchParams({
    Action: 'AssumeRoleWithWebIdentity',
    Version: '2011-06-15',
    RoleArn: 'arn:aws:iam::123456789012:role/deploy',
    RoleSessionName: 'web.1.abc',
    WebIdentityToken: token,
    ...form,
  });
  const answer = await (await fetch(sts.setting.endpoint ?? '', { method: 'POST', body })).text();
  return /<Code>(\w+)<\/Code>/.exec(answer)?.[1] ?? /<(\w+)Response /.exec(answer)?.[1] ?? '';
}

function claims(name: string, value: unknown) {
  return mint({ claims: { [name]: value } });
}

describe('AssumeRoleWithWebIdentity is allowed', () => {
  test.each<[name: string, token: () => Promise<string>, form?: { readonly [name: string]: string }]>([
    ['with a JWT alone', mint],
    ['for twelve hours', mint, { DurationSeconds: '43200' }],
    [
      'with tags and a source identity',
      () =>
        mint({
          claims: { [TAGS]: { principal_tags: { a: ['b'] }, transitive_tag_keys: ['a'] }, [SOURCE]: 'web.1' },
        }),
    ],
  ])('%s', async (_name, token, form) => {
    expect(await codeOf(await token(), form)).toBe('AssumeRoleWithWebIdentity');
  });
});

describe('AssumeRoleWithWebIdentity is refused', () => {
  test.each<
    [name: string, token: () => Promise<string>, code: string, form?: { readonly [name: string]: string }]
  >([
    ['for another audience', () => mint({ audience: 'https://sts.amazonaws.com' }), 'InvalidIdentityToken'],
    ['of another issuer', () => mint({}, UNTRUSTED_SIGNING), 'InvalidIdentityToken'],
    ['with a key that nobody published', () => mint({}, STRANGE_SIGNING), 'InvalidIdentityToken'],
    ['when the JWT has expired', () => mint({}, SIGNING, NOW - 300), 'ExpiredTokenException'],
    ['before it was issued', () => mint({}, SIGNING, NOW + 1), 'InvalidIdentityToken'],
    ['with a tag that is text', () => claims(TAGS, { principal_tags: { a: 'b' } }), 'InvalidIdentityToken'],
    [
      'with a tag of two values',
      () => claims(TAGS, { principal_tags: { a: ['b', 'c'] } }),
      'InvalidIdentityToken',
    ],
    ['T46: with a tag of AWS', () => claims(TAGS, { principal_tags: { 'aws:a': ['b'] } }), 'ValidationError'],
    [
      'with a transitive tag that is no tag',
      () => claims(TAGS, { principal_tags: { a: ['b'] }, transitive_tag_keys: ['c'] }),
      'InvalidParameterValue',
    ],
    ['T47: with a source identity that is none', () => claims(SOURCE, 'a b'), 'ValidationError'],
    ['with a source identity that is a number', () => claims(SOURCE, 1), 'InvalidIdentityToken'],
    ['for thirteen hours', mint, 'ValidationError', { DurationSeconds: '46800' }],
    ['without a role', mint, 'ValidationError', { RoleArn: '' }],
  ])('%s', async (_name, token, code, form) => {
    expect(await codeOf(await token(), form)).toBe(code);
  });
});
