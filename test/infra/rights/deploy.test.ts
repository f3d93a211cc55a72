import { describe, expect, test } from 'vitest';
import { findBoundaryArn } from '../../../infra/input.ts';
import { listDeployActions, TYPE_ACTIONS, VPC_ACTIONS } from '../../../infra/rights/actions.ts';
import { createBoundary } from '../../../infra/rights/boundary.ts';
import { createDeployRights, listResourceTypes, splitRights } from '../../../infra/rights/deploy.ts';
import type { Right } from '../../../infra/rights/sections.ts';
import { fillReferences } from '../../../infra/stack.ts';
import { createTemplate } from '../../../infra/template.ts';
import { inputOf, STACK, statementsOf } from '../../harness/deploy.ts';
import { code, read, rowsOf } from '../../harness/markdown.ts';
import { allows } from '../../harness/rights.ts';
import { ACCOUNT, EVERYTHING } from '../../harness/whole.ts';

const PAGE = 'docs/guides/rights-to-deploy.md';
const POLICY = 'docs/guides/deploy-policy.json';
const whole = inputOf(EVERYTHING);
const BOUNDARY = findBoundaryArn(whole, ACCOUNT);
function rightsOf(asked: Parameters<typeof inputOf>[0]): readonly Right[] {
  return createDeployRights(inputOf(asked), ACCOUNT).Statement;
}
function sidsOf(asked: Parameters<typeof inputOf>[0]): string[] {
  return rightsOf(asked).map(({ Sid }) => Sid);
}
const all = rightsOf(EVERYTHING);

describe('I2: the rights to deploy', () => {
  test('are those that the guide shows, action by action', () => {
    expect(read(PAGE)).toContain('(deploy-policy.json)');
    expect(JSON.parse(read(POLICY))).toEqual(createDeployRights(whole, ACCOUNT));
  });

  test('are explained there, each by its name, with the option that it is for', () => {
    const rows = rowsOf(PAGE, 'right').map(([right = '', when = '']) => [code(right), when] as const);
    expect(rows.map(([sid]) => sid)).toEqual(all.map(({ Sid }) => Sid));
    const always = sidsOf({});
    expect(rows.filter(([, when]) => when === 'always').map(([sid]) => sid)).toEqual(always);
  });

  test.each([
    { asked: { options: { signing: 'sealed' } }, adds: ['Schedule'] },
    { asked: { options: { dashboard: false } }, lacks: ['Dashboard'] },
    { asked: { options: { domain: EVERYTHING.options.domain } }, adds: ['Domain', 'RecordDone', 'Record'] },
    { asked: { provider: EVERYTHING.provider }, adds: ['Network'] },
    { asked: { targets: EVERYTHING.targets }, adds: ['AttachManyTargets', 'PoliciesOfManyTargets'] },
  ])('are the least that is needed: $adds$lacks', ({ asked, adds = [], lacks = [] }) => {
    const [before, after] = [sidsOf({}), sidsOf(asked)];
    expect(after.filter(sid => !before.includes(sid))).toEqual(adds);
    expect(before.filter(sid => !after.includes(sid))).toEqual(lacks);
  });

  test('for a Lambda URL are three more, on the functions', () => {
    const count = (asked: object): number =>
      rightsOf(asked).find(({ Sid }) => Sid === 'Functions')?.Action.length ?? 0;
    expect(count({ options: { functionUrl: true } }) - count({})).toBe(4);
  });

  test('have each action of each type that is deployed, on something', () => {
    const given = new Set(all.filter(({ Effect }) => Effect === 'Allow').flatMap(({ Action }) => Action));
    const needed = listResourceTypes(whole).flatMap(type =>
      listDeployActions(TYPE_ACTIONS[type]?.given ?? {}),
    );
    expect(needed.filter(action => !given.has(action))).toEqual([]);
  });

  test('have no wildcard in an action', () => {
    expect(all.flatMap(({ Action }) => Action).filter(action => /[*?]/.test(action))).toEqual([]);
  });

  test('name no resource where AWS takes none, and there alone', () => {
    const wild = all.filter(({ Effect, Resource }) => Effect === 'Allow' && Resource.includes('*'));
    expect(wild.map(({ Sid }) => Sid)).toEqual(['Template', 'Look', 'Network', 'AccessLog']);
  });

  test('fit into managed policies of a role, none lost', () => {
    const parts = splitRights(createDeployRights(whole, ACCOUNT));
    expect(parts.length).toBeLessThanOrEqual(4);
    expect(parts.map(part => JSON.stringify(part).length).filter(size => size > 6144)).toEqual([]);
    expect(parts.flatMap(({ Statement }) => Statement)).toEqual(all);
  });

  test('do not reach into a target account', () => {
    expect(all.flatMap(({ Action }) => Action).filter(action => action.startsWith('sts:'))).toEqual([]);
  });
});

