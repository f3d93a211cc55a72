import { beforeEach, describe, expect, test } from 'vitest';
import {
  createClaimSigner,
  FEDERATION_TOKEN,
  type SaidClaims,
  type SigningSetting,
} from '../../../lib/providers/signed.ts';
import { NOW } from '../../harness/policy.ts';
import { SIGNING, STRANGE_SIGNING } from '../../harness/signing.ts';
import { testSts } from '../../harness/sts.ts';

const sts = await testSts();
beforeEach(() => sts.reply());

const TAGS = 'https://aws.amazon.com/tags';
const SOURCE = 'https://aws.amazon.com/source_identity';

async function jwt(
  said: Partial<SaidClaims> = {},
  using: SigningSetting = SIGNING,
  now = NOW,
): Promise<string> {
  const whole = { subject: 'role:deploy', audience: 'sts.amazonaws.com', seconds: 300, ...said };
  return (await createClaimSigner(using)(FEDERATION_TOKEN, whole, now)).token;
}

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
  return jwt({ claims: { [name]: value } });
}

describe('AssumeRoleWithWebIdentity is allowed', () => {
  test.each<{ name: string; token: () => Promise<string>; form?: { readonly [name: string]: string } }>([
    { name: 'with a JWT alone', token: () => jwt() },
    { name: 'for twelve hours', token: () => jwt(), form: { DurationSeconds: '43200' } },
    {
      name: 'with tags and a source identity',
      token: () =>
        jwt({
          claims: { [TAGS]: { principal_tags: { a: ['b'] }, transitive_tag_keys: ['a'] }, [SOURCE]: 'web.1' },
        }),
    },
  ])('$name', async ({ token, form }) => {
    expect(await codeOf(await token(), form)).toBe('AssumeRoleWithWebIdentity');
  });
});

describe('AssumeRoleWithWebIdentity is refused', () => {
  test.each<{
    name: string;
    token: () => Promise<string>;
    form?: { readonly [name: string]: string };
    code: string;
  }>([
    {
      name: 'for another audience',
      token: () => jwt({ audience: 'https://sts.amazonaws.com' }),
      code: 'InvalidIdentityToken',
    },
    {
      name: 'of another issuer',
      token: () => jwt({}, { ...SIGNING, issuer: 'https://a.example' }),
      code: 'InvalidIdentityToken',
    },
    {
      name: 'with a key that nobody published',
      token: () => jwt({}, STRANGE_SIGNING),
      code: 'InvalidIdentityToken',
    },
    {
      name: 'when the JWT has expired',
      token: () => jwt({}, SIGNING, NOW - 300),
      code: 'ExpiredTokenException',
    },
    { name: 'before it was issued', token: () => jwt({}, SIGNING, NOW + 1), code: 'InvalidIdentityToken' },
    {
      name: 'with a tag that is text',
      token: () => claims(TAGS, { principal_tags: { a: 'b' } }),
      code: 'InvalidIdentityToken',
    },
    {
      name: 'with a tag of two values',
      token: () => claims(TAGS, { principal_tags: { a: ['b', 'c'] } }),
      code: 'InvalidIdentityToken',
    },
    {
      name: 'T46: with a tag of AWS',
      token: () => claims(TAGS, { principal_tags: { 'aws:a': ['b'] } }),
      code: 'ValidationError',
    },
    {
      name: 'with a transitive tag that is no tag',
      token: () => claims(TAGS, { principal_tags: { a: ['b'] }, transitive_tag_keys: ['c'] }),
      code: 'InvalidParameterValue',
    },
    {
      name: 'T47: with a source identity that is none',
      token: () => claims(SOURCE, 'a b'),
      code: 'ValidationError',
    },
    {
      name: 'with a source identity that is a number',
      token: () => claims(SOURCE, 1),
      code: 'InvalidIdentityToken',
    },
    {
      name: 'for thirteen hours',
      token: () => jwt(),
      form: { DurationSeconds: '46800' },
      code: 'ValidationError',
    },
    { name: 'without a role', token: () => jwt(), form: { RoleArn: '' }, code: 'ValidationError' },
  ])('$name', async ({ token, form, code }) => {
    expect(await codeOf(await token(), form)).toBe(code);
  });
});
