import { describe, expect, test } from 'vitest';
import { COPY_PATTERNS } from '../../../infra/resources/alarms.ts';
import { createTemplate } from '../../../infra/template.ts';
import { inputOf, propertiesOf, resourcesFor, statementsOf } from '../../harness/deploy.ts';
import { rowsFrom } from '../../harness/policy.ts';
import { FLAT } from '../../harness/registry.ts';

function templateWith(options: object = {}) {
  const { config, ...rest } = inputOf({ options });
  return createTemplate({ ...rest, config: { ...config, registries: [FLAT] } });
}
function idsOf({ resources }: ReturnType<typeof createTemplate>): string[] {
  return Object.keys(resources.Resources).filter(id => id.startsWith('Authorizer'));
}

test('without registries nothing of it is deployed', () => {
  const { functions, resources } = createTemplate(inputOf());
  expect(functions.authorizer).toBeUndefined();
  expect(idsOf(createTemplate(inputOf()))).toEqual([]);
  expect(Object.keys(resources.Outputs)).not.toContain('AuthorizerArn');
});

describe('with a registry', () => {
  test('D18: its function is deployed, shorter than the gateway waits for an authorizer, and is told of the keys that are published', () => {
    expect(templateWith().functions.authorizer).toMatchObject({
      runtime: 'nodejs24.x',
      timeout: 8,
      role: { 'Fn::Sub': '${AuthorizerRole.Arn}' },
      dependsOn: ['AuthorizerRights'],
    });
    const { exchange, authorizer } = templateWith().functions;
    expect(authorizer?.environment).toEqual({
      KITE_STS_LOG_LEVEL: 'info',
      KITE_STS_SIGNING_KEYS: exchange.environment['KITE_STS_SIGNING_KEYS'],
      KITE_STS_SWITCH_TABLE: { Ref: 'SwitchTable' },
    });
  });

  test('T44: it may write its own log, read what is switched off and our public keys, and nothing else', () => {
    const statements = statementsOf(templateWith().resources.Resources);
    const ours = [...statements].filter(([id]) => id.startsWith('AuthorizerRights'));
    expect(ours).toEqual([
      [
        'AuthorizerRights WriteOwnLogs',
        {
          Sid: 'WriteOwnLogs',
          Effect: 'Allow',
          Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          Resource: [{ 'Fn::GetAtt': ['AuthorizerLogGroup', 'Arn'] }],
        },
      ],
      [
        'AuthorizerRights ReadSwitches',
        {
          Sid: 'ReadSwitches',
          Effect: 'Allow',
          Action: ['dynamodb:Scan'],
          Resource: [{ 'Fn::GetAtt': ['SwitchTable', 'Arn'] }],
        },
      ],
      [
        'AuthorizerRights ReadPublicKeys',
        {
          Sid: 'ReadPublicKeys',
          Effect: 'Allow',
          Action: ['kms:GetPublicKey'],
          Resource: [
            { 'Fn::GetAtt': ['FirstSigningKey', 'Arn'] },
            { 'Fn::GetAtt': ['SecondSigningKey', 'Arn'] },
          ],
        },
      ],
    ]);
  });

  test('T44: no key lets it sign or open, and each lets it read the public half', () => {
    const { Resources } = templateWith({ signing: 'sealed' }).resources;
    const ours = JSON.stringify({ 'Fn::GetAtt': ['AuthorizerRole', 'Arn'] });
    const may = Object.entries(Resources).flatMap(([id, { Type, Properties }]) =>
      Type === 'AWS::KMS::Key'
        ? (Properties['KeyPolicy'] as { Statement: { Sid: string }[] }).Statement.filter(each =>
            JSON.stringify(each).includes(ours),
          ).map(({ Sid }) => `${id} ${Sid}`)
        : [],
    );
    expect(may).toEqual(['FirstSigningKey Publish', 'SecondSigningKey Publish']);
    const rights = [...statementsOf(Resources)].filter(([id]) => id.startsWith('AuthorizerRights'));
    expect(rights.map(([id]) => id)).toContain('AuthorizerRights ReadCertificates');
    expect(JSON.stringify(rights)).not.toMatch(/kms:(Sign|Decrypt)/);
  });

  test('T93: what it says of shared key sets rings the same alarms as what the exchange says', () => {
    const resources = resourcesFor({ ground: { rows: rowsFrom('- preset: buildkite') }, registries: [FLAT] });
    for (const metric of Object.keys(COPY_PATTERNS)) {
      const { LogGroupName, ...rest } = propertiesOf(resources, `Authorizer${metric}Filter`);
      const { LogGroupName: _, ...same } = propertiesOf(resources, `${metric}Filter`);
      expect([LogGroupName, rest]).toEqual([{ Ref: 'AuthorizerLogGroup' }, same]);
    }
  });

  test('T84: its log is kept as long as a team says, and outlives the stack', () => {
    const { Resources } = templateWith({ logRetentionDays: 731 }).resources;
    expect(Resources['AuthorizerLogGroup']).toEqual({
      Type: 'AWS::Logs::LogGroup',
      Properties: { RetentionInDays: 731 },
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
    });
  });

  test('somebody is told when it cannot answer', () => {
    const { Resources } = templateWith({
      alarms: { snsTopicArn: 'arn:aws:sns:eu-west-1:123456789012:oncall' },
    }).resources;
    for (const [id, metric] of [
      ['AuthorizerErrorsAlarm', 'Errors'],
      ['AuthorizerThrottlesAlarm', 'Throttles'],
    ] as const)
      expect(propertiesOf(Resources, id)).toMatchObject({
        Namespace: 'AWS/Lambda',
        MetricName: metric,
        Dimensions: [{ Name: 'FunctionName', Value: { Ref: 'AuthorizerLambdaFunction' } }],
        Threshold: 1,
        AlarmActions: ['arn:aws:sns:eu-west-1:123456789012:oncall'],
      });
  });

  test('its ARN is told, for the template that attaches it', () => {
    expect(templateWith().resources.Outputs['AuthorizerArn']?.Value).toEqual({
      'Fn::GetAtt': ['AuthorizerLambdaFunction', 'Arn'],
    });
  });
});
