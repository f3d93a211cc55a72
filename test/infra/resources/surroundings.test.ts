import { describe, expect, test } from 'vitest';
import type { IamPolicy } from '../../../infra/cloudformation.ts';
import { INLINE_LIMIT } from '../../../infra/resources/placement.ts';
import { measureExchange, measurePolicy } from '../../../infra/resources/roles.ts';
import { arnOf, resourcesFor, STACK, statementsOf, templateFor } from '../../harness/deploy.ts';

const BOUNDARY = 'arn:aws:iam::111122223333:policy/boundary';
const WHOLE = {
  iam: { role: { permissionsBoundary: BOUNDARY, path: '/ci/', tags: { team: 'platform' } } },
  vpc: { securityGroupIds: ['sg-1'], subnetIds: ['subnet-1'] },
  tracing: { lambda: true },
  architecture: 'x86_64',
};
const asked = { provider: WHOLE, options: { signing: 'sealed' } };
function rolesIn(resources: ReturnType<typeof resourcesFor>) {
  return Object.entries(resources).filter(([, { Type }]) => Type === 'AWS::IAM::Role');
}

describe('I3: what provider says', () => {
  test('every role has: boundary, path and tags', () => {
    const roles = rolesIn(resourcesFor(asked));
    expect(roles.map(([id]) => id)).toContain('RotationRole');
    for (const [, { Properties }] of roles)
      expect(Properties).toMatchObject({
        PermissionsBoundary: BOUNDARY,
        Path: '/ci/',
        Tags: [{ Key: 'team', Value: 'platform' }],
      });
  });

  test('policies of many targets have the path', () => {
    const targets = Array.from({ length: 300 }, (_, index) => arnOf(`deploy-service-${index}`));
    expect(resourcesFor({ ...asked, targets })['Targets1']?.Properties).toMatchObject({ Path: '/ci/' });
  });

  test('every role may join the network and tell X-Ray, before a function is made', () => {
    const { functions, resources } = templateFor(asked);
    const rights = resources.Resources['ProviderRights']?.Properties;
    expect(rights?.['Roles']).toEqual(rolesIn(resources.Resources).map(([id]) => ({ Ref: id })));
    for (const { dependsOn, architecture } of Object.values(functions)) {
      expect(dependsOn).toContain('ProviderRights');
      expect(architecture).toBe('x86_64');
    }
  });

  test.each([
    { provider: { vpc: WHOLE.vpc }, sids: ['JoinNetwork', 'NotByOwnCode'] },
    { provider: { tracing: WHOLE.tracing }, sids: ['TellXRay'] },
    { provider: {}, sids: [] },
  ])('rights are no more than it needs: $sids', ({ provider, sids }) => {
    const names = [...statementsOf(resourcesFor({ provider })).keys()];
    expect(names.filter(name => name.startsWith('ProviderRights '))).toEqual(
      sids.map(sid => `ProviderRights ${sid}`),
    );
  });

  test('the function’s own code may not touch the network’s interfaces', () => {
    const statements = statementsOf(resourcesFor(asked));
    const [joins, denied] = ['JoinNetwork', 'NotByOwnCode'].map(sid =>
      statements.get(`ProviderRights ${sid}`),
    );
    expect(denied).toMatchObject({
      Effect: 'Deny',
      Action: joins?.Action,
      Condition: { ArnLike: { 'lambda:SourceFunctionArn': expect.anything() } },
    });
  });

  test('I6: the room for targets is less by these rights', () => {
    const targets = Array.from({ length: 120 }, (_, index) => arnOf(`deploy-service-of-a-team-${index}`));
    const resources = resourcesFor({ provider: WHOLE, targets, jwt: false });
    const inline = ['ExchangeRights', 'ProviderRights'].map(id =>
      measurePolicy(resources[id]?.Properties['PolicyDocument'] as IamPolicy, STACK),
    );
    // With what a rotation of keys adds for a while.
    const both =
      measureExchange(STACK) -
      measurePolicy(
        resourcesFor({ targets: [], jwt: false })['ExchangeRights']?.Properties[
          'PolicyDocument'
        ] as IamPolicy,
        STACK,
      );
    expect(inline.reduce((sum, each) => sum + each, both)).toBeLessThanOrEqual(INLINE_LIMIT);
  });
});
