import { describe, expect, test } from 'vitest';
import { ROUTES } from '../../../infra/resources/api.ts';
import { REGISTRY_ROUTES, serve } from '../../../lib/serve.ts';
import { httpRequest, testBroker } from '../../harness/broker.ts';
import { propertiesOf, resourcesFor } from '../../harness/deploy.ts';
import { CLAIMS } from '../../harness/registry.ts';

const DOMAIN = {
  name: 'sts.test.example',
  certificateArn: 'arn:aws:acm:eu-west-1:123456789012:certificate/c',
};
const HOSTED = { ...DOMAIN, hostedZoneId: 'Z0123456789' };
const FUNCTION_URL = ['ExchangeUrl', 'ExchangeUrlInvokePermission', 'ExchangeUrlPermission'];

function ofType(type: string, options: object = {}) {
  return Object.entries(resourcesFor({ options })).filter(([, { Type }]) => Type === type);
}

test('the routes are these, each to the one function that answers it', () => {
  const routes = ofType('AWS::ApiGatewayV2::Route').map(([, { Properties }]) => [
    Properties['RouteKey'],
    (Properties['Target'] as { 'Fn::Sub': string })['Fn::Sub'],
  ]);
  expect(Object.fromEntries(routes)).toEqual({
    'POST /token': 'integrations/${ExchangeIntegration}',
    'POST /v1/token': 'integrations/${ExchangeIntegration}',
    'POST /': 'integrations/${ExchangeIntegration}',
    'GET /': 'integrations/${ExchangeIntegration}',
    'POST /aws/{proxy+}': 'integrations/${ExchangeIntegration}',
    'GET /aws/{proxy+}': 'integrations/${ExchangeIntegration}',
    'GET /credentials/{role}': 'integrations/${ExchangeIntegration}',
    'POST /git/{role}': 'integrations/${ExchangeIntegration}',
    'GET /.well-known/openid-configuration': 'integrations/${DiscoveryIntegration}',
    'GET /.well-known/oauth-authorization-server': 'integrations/${DiscoveryIntegration}',
    'GET /.well-known/jwks.json': 'integrations/${DiscoveryIntegration}',
    'GET /health': 'integrations/${DiscoveryIntegration}',
    'GET /openapi.json': 'integrations/${DiscoveryIntegration}',
    'GET /errors/{code}': 'integrations/${DiscoveryIntegration}',
  });
});

test('where there are images, clients get the tokens of their registry from the exchange', () => {
  const keys = Object.values(resourcesFor({ registries: [CLAIMS] }))
    .filter(({ Type }) => Type === 'AWS::ApiGatewayV2::Route')
    .map(({ Properties }) => Properties['RouteKey']);
  expect(keys).toEqual([...Object.keys(ROUTES), ...REGISTRY_ROUTES]);
});

test.each(Object.keys(ROUTES))('the laptop answers %s too', async routeKey => {
  const { broker } = await testBroker({ roles: {} });
  const [method = '', path = ''] = routeKey
    .replace('{code}', 'token_expired')
    .replace('{proxy+}', 'sts')
    .split(' ');
  const { status } = await serve(broker, httpRequest({ method, path }));
  expect([404, 405]).not.toContain(status);
});

test.each(['Exchange', 'Discovery'])(
  'D18: %s is called with payload 2.0, for longer than it may take',
  name => {
    expect(propertiesOf(resourcesFor(), `${name}Integration`)).toEqual({
      ApiId: { Ref: 'HttpApi' },
      IntegrationType: 'AWS_PROXY',
      IntegrationUri: { 'Fn::GetAtt': [`${name}LambdaFunction`, 'Arn'] },
      PayloadFormatVersion: '2.0',
      TimeoutInMillis: 29_000,
    });
  },
);

test('this API alone may call the functions, each by its own method', () => {
  const source = (method: string) => ({
    'Fn::Sub': `arn:\${AWS::Partition}:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${HttpApi}/*/${method}/*`,
  });
  const permission = (name: string, method: string) => ({
    FunctionName: { 'Fn::GetAtt': [`${name}LambdaFunction`, 'Arn'] },
    Action: 'lambda:InvokeFunction',
    Principal: 'apigateway.amazonaws.com',
    SourceArn: source(method),
  });
  const permissions = ofType('AWS::Lambda::Permission').map(([id, { Properties }]) => [id, Properties]);
  expect(Object.fromEntries(permissions)).toEqual({
    ExchangePermission: permission('Exchange', 'POST'),
    ExchangeGetPermission: permission('Exchange', 'GET'),
    DiscoveryPermission: permission('Discovery', 'GET'),
  });
});

