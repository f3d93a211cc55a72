import { describe, expect, test } from 'vitest';
import { propertiesOf, resourcesFor } from '../../harness/deploy.ts';

function groups(options: object) {
  return Object.fromEntries(
    Object.entries(resourcesFor({ options }))
      .filter(([, { Type }]) => Type === 'AWS::Logs::LogGroup')
      .map(([id, { Properties }]) => [id, Properties['RetentionInDays']]),
  );
}

test.each([
  { name: '90 days unless it is said otherwise', options: {}, days: 90 },
  { name: 'as long as a team says', options: { logRetentionDays: 731 }, days: 731 },
])('every log is kept $name', ({ options, days }) => {
  expect(groups(options)).toEqual({ ExchangeLogGroup: days, DiscoveryLogGroup: days, AccessLogGroup: days });
});

test('T84: audit events outlive the stack, and no other log does', () => {
  const resources = resourcesFor();
  const kept = ['ExchangeLogGroup', 'DiscoveryLogGroup', 'AccessLogGroup'].filter(
    id => resources[id]?.DeletionPolicy !== undefined,
  );
  expect(kept).toEqual(['ExchangeLogGroup']);
  expect(resources['ExchangeLogGroup']).toMatchObject({
    DeletionPolicy: 'RetainExceptOnCreate',
    UpdateReplacePolicy: 'Retain',
  });
});

describe('T57: a line of the access log', () => {
  const { DestinationArn, Format } = propertiesOf(resourcesFor(), 'HttpApiStage')['AccessLogSettings'] as {
    DestinationArn: unknown;
    Format: string;
  };
  const line = JSON.parse(Format) as { readonly [member: string]: string };

  test('I11: goes to its own group, below the prefix that needs no line in the policy of the account', () => {
    expect(propertiesOf(resourcesFor(), 'AccessLogGroup')['LogGroupName']).toEqual({
      'Fn::Sub': '/aws/vendedlogs/${AWS::StackName}-access',
    });
    expect(DestinationArn).toEqual({ 'Fn::GetAtt': ['AccessLogGroup', 'Arn'] });
  });

  test('holds these variables and no text beside them', () => {
    expect(Object.values(line)).toEqual([
      '$context.requestId',
      '$context.integration.requestId',
      '$context.requestTime',
      '$context.routeKey',
      '$context.status',
      '$context.identity.sourceIp',
      '$context.protocol',
      '$context.responseLength',
      '$context.responseLatency',
      '$context.integration.latency',
      '$context.integration.status',
      '$context.error.responseType',
    ]);
  });

  test('holds nothing that a caller wrote: no path, header, query, body, credential or message about them', () => {
    const WRITTEN =
      /\$(?:request|input|util)|path|header|query|body|authoriz|userAgent|message|caller|domain/i;
    expect(Object.values(line).filter(variable => WRITTEN.test(variable))).toEqual([]);
  });
});
