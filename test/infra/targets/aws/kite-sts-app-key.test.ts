import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readOptions } from '../../../../infra/options.ts';

type Statement = {
  readonly Sid: string;
  readonly Action: string | readonly string[];
  readonly Condition?: { readonly [operator: string]: unknown };
};

const { Resources, Parameters, Outputs } = parse(
  readFileSync('infra/targets/aws/kite-sts-app-key.yml', 'utf8'),
) as {
  readonly Parameters: { readonly [name: string]: { readonly AllowedPattern: string } };
  readonly Resources: {
    readonly AppKey: {
      readonly UpdateReplacePolicy: string;
      readonly Properties: {
        readonly KeyPolicy: { readonly Statement: readonly Statement[] };
        readonly [name: string]: unknown;
      };
    };
  };
  readonly Outputs: { readonly [id: string]: { readonly Value: unknown } };
};

const { KeyPolicy, ...key } = Resources.AppKey.Properties;
const actions = KeyPolicy.Statement.flatMap(({ Sid, Action }) => [Action].flat().map(each => [Sid, each]));

test('is a key that signs RS256, and outlives its stack', () => {
  expect(key).toMatchObject({ KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' });
  expect(Resources.AppKey.UpdateReplacePolicy).toBe('Retain');
});

describe('T44, T52: by its policy', () => {
  test('the broker alone signs, with that algorithm alone', () => {
    expect(actions.filter(([, action]) => action === 'kms:Sign')).toEqual([['Sign', 'kms:Sign']]);
    expect(KeyPolicy.Statement.find(({ Sid }) => Sid === 'Sign')?.Condition).toEqual({
      ArnEquals: { 'aws:PrincipalArn': { Ref: 'BrokerRoleArn' } },
      StringEquals: { 'kms:SigningAlgorithm': 'RSASSA_PKCS1_V1_5_SHA_256' },
    });
  });

  test('nobody can grant it on, and no action has a wildcard', () => {
    expect(actions.filter(([, action = '']) => /\*|CreateGrant|ReEncrypt|Decrypt/.test(action))).toEqual([]);
  });
});

test('takes the role of a deployment, and gives what appKeys takes', () => {
  const pattern = new RegExp(Parameters['BrokerRoleArn']?.AllowedPattern ?? '');
  expect('arn:aws:iam::123456789012:role/kite-sts-prod-eu-central-1-exchange').toMatch(pattern);
  expect('arn:aws:iam::123456789012:root').not.toMatch(pattern);
  expect(Outputs['AppKeyArn']?.Value).toEqual({ 'Fn::GetAtt': ['AppKey', 'Arn'] });
  const arn = 'arn:aws:kms:eu-central-1:123456789012:key/0b1c2d3e-0000-4000-8000-000000000001';
  expect(readOptions({ appKeys: { app: arn } }).complaints).toEqual([]);
});