describe('the table of types', () => {
  test.each(Object.entries(TYPE_ACTIONS))(
    '%s gives no action twice, and none that it leaves out',
    (_, type) => {
      const given = listDeployActions(type.given);
      expect(type.without === undefined || type.why !== undefined).toBe(true);
      expect(new Set([...given, ...listDeployActions(type.without ?? {})]).size).toBe(
        given.length + listDeployActions(type.without ?? {}).length,
      );
    },
  );

  test('gives nobody rights to items of tables', () => {
    const actions = all.flatMap(({ Action }) => Action);
    expect(actions.filter(action => /^dynamodb:(.*Item|Scan|Query|PartiQL.*)$/.test(action))).toEqual([]);
  });

  test('has what a VPC needs beside it', () => {
    expect(all.find(({ Sid }) => Sid === 'Network')?.Action).toEqual([...VPC_ACTIONS].sort());
  });
});

describe('T83: these rights make nothing beyond the boundary', () => {
  const OURS = `arn:aws:iam::${ACCOUNT}:role/${STACK.name}-${STACK.region}-exchange`;
  const FOREIGN = `arn:aws:iam::${ACCOUNT}:role/admin`;
  const TARGETS = `arn:aws:iam::${ACCOUNT}:policy/${STACK.name}-${STACK.region}-targets-1`;
  const ADMINISTRATOR = 'arn:aws:iam::aws:policy/AdministratorAccess';
  const USER = `arn:aws:iam::${ACCOUNT}:user/me`;
  /** All by which IAM changes who may do what. */
  const WRITES = [
    'AddUserToGroup AttachGroupPolicy AttachRolePolicy AttachUserPolicy CreateAccessKey CreateGroup CreateInstanceProfile',
    'CreateLoginProfile CreateOpenIDConnectProvider CreatePolicy CreatePolicyVersion CreateRole CreateSAMLProvider CreateUser',
    'DeletePolicy DeletePolicyVersion DeleteRole DeleteRolePermissionsBoundary DeleteRolePolicy DetachRolePolicy PassRole',
    'PutGroupPolicy PutRolePermissionsBoundary PutRolePolicy PutUserPermissionsBoundary PutUserPolicy SetDefaultPolicyVersion',
    'UpdateAssumeRolePolicy UpdateLoginProfile UpdateOpenIDConnectProviderThumbprint UpdateSAMLProvider AddRoleToInstanceProfile',
  ]
    .join(' ')
    .split(' ')
    .map(action => `iam:${action}`);

  const isAllowed = (action: string, resource: string, keys: { readonly [key: string]: string }): boolean => {
    const attempt = { action, resource, keys };
    const of = (effect: string) => all.filter(({ Effect }) => Effect === effect) as never;
    return allows(of('Allow'), attempt) && !allows(of('Deny'), attempt);
  };

  const tries = WRITES.flatMap(action =>
    [OURS, FOREIGN, TARGETS, BOUNDARY, ADMINISTRATOR, USER].flatMap(resource =>
      [BOUNDARY, ADMINISTRATOR, undefined].flatMap(bound =>
        [TARGETS, ADMINISTRATOR].flatMap(attached =>
          ['lambda.amazonaws.com', 'ec2.amazonaws.com'].map(service => ({
            action,
            resource,
            bound,
            attached,
            service,
          })),
        ),
      ),
    ),
  );
  const allowed = tries.filter(({ action, resource, bound, attached, service }) =>
    isAllowed(action, resource, {
      ...(bound === undefined ? {} : { 'iam:permissionsboundary': bound }),
      'iam:policyarn': attached,
      'iam:passedtoservice': service,
    }),
  );
  const madeBy = (...actions: string[]) =>
    allowed.filter(({ action }) => actions.includes(action.replace('iam:', '')));

  test('what changes a role of ours demands the boundary', () => {
    const changes = madeBy(
      'CreateRole',
      'PutRolePolicy',
      'DeleteRolePolicy',
      'PutRolePermissionsBoundary',
      'AttachRolePolicy',
      'DetachRolePolicy',
    );
    expect(changes.length).toBeGreaterThan(0);
    expect(new Set(changes.map(({ resource, bound }) => `${resource} ${bound}`))).toEqual(
      new Set([`${OURS} ${BOUNDARY}`]),
    );
  });

  test('nothing is attached but policies of targets', () => {
    expect(new Set(madeBy('AttachRolePolicy').map(({ attached }) => attached))).toEqual(new Set([TARGETS]));
  });

  test('no role is passed but ours, and to Lambda alone', () => {
    expect(new Set(madeBy('PassRole').map(({ resource, service }) => `${resource} ${service}`))).toEqual(
      new Set([`${OURS} lambda.amazonaws.com`]),
    );
  });

  test('no policy is written but those of targets: not the boundary', () => {
    const written = madeBy('CreatePolicy', 'CreatePolicyVersion', 'DeletePolicy', 'DeletePolicyVersion');
    expect(new Set(written.map(({ resource }) => resource))).toEqual(new Set([TARGETS]));
  });

  test('and nothing else of IAM is written', () => {
    expect([...new Set(allowed.map(({ action }) => action))].sort()).toEqual(
      [
        'AttachRolePolicy',
        'CreatePolicy',
        'CreatePolicyVersion',
        'CreateRole',
        'DeletePolicy',
        'DeletePolicyVersion',
        'DeleteRole',
        'DeleteRolePolicy',
        'DetachRolePolicy',
        'PassRole',
        'PutRolePermissionsBoundary',
        'PutRolePolicy',
      ].map(action => `iam:${action}`),
    );
  });

  test('whoever has further rights cannot change the boundary either', () => {
    const denied = all.filter(({ Effect }) => Effect === 'Deny') as never;
    for (const action of ['CreatePolicyVersion', 'SetDefaultPolicyVersion', 'DeletePolicy'])
      expect(allows(denied, { action: `iam:${action}`, resource: BOUNDARY, keys: {} })).toBe(true);
    expect(allows(denied, { action: 'iam:DeleteRolePermissionsBoundary', resource: FOREIGN, keys: {} })).toBe(
      true,
    );
  });
});

