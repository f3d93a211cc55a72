import { describe, expect, test } from 'vitest';
import type { IamPolicy } from '../../infra/cloudformation.ts';
import { measurePolicy } from '../../infra/resources/roles.ts';
import { createTemplate } from '../../infra/template.ts';
import {
  arnOf,
  inputOf,
  ORGANIZATION,
  objectsIn,
  refusedFor,
  resourcesFor,
  STACK,
  templateFor,
} from '../harness/deploy.ts';

const EVERYTHING = {
  domain: {
    name: 'sts.test.example',
    certificateArn: 'arn:aws:acm:eu-west-1:123456789012:certificate/c',
    hostedZoneId: 'Z0123456789',
  },
  alarms: { snsTopicArn: 'arn:aws:sns:eu-west-1:123456789012:oncall' },
  reservedConcurrency: 20,
  functionUrl: true,
  signing: 'sealed',
  signingKey: 'second',
};

function KEYS(...ids: string[]) {
  return {
    KITE_STS_SIGNING_KEYS: { 'Fn::Join': [',', ids.map(id => ({ 'Fn::GetAtt': [id, 'Arn'] }))] },
    KITE_STS_LOG_LEVEL: 'info',
  };
}

const REMEMBERING = {
  KITE_STS_SWITCH_TABLE: { Ref: 'SwitchTable' },
  KITE_STS_IDENTITY_TABLE: { Ref: 'IdentityTable' },
};

describe('a function is deployed', () => {
  const SAME = {
    runtime: 'nodejs24.x',
    architecture: 'arm64',
    memorySize: 512,
    timeout: 26,
    versionFunction: false,
    environment: KEYS('FirstSigningKey', 'SecondSigningKey'),
  };

  test('D18: exchange, with its own role, after all of its rights', () => {
    expect(templateFor().functions.exchange).toEqual({
      ...SAME,
      environment: { ...SAME.environment, ...REMEMBERING },
      role: { 'Fn::Sub': '${ExchangeRole.Arn}' },
      dependsOn: ['ExchangeRights', 'SignWithFirstKey'],
    });
  });

  test('D18: discovery, with a role of its own', () => {
    expect(templateFor().functions.discovery).toEqual({
      ...SAME,
      role: { 'Fn::Sub': '${DiscoveryRole.Arn}' },
      dependsOn: ['DiscoveryRights'],
    });
  });

  test('with concurrency set aside for exchanges alone', () => {
    const { exchange, discovery } = templateFor({ options: { reservedConcurrency: 20 } }).functions;
    expect([exchange, discovery].map(each => each.reservedConcurrency)).toEqual([20, undefined]);
  });

  test('T52: with the signing key first, and the other one published too', () => {
    const { exchange, discovery } = templateFor({ options: { signingKey: 'second' } }).functions;
    expect([exchange, discovery].map(({ environment }) => environment)).toEqual([
      { ...KEYS('SecondSigningKey', 'FirstSigningKey'), ...REMEMBERING },
      KEYS('SecondSigningKey', 'FirstSigningKey'),
    ]);
  });
});

test('the outputs are the address, the keys and the role that targets trust', () => {
  const { Outputs } = templateFor().resources;
  expect(Object.fromEntries(Object.entries(Outputs).map(([id, { Value }]) => [id, Value]))).toEqual({
    Url: { 'Fn::Sub': 'https://${HttpApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}' },
    ExchangeRoleArn: { 'Fn::GetAtt': ['ExchangeRole', 'Arn'] },
    FirstSigningKeyArn: { 'Fn::GetAtt': ['FirstSigningKey', 'Arn'] },
    SecondSigningKeyArn: { 'Fn::GetAtt': ['SecondSigningKey', 'Arn'] },
  });
});

test('with a domain of our own, the address is that', () => {
  expect(templateFor({ options: EVERYTHING }).resources.Outputs['Url']?.Value).toBe(
    'https://sts.test.example',
  );
});

