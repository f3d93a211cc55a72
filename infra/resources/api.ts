import { PAGES } from '../../lib/protocols/discovery.ts';
import { DOORS, REGISTRY_ROUTES } from '../../lib/serve.ts';
import {
  getAttribute,
  type Outputs,
  permitInvoke,
  type Resource,
  type Resources,
  refer,
  substitute,
} from '../cloudformation.ts';
import type { DeployOptions } from '../options.ts';
import { ACCESS_LOG } from './logs.ts';

/** Route key → the function that answers it: what the laptop serves, from the same two tables. */
export const ROUTES: { readonly [routeKey: string]: 'Exchange' | 'Discovery' } = {
  // SDKs write the path below /aws/ with a slash at its end and without; only a greedy route is sure to take both.
  ...Object.fromEntries(
    Object.keys(DOORS).map(route => [route.replace(/ \/aws\/.*/, ' /aws/{proxy+}'), 'Exchange']),
  ),
  ...Object.fromEntries([...Object.keys(PAGES), '/errors/{code}'].map(path => [`GET ${path}`, 'Discovery'])),
};

/** Milliseconds; each outer patience is longer than the one inside of it, the function's 26 s (D18). */
const PATIENCE = 29_000;

function nameRoute(routeKey: string): string {
  return `Route${(routeKey.toLowerCase().match(/[a-z0-9]+/g) ?? []).map(word => word.charAt(0).toUpperCase() + word.slice(1)).join('')}`;
}

function createRoute(RouteKey: string, to: string): Resource {
  return {
    Type: 'AWS::ApiGatewayV2::Route',
    Properties: {
      ApiId: refer('HttpApi'),
      RouteKey,
      Target: substitute(`integrations/\${${to}Integration}`),
    },
  };
}

function createIntegration(to: string): Resource {
  return {
    Type: 'AWS::ApiGatewayV2::Integration',
    Properties: {
      ApiId: refer('HttpApi'),
      IntegrationType: 'AWS_PROXY',
      IntegrationUri: getAttribute(`${to}LambdaFunction`, 'Arn'),
      PayloadFormatVersion: '2.0',
      TimeoutInMillis: PATIENCE,
    },
  };
}

/** This API alone; the first * is its stage, and of the routes only those with this method. */
function permitApi(to: string, method: string): Resource {
  const source = `arn:\${AWS::Partition}:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${HttpApi}/*/${method}/*`;
  return permitInvoke(`${to}LambdaFunction`, 'apigateway.amazonaws.com', substitute(source));
}

function createStage(throttle: DeployOptions['throttle']): Resource {
  return {
    Type: 'AWS::ApiGatewayV2::Stage',
    Properties: {
      ApiId: refer('HttpApi'),
      StageName: '$default',
      AutoDeploy: true,
      DefaultRouteSettings: { ThrottlingRateLimit: throttle.rate, ThrottlingBurstLimit: throttle.burst },
      AccessLogSettings: {
        DestinationArn: getAttribute('AccessLogGroup', 'Arn'),
        Format: JSON.stringify(ACCESS_LOG),
      },
    },
  };
}

function createDomain(domain: NonNullable<DeployOptions['domain']>): Resources {
  return {
    Domain: {
      Type: 'AWS::ApiGatewayV2::DomainName',
      Properties: {
        DomainName: domain.name,
        DomainNameConfigurations: [
          { CertificateArn: domain.certificateArn, EndpointType: 'REGIONAL', SecurityPolicy: 'TLS_1_2' },
        ],
      },
    },
    DomainMapping: {
      Type: 'AWS::ApiGatewayV2::ApiMapping',
      Properties: { ApiId: refer('HttpApi'), DomainName: refer('Domain'), Stage: refer('HttpApiStage') },
    },
  };
}

function createDomainRecord(domain: NonNullable<DeployOptions['domain']>): Resources {
  const { hostedZoneId, name } = domain;
  if (hostedZoneId === undefined) return {};
  const AliasTarget = {
    DNSName: getAttribute('Domain', 'RegionalDomainName'),
    HostedZoneId: getAttribute('Domain', 'RegionalHostedZoneId'),
  };
  const Properties = { HostedZoneId: hostedZoneId, Name: name, Type: 'A', AliasTarget };
  return { DomainRecord: { Type: 'AWS::Route53::RecordSet', Properties } };
}

/** Only when asked for: it is public by its nature, and neither throttled nor logged at a gateway. */
function createFunctionUrl(): Resources {
  const TargetFunctionArn = getAttribute('ExchangeLambdaFunction', 'Arn');
  const permitEveryone = (properties: object): Resource => ({
    Type: 'AWS::Lambda::Permission',
    Properties: { FunctionName: TargetFunctionArn, Principal: '*', ...properties },
  });
  return {
    ExchangeUrl: {
      Type: 'AWS::Lambda::Url',
      Properties: { TargetFunctionArn, AuthType: 'NONE', InvokeMode: 'BUFFERED' },
    },
    // Both are needed since October 2025: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
    ExchangeUrlPermission: permitEveryone({
      Action: 'lambda:InvokeFunctionUrl',
      FunctionUrlAuthType: 'NONE',
    }),
    ExchangeUrlInvokePermission: permitEveryone({
      Action: 'lambda:InvokeFunction',
      InvokedViaFunctionUrl: true,
    }),
  };
}

/** By the name under which the Serverless Framework looks for it, so that it is shown after a deployment. */
export const functionUrlOutput: Outputs = {
  ExchangeLambdaFunctionUrl: {
    Description: 'Where the exchange answers beside the API',
    Value: getAttribute('ExchangeUrl', 'FunctionUrl'),
  },
};

/**
 * The HTTP API as resources of our own. The Serverless Framework's httpApi events have no throttling, no domain and
 * no access log of other names than theirs, and let the whole API invoke each function.
 */
export function createApi(options: DeployOptions, images: boolean): Resources {
  const { domain, throttle, functionUrl: url } = options;
  // Where clients of images get the token of their registry.
  const ofImages = (images ? REGISTRY_ROUTES : []).map(key => [key, 'Exchange'] as const);
  const routes = [...Object.entries(ROUTES), ...ofImages];
  return {
    HttpApi: {
      Type: 'AWS::ApiGatewayV2::Api',
      Properties: {
        Name: refer('AWS::StackName'),
        ProtocolType: 'HTTP',
        // With a domain of our own there is one way in, so that nobody goes around what stands before it.
        DisableExecuteApiEndpoint: domain !== undefined,
      },
    },
    HttpApiStage: createStage(throttle),
    ExchangeIntegration: createIntegration('Exchange'),
    DiscoveryIntegration: createIntegration('Discovery'),
    ExchangePermission: permitApi('Exchange', 'POST'),
    ExchangeGetPermission: permitApi('Exchange', 'GET'),
    DiscoveryPermission: permitApi('Discovery', 'GET'),
    ...Object.fromEntries(routes.map(([key, to]) => [nameRoute(key), createRoute(key, to)])),
    ...(domain ? { ...createDomain(domain), ...createDomainRecord(domain) } : {}),
    ...(url ? createFunctionUrl() : {}),
  };
}
