import { describe, expect, test } from 'vitest';
import type { IamPolicy } from '../../../infra/cloudformation.ts';
import { INLINE_LIMIT } from '../../../infra/resources/placement.ts';
import { measureExchange, measurePolicy } from '../../../infra/resources/roles.ts';
import { arnOf, propertiesOf, resourcesFor, STACK, statementsOf } from '../../harness/deploy.ts';

const LAMBDA = {
  Sid: 'Lambda',
  Effect: 'Allow',
  Principal: { Service: 'lambda.amazonaws.com' },
  Action: ['sts:AssumeRole'],
};
function arn(id: string) {
  return { 'Fn::GetAtt': [id, 'Arn'] };
}
function ownLogs(group: string) {
  return {
    Sid: 'WriteOwnLogs',
    Effect: 'Allow',
    Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    Resource: [arn(group)],
  };
}
const PUBLIC_KEYS = {
  Sid: 'ReadPublicKeys',
  Effect: 'Allow',
  Action: ['kms:GetPublicKey'],
  Resource: [arn('FirstSigningKey'), arn('SecondSigningKey')],
};
function signWith(key: string) {
  return {
    Sid: 'Sign',
    Effect: 'Allow',
    Action: ['kms:Sign'],
    Resource: [arn(key)],
    Condition: {
      StringEquals: {
        'kms:SigningAlgorithm': 'RSASSA_PKCS1_V1_5_SHA_256',
        'kms:MessageType': ['DIGEST', 'RAW'],
      },
    },
  };
}
function become(...arns: string[]) {
  return {
    Sid: 'BecomeTargets',
    Effect: 'Allow',
    Action: ['sts:AssumeRole', 'sts:SetSourceIdentity', 'sts:TagSession'],
    Resource: arns,
  };
}

const REMEMBER = {
  Sid: 'RememberSessions',
  Effect: 'Allow',
  Action: ['dynamodb:GetItem', 'dynamodb:PutItem'],
  Resource: [arn('IdentityTable')],
};

const SWITCHES = {
  Sid: 'ReadSwitches',
  Effect: 'Allow',
  Action: ['dynamodb:Scan'],
  Resource: [arn('SwitchTable')],
};

/** Every right of a role, by the resource that gives it. */
function rightsOf(role: string, asked?: Parameters<typeof resourcesFor>[0]) {
  return Object.fromEntries(
    Object.entries(resourcesFor(asked)).flatMap(([id, { Type, Properties }]) =>
      Type === 'AWS::IAM::Policy' && JSON.stringify(Properties['Roles']) === JSON.stringify([{ Ref: role }])
        ? [[id, (Properties['PolicyDocument'] as IamPolicy).Statement]]
        : [],
    ),
  );
}

const GUID = '11111111-2222-4333-8444-555555555555';

describe('T44: the rights of the exchange are exactly', () => {
  const always = [ownLogs('ExchangeLogGroup'), PUBLIC_KEYS, SWITCHES];
  const [a, b] = [arnOf('a'), arnOf('team/b', '210987654321')];
  const ExchangeRights = [...always, REMEMBER, become(a)];

  test.each([
    {
      name: 'its targets, its logs and its key, for roles of both kinds',
      asked: { targets: [a] },
      rights: { ExchangeRights, SignWithFirstKey: [signWith('FirstSigningKey')] },
    },
    {
      name: 'no key to sign with, where no role needs our signature',
      asked: { targets: [a], jwt: false },
      rights: { ExchangeRights },
    },
    {
      name: 'no role to become, where no role of kite-sts is for AWS',
      asked: { targets: [] },
      rights: { ExchangeRights: always, SignWithFirstKey: [signWith('FirstSigningKey')] },
    },
    ...[
      `aws: { role_arn: ${a}, via: web_identity }`,
      'gcp: { audience: //iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/providers/kite-sts }',
      `azure: { tenant_id: ${GUID}, client_id: ${GUID}, scope: "https://management.azure.com/.default" }`,
    ].map(yaml => ({
      name: `a key to sign with and nobody to become, for ${yaml.split(' ', 1)[0]} by our JWT`,
      asked: { targets: [], jwt: false, also: [yaml] },
      rights: {
        ExchangeRights: yaml.startsWith('aws') ? [...always, REMEMBER] : always,
        SignWithFirstKey: [signWith('FirstSigningKey')],
      },
    })),
    {
      name: 'each target once, paths and all, in order',
      asked: { targets: [b, a, b], jwt: false },
      rights: { ExchangeRights: [...always, REMEMBER, become(a, b)] },
    },
    {
      name: 'the other key to sign with, after a rotation',
      asked: { targets: [a], options: { signingKey: 'second' } },
      rights: { ExchangeRights, SignWithSecondKey: [signWith('SecondSigningKey')] },
    },
    {
      name: 'targets inside of the organization, where one is named',
      asked: { targets: [a], jwt: false, options: { orgId: 'o-a1b2c3d4e5' } },
      rights: {
        ExchangeRights: [
          ...always,
          REMEMBER,
          { ...become(a), Condition: { StringEquals: { 'aws:ResourceOrgID': 'o-a1b2c3d4e5' } } },
        ],
      },
    },
  ])('$name', ({ asked, rights }) => {
    expect(rightsOf('ExchangeRole', asked)).toEqual(rights);
  });
});

