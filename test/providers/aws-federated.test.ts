import { decodeJwt, decodeProtectedHeader } from 'jose';
import { beforeEach, describe, expect, test } from 'vitest';
import type { AwsTarget } from '../../lib/policy/targets/aws.ts';
import { nameAwsSession } from '../../lib/providers/aws/session.ts';
import { createAwsProvider } from '../../lib/providers/aws.ts';
import type { SigningSetting } from '../../lib/providers/signed.ts';
import { providerContract } from '../contract/provider.ts';
import { codeOf } from '../harness/code.ts';
import { grantFor, TRUST } from '../harness/grant.ts';
import { LIMITER } from '../harness/limits.ts';
import { NOW } from '../harness/policy.ts';
import { BROKEN_SIGNING, ourClaims, SIGNING, STRANGE_SIGNING } from '../harness/signing.ts';
import { stsError, stsSuccess, testSts } from '../harness/sts.ts';

const sts = await testSts();
beforeEach(() => sts.reply());

const ARN = 'arn:aws:iam::123456789012:role/deploy-web';
const PLAIN = `${TRUST}
aws: { role_arn: ${ARN}, via: web_identity }
`;
const FULL = `${TRUST.replace('build_branch: main', 'pipeline_slug: { matches: "*" }')}
session: { seconds: 43200 }
aws:
  role_arn: ${ARN}
  via: web_identity
  tags: { Pipeline: "\${pipeline_slug}", Team: web }
  transitive_tags: [Pipeline]
  policy_arns: [arn:aws:iam::aws:policy/ReadOnlyAccess]
  policy: { Version: "2012-10-17", Statement: [{ Effect: Allow, Action: "s3:*", Resource: "*" }] }
`;
const ACTION = 'AssumeRoleWithWebIdentity';

function issue(yaml: string, using: SigningSetting = SIGNING, claims: object = {}) {
  return createAwsProvider(sts.setting, using, LIMITER)(grantFor<AwsTarget>(yaml, { ...claims }), NOW);
}
function presented() {
  return sts.calls[0]?.get('WebIdentityToken') ?? '';
}

providerContract<AwsTarget>({
  provider: () => createAwsProvider(sts.setting, SIGNING, LIMITER),
  grant: () => grantFor(FULL),
  tolerance: 60,
  failures: {
    'the other side refuses': () => {
      sts.reply(stsError('InvalidIdentityToken', 400));
      return createAwsProvider(sts.setting, SIGNING, LIMITER);
    },
    'the other side does not know our key': () => createAwsProvider(sts.setting, STRANGE_SIGNING, LIMITER),
    'the key cannot be used': () => createAwsProvider(sts.setting, BROKEN_SIGNING, LIMITER),
    'nobody is there': () =>
      createAwsProvider({ ...sts.setting, endpoint: 'http://127.0.0.1:9' }, SIGNING, LIMITER),
  },
});

describe('T45: via web_identity a session lasts up to twelve hours', () => {
  test('and the call says what the role says, and nothing that a job chose', async () => {
    await issue(FULL);
    const { WebIdentityToken, ...form } = Object.fromEntries(sts.calls[0] ?? []);
    expect(WebIdentityToken).toMatch(/^eyJ/);
    expect(form).toEqual({
      Action: ACTION,
      Version: '2011-06-15',
      RoleArn: ARN,
      RoleSessionName: nameAwsSession(grantFor<AwsTarget>(FULL).sessionName),
      DurationSeconds: '43200',
      Policy: '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}',
      'PolicyArns.member.1.arn': 'arn:aws:iam::aws:policy/ReadOnlyAccess',
    });
  });

  test('and nothing is signed with the credentials of the broker', async () => {
    const signed: unknown[] = [];
    sts.reply((form, response) => {
      signed.push(response.req.headers.authorization);
      return stsSuccess({ action: ACTION })(form, response);
    });
    await issue(PLAIN);
    expect(signed).toEqual([undefined]);
  });
});

describe('our JWT', () => {
  test('T30, T46, T47: has the tags of the role and the name of the job, as AWS reads them', async () => {
    await issue(FULL);
    const said = {
      'https://aws.amazon.com/tags': {
        principal_tags: { Pipeline: ['my-pipeline'], Team: ['web'] },
        transitive_tag_keys: ['Pipeline'],
      },
      'https://aws.amazon.com/source_identity': nameAwsSession(grantFor<AwsTarget>(FULL).sessionName),
    };
    expect(decodeJwt(presented())).toEqual(ourClaims('sts.amazonaws.com', said));
    expect(decodeProtectedHeader(presented())).toMatchObject({ alg: 'RS256', typ: 'JWT' });
  });

  test('T30: has no tags when the role has none, whatever the job asked its own token for', async () => {
    const tags = { principal_tags: { Team: ['admins'] } };
    await issue(PLAIN.replace('via:', 'source_identity: false, via:'), SIGNING, {
      'https://aws.amazon.com/tags': tags,
    });
    expect(Object.keys(decodeJwt(presented())).filter(name => name.startsWith('https:'))).toEqual([]);
  });
});

describe('its failures say whose turn it is', () => {
  const issued = () => codeOf(() => issue(PLAIN));

  test.each([
    { code: 'AccessDenied', status: 403, is: 'provider_refused' },
    { code: 'InvalidIdentityToken', status: 400, is: 'provider_refused' },
    // Our JWT is five minutes old at most: it is our clock.
    { code: 'ExpiredTokenException', status: 400, is: 'broker_credentials_unavailable' },
    { code: 'IDPRejectedClaim', status: 403, is: 'provider_refused' },
    { code: 'PackedPolicyTooLarge', status: 400, is: 'credential_too_large' },
  ])('T48: $code is $is and asked once', async ({ code, status, is }) => {
    sts.reply(stsError(code, status));
    expect(await issued()).toBe(is);
    expect(sts.calls).toHaveLength(1);
  });

  test('D08: that AWS could not fetch our keys passes, and the same is asked again', async () => {
    sts.reply(stsError('IDPCommunicationError', 400));
    expect(await issued()).toBe('provider_unavailable');
    expect(new Set(sts.calls.map(String)).size).toBe(1);
    expect(sts.calls).toHaveLength(3);
  });

  test.each([
    { name: 'T44: for another account', said: { account: '999999999999' } },
    { name: 'T45: that lives longer than asked', said: { expiration: '2027-01-15T23:59:59Z' } },
  ])('an answer $name is refused', async ({ said }) => {
    sts.reply(stsSuccess({ action: ACTION, ...said }));
    expect(await issued()).toBe('provider_refused');
  });

  test('an answer to another question is none', async () => {
    sts.reply(stsSuccess({}));
    expect(await issued()).toBe('provider_unavailable');
  });
});

describe('AWS does not take', () => {
  test.each<[string, SigningSetting]>([
    ['a JWT of an issuer that it was not told of', { ...SIGNING, issuer: 'https://another.example' }],
    ['a JWT whose key it does not find', STRANGE_SIGNING],
  ])('%s', async (_name, using) => {
    expect(await codeOf(() => issue(PLAIN, using))).toBe('provider_refused');
  });
});
