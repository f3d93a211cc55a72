import { expect, test } from 'vitest';
import { explainForeign } from '../../../../lib/review/author/import/foreign.ts';

test.each<[tool: string, text: string]>([
  ['CDK', "import * as iam from 'aws-cdk-lib/aws-iam';\nnew iam.Role(this, 'x', {})"],
  ['CloudFormation', 'Resources:\n  Role:\n    Type: AWS::IAM::Role\n'],
  ['CloudFormation', '{ "Federated": { "Fn::Sub": "arn:aws:iam::${AWS::AccountId}:oidc-provider/x" } }'],
  ['Terraform', 'data "aws_iam_policy_document" "trust" {\n  statement {}\n}'],
  ['Terraform', 'resource "aws_iam_role" "x" { assume_role_policy = jsonencode({}) }'],
  ['Pulumi', "import * as pulumi from '@pulumi/pulumi';"],
])('R13: a file of %s is told which command prints what can be read', (tool, text) => {
  expect(explainForeign(text)).toMatch(new RegExp(`${tool}.*aws iam get-role`));
});

test.each([
  ['a trust policy', '{ "Version": "2012-10-17", "Statement": [] }'],
  [
    'a policy of octo-sts',
    'issuer: https://a\nsubject: b\n# resource groups\npermissions:\n  contents: read\n',
  ],
])('%s is nobody else’s', (_name, text) => {
  expect(explainForeign(text)).toBeUndefined();
});