test('the rights of discovery are its logs and the public keys', () => {
  expect(rightsOf('DiscoveryRole')).toEqual({ DiscoveryRights: [ownLogs('DiscoveryLogGroup'), PUBLIC_KEYS] });
});

test.each(['ExchangeRole', 'DiscoveryRole', 'RotationRole'])(
  '%s is for Lambda alone, and has no right by another way',
  role => {
    const { RoleName: _, ...properties } = propertiesOf(
      resourcesFor({ options: { signing: 'sealed' } }),
      role,
    );
    expect(properties).toEqual({ AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [LAMBDA] } });
  },
);

test('the role that targets trust has a name that is known before anything is deployed', () => {
  expect(propertiesOf(resourcesFor(), 'ExchangeRole')['RoleName']).toEqual({
    'Fn::Sub': '${AWS::StackName}-${AWS::Region}-exchange',
  });
});

describe('among all statements that allow', () => {
  const all = statementsOf(resourcesFor({ options: { functionUrl: true, signing: 'sealed' } }));
  // What denies is held in table.test.ts.
  const statements = [...all].filter(([, { Effect }]) => Effect === 'Allow');

  test('no action has a wildcard', () => {
    const actions = statements.flatMap(([, { Action }]) => Action);
    expect(actions.length).toBeGreaterThan(10);
    expect(actions.filter(action => !/^[a-z]+:[A-Za-z]+$/.test(action))).toEqual([]);
  });

  test('a wildcard stands for a resource only where AWS takes nothing else', () => {
    const KEY_ITSELF =
      'the key whose own policy it is: https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html';
    const WHY: { readonly [statement: string]: string } = {
      'FirstSigningKey Administer': KEY_ITSELF,
      'FirstSigningKey Publish': KEY_ITSELF,
      'FirstSigningKey Sign': KEY_ITSELF,
      'SealingKey Administer': KEY_ITSELF,
      'SealingKey Make': KEY_ITSELF,
      'SealingKey Open': KEY_ITSELF,
      'SecondSigningKey Administer': KEY_ITSELF,
      'SecondSigningKey Publish': KEY_ITSELF,
      'SecondSigningKey Sign': KEY_ITSELF,
    };
    const wild = statements.filter(([, { Resource }]) => JSON.stringify(Resource ?? '').includes('*'));
    expect(wild.map(([name]) => name).sort()).toEqual(Object.keys(WHY));
  });

  test('no principal is everyone', () => {
    const principals = statements.map(([, { Principal }]) => JSON.stringify(Principal ?? ''));
    expect(principals.filter(principal => principal.includes('*'))).toEqual([]);
  });
});

describe('the size of the policies', () => {
  const bare = { Version: '2012-10-17', Statement: [] } as const;
  const logs = (Resource: unknown) => ({ ...bare, Statement: [{ ...ownLogs(''), Resource: [Resource] }] });

  test('is what IAM counts: every character but white space', () => {
    const spaced = { ...bare, Statement: [{ ...become(arnOf('a')), Sid: 'a b\tc' }] } as IamPolicy;
    const solid = { ...bare, Statement: [{ ...become(arnOf('a')), Sid: 'ab\\tc' }] } as IamPolicy;
    expect(measurePolicy(spaced, STACK)).toBe(JSON.stringify(solid).length - 1);
  });

  test('takes what is filled in on deployment as long as it will be', () => {
    const filled = 'arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/kite-sts-prod-exchange:*';
    expect(measurePolicy(logs(arn('ExchangeLogGroup')) as unknown as IamPolicy, STACK)).toBe(
      JSON.stringify(logs(filled)).length,
    );
  });

  test('is longer in a region, and for a service, of longer names', () => {
    const document = logs(arn('ExchangeLogGroup')) as unknown as IamPolicy;
    const stack = { name: 'other', prefix: `${STACK.prefix}-longer`, region: 'us-gov-west-1' };
    expect(measurePolicy(document, stack)).toBe(
      measurePolicy(document, STACK) + '-longer'.length + '-us-gov'.length + 1,
    );
  });

  test('has room for both keys, since a rotation has the rights of both for a while', () => {
    const documents = ['first', 'second'].flatMap(signingKey =>
      Object.values(resourcesFor({ targets: [], options: { signingKey } }))
        .filter(
          ({ Type, Properties }) => Type === 'AWS::IAM::Policy' && Properties['PolicyName'] !== 'Discovery',
        )
        .map(({ Properties }) => Properties['PolicyDocument'] as IamPolicy),
    );
    const once = [...new Map(documents.map(each => [JSON.stringify(each), each])).values()];
    expect(once).toHaveLength(3);
    expect(measureExchange(STACK)).toBe(once.reduce((sum, each) => sum + measurePolicy(each, STACK), 0));
  });

  test('leaves room for more than a hundred targets', () => {
    const targets = Array.from({ length: 100 }, (_, index) =>
      arnOf(`deploy-the-service-with-number-${index}`),
    );
    expect(measureExchange(STACK, become(...targets) as never)).toBeLessThan(INLINE_LIMIT);
  });
});