describe('the boundary', () => {
  const made = createBoundary(whole, ACCOUNT) as { readonly Statement: readonly Right[] };

  test('is one that every role of ours has', () => {
    const roles = Object.values(
      createTemplate({ ...whole, options: { ...whole.options, account: ACCOUNT } }).resources.Resources,
    )
      .filter(({ Type }) => Type === 'AWS::IAM::Role')
      .map(({ Properties }) => Properties['PermissionsBoundary']);
    expect(new Set(roles)).toEqual(new Set([BOUNDARY]));
  });

  test('takes no right from any role of ours', () => {
    const statements = [...statementsOf(createTemplate(whole).resources.Resources)].filter(
      ([name, { Effect, Principal }]) =>
        Effect === 'Allow' && Principal === undefined && /Rights|Sign|Targets/.test(name),
    );
    expect(statements.length).toBeGreaterThan(15);
    const bare = made.Statement.filter(({ Effect }) => Effect === 'Allow').map(
      ({ Condition: _, ...rest }) => rest,
    );
    const missing = statements.flatMap(([name, statement]) => {
      const { Action, Resource } = fillReferences(statement, STACK) as Right;
      return Action.flatMap(action =>
        Resource.filter(
          resource =>
            !allows(bare as never, {
              action,
              resource: resource.replaceAll('123456789012', ACCOUNT),
              keys: {},
            }),
        ).map(resource => `${name} ${action} ${resource}`),
      );
    });
    expect(missing).toEqual([]);
  });

  test('has no administration in it', () => {
    const actions = made.Statement.flatMap(({ Action }) => Action);
    expect(actions.filter(action => /^(iam|lambda|cloudformation|s3|\*)/.test(action))).toEqual([]);
  });

  test('fits into one managed policy', () => {
    expect(JSON.stringify(made).replace(/\s/g, '').length).toBeLessThanOrEqual(6144);
  });
});