test.each([
  { name: 'unless it is said otherwise', options: {}, rate: 50, burst: 100 },
  { name: 'as a team says', options: { throttle: { rate: 7, burst: 9 } }, rate: 7, burst: 9 },
])('the gateway throttles, $name', ({ options, rate, burst }) => {
  expect(propertiesOf(resourcesFor({ options }), 'HttpApiStage')).toMatchObject({
    StageName: '$default',
    AutoDeploy: true,
    DefaultRouteSettings: { ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst },
  });
});

describe('the way in', () => {
  const doors = (options: object) => ({
    closed: propertiesOf(resourcesFor({ options }), 'HttpApi')['DisableExecuteApiEndpoint'],
    domain: ofType('AWS::ApiGatewayV2::DomainName', options).length,
    mapping: ofType('AWS::ApiGatewayV2::ApiMapping', options).length,
    record: ofType('AWS::Route53::RecordSet', options).length,
    functionUrl: ofType('AWS::Lambda::Url', options).length,
  });
  const NONE = { closed: false, domain: 0, mapping: 0, record: 0, functionUrl: 0 };

  test.each([
    ['is the address of AWS alone', {}, NONE],
    [
      'is a domain of our own alone, when there is one',
      { domain: DOMAIN },
      { ...NONE, closed: true, domain: 1, mapping: 1 },
    ],
    [
      'has a record, when its zone is here',
      { domain: HOSTED },
      { ...NONE, closed: true, domain: 1, mapping: 1, record: 1 },
    ],
    ['is a Function URL too, when asked for', { functionUrl: true }, { ...NONE, functionUrl: 1 }],
  ])('%s', (_name, options, is) => {
    expect(doors(options)).toEqual(is);
  });

  test('has TLS 1.2 at least, the certificate that was said, and leads to this API', () => {
    const resources = resourcesFor({ options: { domain: HOSTED } });
    expect(propertiesOf(resources, 'Domain')).toEqual({
      DomainName: DOMAIN.name,
      DomainNameConfigurations: [
        { CertificateArn: DOMAIN.certificateArn, EndpointType: 'REGIONAL', SecurityPolicy: 'TLS_1_2' },
      ],
    });
    expect(propertiesOf(resources, 'DomainMapping')).toEqual({
      ApiId: { Ref: 'HttpApi' },
      DomainName: { Ref: 'Domain' },
      Stage: { Ref: 'HttpApiStage' },
    });
    expect(propertiesOf(resources, 'DomainRecord')).toEqual({
      HostedZoneId: HOSTED.hostedZoneId,
      Name: DOMAIN.name,
      Type: 'A',
      AliasTarget: {
        DNSName: { 'Fn::GetAtt': ['Domain', 'RegionalDomainName'] },
        HostedZoneId: { 'Fn::GetAtt': ['Domain', 'RegionalHostedZoneId'] },
      },
    });
  });

  test('as a Function URL opens the exchange to everyone, and nothing else does', () => {
    const resources = resourcesFor({ options: { functionUrl: true } });
    const open = Object.entries(resources).filter(([, { Properties }]) => Properties['Principal'] === '*');
    expect(Object.fromEntries(open.map(([id, { Properties }]) => [id, Properties]))).toEqual({
      ExchangeUrlPermission: {
        FunctionName: { 'Fn::GetAtt': ['ExchangeLambdaFunction', 'Arn'] },
        Principal: '*',
        Action: 'lambda:InvokeFunctionUrl',
        FunctionUrlAuthType: 'NONE',
      },
      ExchangeUrlInvokePermission: {
        FunctionName: { 'Fn::GetAtt': ['ExchangeLambdaFunction', 'Arn'] },
        Principal: '*',
        Action: 'lambda:InvokeFunction',
        InvokedViaFunctionUrl: true,
      },
    });
    const more = Object.keys(resources).filter(id => !Object.hasOwn(resourcesFor(), id));
    expect(more.sort()).toEqual(FUNCTION_URL);
  });
});
