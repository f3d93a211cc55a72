import { readFileSync } from 'node:fs';
import process from 'node:process';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { writeChallenge } from '../../../../lib/protocols/registry.ts';

type Json = { readonly [name: string]: unknown };

const { Resources, Outputs, Parameters } = parse(
  readFileSync('infra/targets/aws/kite-sts-registry.yml', 'utf8'),
) as {
  readonly Parameters: { readonly [name: string]: Json };
  readonly Resources: {
    readonly [id: string]: { readonly Type: string; readonly Condition?: string; readonly Properties: Json };
  };
  readonly Outputs: { readonly [id: string]: { readonly Value: unknown } };
};

describe('the authorizer', () => {
  test('is asked for each request: nothing is kept, and there is nothing to keep it by', () => {
    expect(Resources['Authorizer']?.Properties).toEqual({
      ApiId: { Ref: 'HttpApiId' },
      Name: 'kite-sts',
      AuthorizerType: 'REQUEST',
      AuthorizerPayloadFormatVersion: '2.0',
      EnableSimpleResponses: true,
      AuthorizerResultTtlInSeconds: 0,
      AuthorizerUri: {
        'Fn::Sub':
          'arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${AuthorizerArn}/invocations',
      },
    });
  });

  test('may be called by this authorizer of this API, and by nobody else', () => {
    expect(Resources['AuthorizerPermission']?.Properties).toEqual({
      FunctionName: { Ref: 'AuthorizerArn' },
      Action: 'lambda:InvokeFunction',
      Principal: 'apigateway.amazonaws.com',
      SourceArn: {
        'Fn::Sub':
          'arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${HttpApiId}/authorizers/${Authorizer}',
      },
    });
  });

  test('is told by its id, for the routes', () => {
    expect(Outputs['AuthorizerId']?.Value).toEqual({ Ref: 'Authorizer' });
  });
});

describe('the open route of Docker', () => {
  const { ZipFile } = (Resources['Challenge']?.Properties['Code'] ?? {}) as Json;
  const handler = new Function('exports', `${ZipFile}; return exports.handler;`)({}) as (
    event: Json,
  ) => Promise<{ readonly statusCode: number; readonly headers: Json; readonly body: string }>;

  test('sends clients to the token door of the broker that it was told of, whatever Host they name', async () => {
    const realm = 'https://sts.acme.example/registry/token';
    process.env['REALM'] = realm;
    const { statusCode, headers } = await handler({ headers: { host: 'evil.example' } });
    const challenge = writeChallenge({ images: true, service: undefined, access: [] }, realm);
    expect([statusCode, headers['www-authenticate']]).toEqual([401, challenge]);
  });

  test('says that it is ready to whoever sends something', async () => {
    const { statusCode, headers } = await handler({ headers: { authorization: 'Bearer a.b.c' } });
    expect([statusCode, headers['www-authenticate']]).toEqual([200, undefined]);
    expect(headers['docker-distribution-api-version']).toBe('registry/2.0');
  });

  test('is the only one that needs no authorizer, and leads to nothing that has any right', () => {
    const routes = Object.values(Resources).filter(({ Type }) => Type === 'AWS::ApiGatewayV2::Route');
    expect(routes.map(({ Properties }) => [Properties['RouteKey'], Properties['AuthorizationType']])).toEqual(
      [['GET /v2/', 'NONE']],
    );
    expect(Object.keys(Resources['ChallengeRole']?.Properties ?? {})).toEqual(['AssumeRolePolicyDocument']);
  });

  test('is left out where no images are held', () => {
    const challenging = Object.entries(Resources).filter(([id]) => id.startsWith('Challenge'));
    expect(challenging.map(([, { Condition }]) => Condition)).toEqual(challenging.map(() => 'Challenges'));
    expect(Parameters['DockerChallenge']?.['AllowedValues']).toEqual(['yes', 'no']);
  });
});