/** The ids that a template speaks of, but for what CloudFormation itself knows. */
function spokenOf(value: unknown): string[] {
  return objectsIn(value)
    .flatMap(each => {
      const {
        Ref,
        'Fn::GetAtt': got,
        'Fn::Sub': text,
        DependsOn,
        dependsOn,
      } = each as Record<string, unknown>;
      const inText =
        typeof text === 'string' ? [...text.matchAll(/\$\{([^}.]+)/g)].map(found => found[1]) : [];
      return [Ref, (got as unknown[] | undefined)?.[0], ...inText, DependsOn ?? [], dependsOn ?? []].flat();
    })
    .filter((id): id is string => typeof id === 'string' && !id.startsWith('AWS::'));
}

test.each([
  { name: 'with nothing asked for', options: {} },
  { name: 'with everything asked for', options: EVERYTHING },
])('$name, no part names one that is not there', ({ options }) => {
  const whole = templateFor({ options });
  const made = [
    'ExchangeLambdaFunction',
    'DiscoveryLambdaFunction',
    'RotationLambdaFunction',
    ...Object.keys(whole.resources.Resources),
  ];
  expect(spokenOf(whole).filter(id => !made.includes(id))).toEqual([]);
});

test('the same targets in another order, some named twice, give the same template to the byte', () => {
  const [a, b] = [arnOf('a'), arnOf('b')];
  const texts = [
    [a, b],
    [b, a],
    [b, a, b],
  ].map(targets => JSON.stringify(templateFor({ targets, options: { dashboard: false } })));
  expect(new Set(texts).size).toBe(1);
});

test('a template is plain data: JSON keeps all of it', () => {
  const resources = resourcesFor({ options: EVERYTHING });
  expect(JSON.parse(JSON.stringify(resources))).toEqual(resources);
});

test('T44: what cannot be deployed is thrown, also when nobody asked for complaints', () => {
  const targets = Array.from({ length: 1500 }, (_, index) => arnOf(`a-long-name-of-a-target-role-${index}`));
  expect(refusedFor({ targets })).toEqual(['too-many serverless.yml custom.kiteSts.targets']);
  expect(() => createTemplate(inputOf({ targets }))).toThrow(
    /^serverless\.yml custom\.kiteSts\.targets:1:1 {2}too-many/,
  );
});

describe('I6: the template for', () => {
  /** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html and IAM's page of quotas. */
  const QUOTAS = {
    bytes: 1_000_000,
    resources: 500,
    outputs: 200,
    inline: 10_240,
    managed: 6144,
    policies: 10,
  };
  const PATTERNS = { targets: ['arn:aws:iam::*:role/deploy-*'], orgId: ORGANIZATION };

  const sizesOf = (count: number, options: object) => {
    const targets = Array.from({ length: count }, (_, index) =>
      arnOf(`deploy-${index}-prod`, String(200_000_000_000 + index)),
    );
    const { resources } = templateFor({ targets, options });
    const of = (type: string): IamPolicy[] =>
      Object.values(resources.Resources)
        .filter(({ Type }) => Type === `AWS::IAM::${type}`)
        .map(({ Properties }) => Properties['PolicyDocument'] as IamPolicy);
    const inline = resources.Resources['ExchangeRights']?.Properties['PolicyDocument'] as IamPolicy;
    const managed = of('ManagedPolicy');
    return {
      bytes: Buffer.byteLength(JSON.stringify(resources)),
      resources: Object.keys(resources.Resources).length,
      outputs: Object.keys(resources.Outputs).length,
      inline: measurePolicy(inline, STACK),
      managed: Math.max(0, ...managed.map(each => measurePolicy(each, STACK))),
      policies: managed.length,
    };
  };

  test.each([
    { count: 1, options: {}, policies: 0 },
    { count: 100, options: {}, policies: 0 },
    { count: 1000, options: {}, policies: 10 },
    { count: 5000, options: PATTERNS, policies: 0 },
  ])('$count roles keeps to every quota', ({ count, options, policies }) => {
    const sizes = sizesOf(count, options);
    const over = Object.entries(QUOTAS).filter(([what, most]) => sizes[what as keyof typeof sizes] > most);
    expect(over).toEqual([]);
    expect(sizes.policies).toBe(policies);
  });
});
