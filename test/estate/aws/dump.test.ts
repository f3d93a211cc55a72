import { describe, expect, test } from 'vitest';
import { readAwsEstate } from '../../../lib/estate/aws/dump.ts';
import { KEYS, PROVIDERS, policyOf, providerArn, small, USERS } from '../dumps.ts';

const read = (...dumps: readonly unknown[]) =>
  readAwsEstate(
    dumps.map(dump => ({ path: 'dump.json', text: typeof dump === 'string' ? dump : JSON.stringify(dump) })),
  );

const ARN = 'arn:aws:iam::123456789012:role/ci/web';
const TRUST = policyOf({
  Effect: 'Allow',
  Principal: { Federated: providerArn('agent.buildkite.com') },
  Action: 'sts:AssumeRoleWithWebIdentity',
});
const LISTED = {
  RoleName: 'web',
  Path: '/ci/',
  Arn: ARN,
  AssumeRolePolicyDocument: TRUST,
  MaxSessionDuration: 7200,
};
const REPORT =
  'user,arn,user_creation_time,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date\nci,arn:aws:iam::123456789012:user/ci,2019-01-01T00:00:00+00:00,true,2019-01-01T00:00:00+00:00,N/A,false,N/A,N/A\n';

describe('what the AWS CLI prints is read:', () => {
  test.each<[name: string, dump: unknown]>([
    ['get-account-authorization-details', { RoleDetailList: [LISTED] }],
    ['list-roles', { Roles: [LISTED] }],
    ['get-role', { Role: LISTED }],
    ['a role alone', LISTED],
    ['a list of get-role', [{ Role: LISTED }]],
    [
      'get-role, one after the other',
      `${JSON.stringify({ Role: LISTED })}\n${JSON.stringify({ Role: { ...LISTED, Arn: `${ARN}2` } })}`,
    ],
    [
      'an encoded trust policy',
      { Roles: [{ ...LISTED, AssumeRolePolicyDocument: encodeURIComponent(JSON.stringify(TRUST)) }] },
    ],
  ])('%s', (_name, dump) => {
    expect(read(dump).roles[0]).toMatchObject({
      arn: ARN,
      name: 'web',
      path: '/ci/',
      trust: [{ effect: 'Allow' }],
    });
  });

  test('two dumps of one role are one role, with what either tells', () => {
    const detail = {
      ...LISTED,
      MaxSessionDuration: undefined,
      AttachedManagedPolicies: [{ PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }],
    };
    const { roles } = read({ RoleDetailList: [detail] }, { Roles: [LISTED] });
    expect(roles).toMatchObject([{ maxSeconds: 7200, rights: { reach: 'administrator' } }]);
  });

  test('providers, users and the ends of their keys', () => {
    const { providers, users, keys, gaps } = read(small(), PROVIDERS, KEYS);
    expect(providers.map(({ host }) => host)).toContain('agent.buildkite.com');
    expect(users).toMatchObject([{ name: 'ci-deploy' }]);
    expect(keys).toMatchObject([{ user: 'ci-deploy', ends: 'MPLE', active: true }]);
    expect(JSON.stringify(keys)).not.toContain('AKIA');
    expect(gaps).toEqual([]);
  });

  test('the credential report', () => {
    const { keys } = read({ Content: Buffer.from(REPORT).toString('base64'), ReportFormat: 'text/csv' });
    expect(keys).toMatchObject([
      { user: 'ci', active: true, created: '2019-01-01T00:00:00+00:00', lastUsed: 'N/A' },
    ]);
  });
});

test('a dump that was cut is told', () => {
  const { gaps } = read({ ...small(), IsTruncated: true, Marker: 'x' }, PROVIDERS, KEYS);
  expect(gaps).toHaveLength(1);
});

test('what is in no dump is told', () => {
  expect(read({ UserDetailList: USERS }).gaps).toHaveLength(2);
});

describe('refused is', () => {
  test.each<[name: string, text: string]>([
    ['another JSON', '{"Buckets": []}'],
    ['a list of texts', '["a"]'],
    ['two members of one name', '{"Roles": [], "Roles": []}'],
    ['half of a text', '{"Roles": ['],
  ])('%s', (_name, text) => {
    expect(() => read(text)).toThrow();
  });
});
