import { AssumeRoleCommand, AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { beforeEach, describe, expect, test } from 'vitest';
import type { AssumedTarget, FederatedTarget } from '../../lib/policy/targets/aws.ts';
import { nameAwsSession } from '../../lib/providers/aws/session.ts';
import { createAwsProvider } from '../../lib/providers/aws.ts';
import type { GrantOf } from '../../lib/providers/provider.ts';
import { grantFor, TRUST } from '../harness/grant.ts';
import { LIMITER } from '../harness/limits.ts';
import { NOW } from '../harness/policy.ts';
import { SIGNING } from '../harness/signing.ts';
import { testSts } from '../harness/sts.ts';

const sts = await testSts();
beforeEach(() => sts.reply());

const ARN = 'arn:aws:iam::123456789012:role/deploy-web';

/** AWS's own client with what the grant says, in the words of AWS's own model. */
async function throughClient({ target, seconds, sessionName: session }: GrantOf<AssumedTarget>) {
  const { region, endpoint = '', credentials } = sts.setting;
  const client = new STSClient({ region, endpoint, credentials });
  const name = nameAwsSession(session);
  const { Credentials, AssumedRoleUser } = await client.send(
    new AssumeRoleCommand({
      RoleArn: target.roleArn,
      RoleSessionName: name,
      DurationSeconds: seconds,
      ExternalId: target.externalId,
      SourceIdentity: target.sourceIdentity ? name : undefined,
      Tags:
        target.tags.length > 0
          ? target.tags.map(({ key, value }) => ({ Key: key, Value: value }))
          : undefined,
      TransitiveTagKeys: target.transitiveTags.length > 0 ? [...target.transitiveTags] : undefined,
      Policy: target.policy,
      PolicyArns: target.policyArns.length > 0 ? target.policyArns.map(arn => ({ arn })) : undefined,
    }),
  );
  return { Credentials, AssumedRoleUser };
}

function formOf(call: URLSearchParams | undefined) {
  return Object.fromEntries(call ?? []);
}

describe("for the same grant AWS's own client sends the same parameters", () => {
  test.each([
    { name: 'of a role that says nothing but its ARN', aws: `{ role_arn: ${ARN} }` },
    { name: 'without a source identity', aws: `{ role_arn: ${ARN}, source_identity: false }` },
    {
      name: 'with two tags, both handed on',
      aws: `{ role_arn: ${ARN}, tags: { Pipeline: "\${pipeline_slug}", Team: "a b+c=d" }, transitive_tags: [Pipeline, Team] }`,
    },
    {
      name: 'with managed policies',
      aws: `{ role_arn: ${ARN}, policy_arns: [arn:aws:iam::aws:policy/ReadOnlyAccess, arn:aws:iam::aws:policy/ViewOnlyAccess] }`,
    },
    {
      name: 'with a session policy',
      aws: `{ role_arn: ${ARN}, policy: { Version: "2012-10-17", Statement: [{ Effect: Allow, Action: "s3:*", Resource: "*", Condition: { StringLike: { "s3:prefix": "é &<>%+~*" } } }] } }`,
    },
  ])('$name', async ({ aws }) => {
    const grant = grantFor<AssumedTarget>(
      `${TRUST.replace('build_branch: main', 'pipeline_slug: { matches: "*" }')}\naws: ${aws}\n`,
    );
    await createAwsProvider(sts.setting, SIGNING, LIMITER)(grant, NOW);
    await throughClient(grant);
    const [ours, theirs] = sts.calls;
    expect(formOf(ours)).toEqual(formOf(theirs));
    expect(sts.calls).toHaveLength(2);
  });
});

test("for the same grant and JWT AWS's own client sends the same parameters via web_identity", async () => {
  const grant = grantFor<FederatedTarget>(
    `${TRUST}session: { seconds: 43200 }\naws: { role_arn: ${ARN}, via: web_identity, policy_arns: [arn:aws:iam::aws:policy/ReadOnlyAccess], policy: { Version: "2012-10-17", Statement: [{ Effect: Allow, Action: "s3:*", Resource: "*" }] } }\n`,
  );
  const { target, seconds, sessionName: session } = grant;
  await createAwsProvider(sts.setting, SIGNING, LIMITER)(grant, NOW);
  const { region, endpoint = '' } = sts.setting;
  await new STSClient({ region, endpoint }).send(
    new AssumeRoleWithWebIdentityCommand({
      RoleArn: target.roleArn,
      RoleSessionName: nameAwsSession(session),
      DurationSeconds: seconds,
      WebIdentityToken: sts.calls[0]?.get('WebIdentityToken') ?? '',
      Policy: target.policy,
      PolicyArns: target.policyArns.map(arn => ({ arn })),
    }),
  );
  const [ours, theirs] = sts.calls;
  expect(formOf(ours)).toEqual(formOf(theirs));
  expect(sts.calls).toHaveLength(2);
});

test("AWS's own client reads the same credentials from the same answer", async () => {
  const grant = grantFor<AssumedTarget>(`${TRUST}aws: { role_arn: ${ARN} }\n`);
  const name = nameAwsSession(grant.sessionName);
  const answer = `<?xml version="1.0"?>
<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleResult>
    <SourceIdentity>${name}</SourceIdentity>
    <AssumedRoleUser><AssumedRoleId>AROA&amp;:${name}</AssumedRoleId><Arn>arn:aws:sts::123456789012:assumed-role/${ARN.split('/').at(-1)}/${name}</Arn></AssumedRoleUser>
    <Credentials>
      <AccessKeyId>ASIATESTTESTTESTTEST</AccessKeyId>
      <SecretAccessKey>a/b+c&lt;&#x3d;</SecretAccessKey>
      <SessionToken>IQoJ//b3==</SessionToken>
      <Expiration>${new Date((NOW + 3600) * 1000).toISOString().replace('.000', '')}</Expiration>
    </Credentials>
    <PackedPolicySize>6</PackedPolicySize>
  </AssumeRoleResult>
  <ResponseMetadata><RequestId>r</RequestId></ResponseMetadata>
</AssumeRoleResponse>
`;
  sts.reply(() => ({ status: 200, body: answer }));
  const ours = await createAwsProvider(sts.setting, SIGNING, LIMITER)(grant, NOW);
  const { Credentials, AssumedRoleUser } = await throughClient(grant);
  expect(ours).toEqual({
    kind: 'aws',
    accessKeyId: Credentials?.AccessKeyId,
    secretAccessKey: Credentials?.SecretAccessKey,
    sessionToken: Credentials?.SessionToken,
    assumedRole: AssumedRoleUser?.Arn,
    assumedRoleId: AssumedRoleUser?.AssumedRoleId,
    packedPolicySize: '6',
    sourceIdentity: name,
    expiresAt: Math.floor((Credentials?.Expiration?.getTime() ?? 0) / 1000),
    session: nameAwsSession(grant.sessionName),
  });
});
