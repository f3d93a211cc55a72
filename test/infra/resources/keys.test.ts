import { describe, expect, test } from 'vitest';
import { propertiesOf, resourcesFor } from '../../harness/deploy.ts';

const ACCOUNT = { AWS: { 'Fn::Sub': 'arn:${AWS::Partition}:iam::${AWS::AccountId}:root' } };
function arn(id: string) {
  return { 'Fn::GetAtt': [id, 'Arn'] };
}

describe.each(['FirstSigningKey', 'SecondSigningKey'])('T52: %s', id => {
  const resources = resourcesFor();

  test('is an RSA key that signs, and outlives a stack and its replacement', () => {
    const { DeletionPolicy, UpdateReplacePolicy, Properties } = resources[id] ?? {};
    expect({ DeletionPolicy, UpdateReplacePolicy, ...Properties }).toMatchObject({
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
      KeySpec: 'RSA_2048',
      KeyUsage: 'SIGN_VERIFY',
      PendingWindowInDays: 30,
    });
  });

  test('is administered by the account and used by the two functions alone', () => {
    expect(propertiesOf(resources, id)['KeyPolicy']).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'Administer',
          Effect: 'Allow',
          Principal: ACCOUNT,
          Action: expect.any(Array),
          Resource: ['*'],
        },
        {
          Sid: 'Publish',
          Effect: 'Allow',
          Principal: ACCOUNT,
          Action: ['kms:GetPublicKey'],
          Resource: ['*'],
          Condition: { ArnEquals: { 'aws:PrincipalArn': [arn('ExchangeRole'), arn('DiscoveryRole')] } },
        },
        {
          Sid: 'Sign',
          Effect: 'Allow',
          Principal: ACCOUNT,
          Action: ['kms:Sign'],
          Resource: ['*'],
          Condition: {
            ArnEquals: { 'aws:PrincipalArn': [arn('ExchangeRole')] },
            StringEquals: {
              'kms:SigningAlgorithm': 'RSASSA_PKCS1_V1_5_SHA_256',
              'kms:MessageType': ['DIGEST', 'RAW'],
            },
          },
        },
      ],
    });
  });

  test('gives its administrators no way to sign but to change its policy, which leaves a trace', () => {
    const { Statement } = propertiesOf(resources, id)['KeyPolicy'] as {
      Statement: readonly { readonly Action: readonly string[] }[];
    };
    const USES = [
      'kms:Sign',
      'kms:Verify',
      'kms:GetPublicKey',
      'kms:CreateGrant',
      'kms:Encrypt',
      'kms:Decrypt',
    ];
    expect(Statement[0]?.Action.filter(action => USES.includes(action))).toEqual([]);
    expect(Statement[0]?.Action).toContain('kms:PutKeyPolicy');
  });
});

test('T52: a rotation changes no key: both stay as they are, and both stay published', () => {
  const [before, after] = ['first', 'second'].map(signingKey => resourcesFor({ options: { signingKey } }));
  for (const id of ['FirstSigningKey', 'SecondSigningKey', 'ExchangeRights', 'DiscoveryRights'])
    expect(after?.[id]).toEqual(before?.[id]);
});
