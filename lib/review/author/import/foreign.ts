/** Tools that make trust policies, by a mark that their files have. */
const TOOLS: readonly (readonly [tool: string, mark: RegExp])[] = [
  ['the AWS CDK', /\baws-cdk-lib\b|\baws_cdk\b|\bWebIdentityPrincipal\b|\bnew iam\./],
  ['CloudFormation', /AWSTemplateFormatVersion|AWS::IAM::Role|!Sub\b|"Fn::(Sub|Join|GetAtt)"/],
  [
    'Terraform',
    /^\s*(resource|data|module|variable|locals)\b[^\n:]*\{|jsonencode\(|aws_iam_policy_document/m,
  ],
  ['Pulumi', /\bpulumi\b/i],
];

const DEPLOYED = 'aws iam get-role --role-name NAME | kite-sts import -';

/** How to get what can be read, for a file that is made into a trust policy by another tool. */
export function explainForeign(text: string): string | undefined {
  const tool = TOOLS.find(([, mark]) => mark.test(text))?.[0];
  return tool === undefined
    ? undefined
    : `it is of ${tool}, which fills it in when it deploys. What was deployed can be read: ${DEPLOYED}`;
}
