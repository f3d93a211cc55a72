import { beforeEach, describe, expect, test } from 'vitest';
import type { AwsTarget } from '../../lib/policy/targets/aws.ts';
import { nameAwsSession } from '../../lib/providers/aws/session.ts';
import { createAwsProvider } from '../../lib/providers/aws.ts';
import { providerContract } from '../contract/provider.ts';
import { grantFor, TRUST } from '../harness/grant.ts';
import { LIMITER } from '../harness/limits.ts';
import { NOW } from '../harness/policy.ts';
import { SIGNING } from '../harness/signing.ts';
import { stsError, stsSuccess, testSts } from '../harness/sts.ts';

const sts = await testSts();
beforeEach(() => sts.reply());

const ARN = 'arn:aws:iam::123456789012:role/deploy-web';
const PLAIN = `${TRUST}
aws: { role_arn: ${ARN} }
`;
const FULL = `${TRUST.replace('build_branch: main', 'pipeline_slug: { matches: "*" }')}
session: { seconds: 1200, max_seconds: 3600 }
aws:
  role_arn: ${ARN}
  external_id: kite-sts:web
  tags: { Pipeline: "\${pipeline_slug}", Build: "\${build_number}", Team: web }
  transitive_tags: [Pipeline]
  policy_arns: [arn:aws:iam::aws:policy/ReadOnlyAccess]
  policy:
    Version: "2012-10-17"
    Statement:
      - Effect: Allow
        Action: s3:PutObject
        Resource: "arn:aws:s3:::site-\${pipeline_slug}/*"
`;

function issue(yaml: string, claims: object = {}) {
  return createAwsProvider(sts.setting, SIGNING, LIMITER)(grantFor<AwsTarget>(yaml, { ...claims }), NOW);
}

providerContract<AwsTarget>({
  provider: () => createAwsProvider(sts.setting, SIGNING, LIMITER),
  grant: () => grantFor(FULL),
  tolerance: 60,
  failures: {
    'the other side refuses': () => {
      sts.reply(stsError('AccessDenied', 403));
      return createAwsProvider(sts.setting, SIGNING, LIMITER);
    },
    'the other side answers with something else': () => {
      sts.reply(() => ({ status: 200, body: '<html></html>' }));
      return createAwsProvider(sts.setting, SIGNING, LIMITER);
    },
    'nobody is there': () =>
      createAwsProvider({ ...sts.setting, endpoint: 'http://127.0.0.1:9' }, SIGNING, LIMITER),
  },
});

describe('AssumeRole is called with exactly what the grant says', () => {
  test('T44, T45, T46, T47, T49: of a role that says everything', async () => {
    await issue(FULL);
    const name = nameAwsSession(grantFor<AwsTarget>(FULL).sessionName);
    expect(sts.calls.map(call => Object.fromEntries(call))).toEqual([
      {
        Action: 'AssumeRole',
        Version: '2011-06-15',
        RoleArn: ARN,
        RoleSessionName: name,
        SourceIdentity: name,
        ExternalId: 'kite-sts:web',
        DurationSeconds: '1200',
        Policy:
          '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:PutObject","Resource":"arn:aws:s3:::site-my-pipeline/*"}]}',
        'PolicyArns.member.1.arn': 'arn:aws:iam::aws:policy/ReadOnlyAccess',
        'Tags.member.1.Key': 'Pipeline',
        'Tags.member.1.Value': 'my-pipeline',
        'Tags.member.2.Key': 'Build',
        'Tags.member.2.Value': '5',
        'Tags.member.3.Key': 'Team',
        'Tags.member.3.Value': 'web',
        'TransitiveTagKeys.member.1': 'Pipeline',
      },
    ]);
  });

  test('T44, T47: of a role that says nothing but its ARN: external id and source identity all the same', async () => {
    await issue(PLAIN);
    const name = nameAwsSession(grantFor<AwsTarget>(PLAIN).sessionName);
    expect(sts.calls.map(call => Object.fromEntries(call))).toEqual([
      {
        Action: 'AssumeRole',
        Version: '2011-06-15',
        RoleArn: ARN,
        RoleSessionName: name,
        SourceIdentity: name,
        ExternalId: 'kite-sts:tested',
        DurationSeconds: '3600',
      },
    ]);
  });

  test('a role may leave the source identity out', async () => {
    await issue(PLAIN.replace('{ role_arn', '{ source_identity: false, role_arn'));
    expect(sts.calls[0]?.has('SourceIdentity')).toBe(false);
    expect(sts.calls[0]?.has('RoleSessionName')).toBe(true);
  });

  test('and its answer is the credential', async () => {
    sts.reply(stsSuccess({}));
    const name = nameAwsSession(grantFor<AwsTarget>(PLAIN).sessionName);
    const credential = await issue(PLAIN);
    expect(credential).toEqual({
      kind: 'aws',
      accessKeyId: 'ASIATESTTESTTESTTEST',
      secretAccessKey: 'secret',
      sessionToken: 'session-token',
      assumedRole: `arn:aws:sts::123456789012:assumed-role/deploy-web/${name}`,
      assumedRoleId: `AROA:${name}`,
      expiresAt: NOW + 3600,
      session: name,
    });
  });
});

const REGIONAL = 'eu-west-1';
test('a role’s region goes before the broker’s', async () => {
  const signed: string[] = [];
  sts.reply((_form, response) => {
    signed.push(response.req.headers.authorization ?? '');
    return stsSuccess({})(_form, response);
  });
  await issue(PLAIN.replace('{ role_arn', `{ region: ${REGIONAL}, role_arn`));
  await issue(PLAIN);
  expect(signed.map(each => each.split('/')[2])).toEqual([REGIONAL, 'us-east-1']);
});
