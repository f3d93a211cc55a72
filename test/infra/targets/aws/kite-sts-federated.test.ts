import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

type Json = { readonly [name: string]: unknown };
type Template = {
  readonly Parameters: { readonly [name: string]: { readonly AllowedPattern?: string } };
  readonly Resources: { readonly [id: string]: { readonly Type: string; readonly Properties: Json } };
};
function templateOf(name: string) {
  return parse(readFileSync(`infra/targets/aws/${name}.yml`, 'utf8')) as Template;
}
const ISSUER = templateOf('kite-sts-issuer');
const TARGET = templateOf('kite-sts-federated');

const GIVEN: { readonly [name: string]: string } = {
  'AWS::Partition': 'aws',
  'AWS::AccountId': '123456789012',
  BrokerHost: 'sts.test.example',
  RoleName: 'deploy',
};

/** The trust policy as CloudFormation fills it in. */
function trustPolicy(): Json {
  const { AssumeRolePolicyDocument } = TARGET.Resources['Target']?.Properties ?? {};
  const written = (AssumeRolePolicyDocument as { 'Fn::Sub': string })['Fn::Sub'];
  return JSON.parse(written.replace(/\$\{([\w:]+)\}/g, (_, name: string) => GIVEN[name] ?? ''));
}

test('T44: a target takes our JWT alone, for AWS and of this one role', () => {
  expect(trustPolicy()).toEqual({
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'Federate',
        Effect: 'Allow',
        Principal: { Federated: 'arn:aws:iam::123456789012:oidc-provider/sts.test.example' },
        Action: ['sts:AssumeRoleWithWebIdentity', 'sts:SetSourceIdentity', 'sts:TagSession'],
        Condition: {
          StringEquals: {
            'sts.test.example:aud': 'sts.amazonaws.com',
            'sts.test.example:sub': 'role:deploy',
          },
        },
      },
    ],
  });
});

test('T45: its sessions may last twelve hours', () => {
  expect(TARGET.Parameters['MaxSessionDuration']).toMatchObject({ Default: 43_200, MaxValue: 43_200 });
});

test('the account is told of the issuer, and of the one audience that our JWTs for AWS have', () => {
  expect(Object.values(ISSUER.Resources)).toEqual([
    {
      Type: 'AWS::IAM::OIDCProvider',
      Properties: { Url: { Ref: 'BrokerUrl' }, ClientIdList: ['sts.amazonaws.com'] },
    },
  ]);
});

test.each([
  ['BrokerUrl', ISSUER, 'https://sts.acme.example', 'https://sts.acme.example/'],
  ['BrokerHost', TARGET, 'sts.acme.example', 'https://sts.acme.example'],
  ['RoleName', TARGET, 'deploy-web', 'deploy:web'],
])('the parameter %s takes what is to the letter', (name, template, good, bad) => {
  const pattern = new RegExp(template.Parameters[name]?.AllowedPattern ?? '');
  expect([pattern.test(good), pattern.test(bad)]).toEqual([true, false]);
});
