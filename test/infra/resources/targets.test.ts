import { describe, expect, test } from 'vitest';
import type { IamPolicy } from '../../../infra/cloudformation.ts';
import { listIdentityRights } from '../../../infra/resources/identities.ts';
import { INLINE_LIMIT, MANAGED_LIMIT, MANAGED_POLICIES } from '../../../infra/resources/placement.ts';
import { measureExchange, measurePolicy } from '../../../infra/resources/roles.ts';
import { allowAssuming } from '../../../infra/resources/targets.ts';
import { listTemplateComplaints } from '../../../infra/template.ts';
import {
  arnOf,
  inputOf,
  ORGANIZATION,
  refusedFor,
  resourcesFor,
  STACK,
  statementsOf,
} from '../../harness/deploy.ts';

function become(asked: Parameters<typeof resourcesFor>[0]) {
  return statementsOf(resourcesFor(asked)).get('ExchangeRights BecomeTargets');
}

function manyArns(length: number, name = 'ci-a-rather-long-name-of-a-role'): string[] {
  return Array.from({ length }, (_, index) => arnOf(`${name}-${index}`, String(100_000_000_000 + index)));
}
type Become = { readonly Resource: readonly string[]; readonly Condition?: object };

/** The statements of managed policies. */
function managedIn(asked: Parameters<typeof resourcesFor>[0]): readonly Become[] {
  return Object.values(resourcesFor(asked)).flatMap(({ Type, Properties }) =>
    Type === 'AWS::IAM::ManagedPolicy'
      ? (Properties['PolicyDocument'] as unknown as { readonly Statement: readonly Become[] }).Statement
      : [],
  );
}

const FLEET = manyArns(1500);

/** Of the exchange, with all else that it may. */
function sizeOf(arns: readonly string[]): number {
  return measureExchange(STACK, ...listIdentityRights(inputOf().config), allowAssuming(arns, undefined));
}

/** Targets whose policies are exactly so many characters: the last name is padded. */
function targetsOfSize(size: number): string[] {
  const some = [...manyArns(100), arnOf('x')];
  const lacks = size - sizeOf(some);
  return [...some.slice(0, -1), arnOf(`x${'y'.repeat(lacks)}`)];
}

describe('T44: up to IAM’s size the exchange gets exact ARNs', () => {
  test('of 10,240 characters, none less', () => {
    const targets = targetsOfSize(INLINE_LIMIT);
    expect(sizeOf(targets)).toBe(10_240);
    expect(become({ targets })?.['Resource']).toEqual([...targets].sort());
    expect(managedIn({ targets })).toEqual([]);
  });

  test('I6: one character beyond, in managed policies of 6,144', () => {
    const targets = targetsOfSize(INLINE_LIMIT + 1);
    const managed = managedIn({ targets });
    expect(managed.length).toBeGreaterThan(0);
    expect(become({ targets })).toBeUndefined();
    expect(managed.flatMap(({ Resource }) => Resource).sort()).toEqual([...targets].sort());
  });

  test('whatever patterns there are for the day when they do not fit', () => {
    const options = { targets: ['arn:aws:iam::*:role/ci-*'], orgId: ORGANIZATION };
    expect(become({ targets: [arnOf('deploy')], options })).toMatchObject({
      Resource: [arnOf('deploy')],
      Condition: { StringEquals: { 'aws:ResourceOrgID': ORGANIZATION } },
    });
  });
});

describe('I6: exact ARNs in managed policies', () => {
  /** A name of 37 characters, as a fleet has them. */
  const fleetOf = (length: number): string[] =>
    Array.from({ length }, (_, index) =>
      arnOf(`deploy-payments-reconciliation-${String(index).padStart(6, '0')}`),
    );
  const fits = (length: number): boolean => refusedFor({ targets: fleetOf(length), jwt: false }).length === 0;

  /** The greatest number that fits: what fits is no more than what is held. */
  function findGreatest(): number {
    let [low, high] = [500, 1500];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (fits(middle)) low = middle;
      else high = middle;
    }
    return low;
  }

  test('about 950 of 37 characters, each in one place and in no other', () => {
    const greatest = findGreatest();
    expect(greatest).toBeGreaterThan(930);
    const targets = fleetOf(greatest);
    const placed = [
      ...managedIn({ targets }).flatMap(({ Resource }) => Resource),
      ...((become({ targets })?.['Resource'] ?? []) as string[]),
    ];
    expect(placed.sort()).toEqual(targets.sort());
  });

  test('ten policies at most, none over what IAM counts', () => {
    const resources = resourcesFor({ targets: fleetOf(930) });
    const policies = Object.values(resources).filter(({ Type }) => Type === 'AWS::IAM::ManagedPolicy');
    const sizes = policies.map(({ Properties }) =>
      measurePolicy(Properties['PolicyDocument'] as IamPolicy, STACK),
    );
    expect(policies).toHaveLength(MANAGED_POLICIES);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(MANAGED_LIMIT);
  });

  test('are of the exchange alone, have names that are known, and stand before what they take over is gone', () => {
    const resources = resourcesFor({ targets: fleetOf(300) });
    expect(resources['Targets3']?.Properties).toMatchObject({
      ManagedPolicyName: { 'Fn::Sub': '${AWS::StackName}-${AWS::Region}-targets-3' },
      Roles: [{ Ref: 'ExchangeRole' }],
    });
    expect(resources['ExchangeRights']?.DependsOn).toContain('Targets3');
  });

  test('of a role that comes or goes, no other changes its policy', () => {
    const before = resourcesFor({ targets: fleetOf(300) });
    const after = resourcesFor({ targets: [...fleetOf(300), arnOf('another')] });
    const changed = Object.keys(after).filter(
      id => id.startsWith('Targets') && JSON.stringify(before[id]) !== JSON.stringify(after[id]),
    );
    expect(changed).toHaveLength(1);
  });

  test('are inside of the organization, where one is named', () => {
    const managed = managedIn({ targets: fleetOf(300), options: { orgId: ORGANIZATION } });
    expect(managed.map(({ Condition }) => Condition)).toEqual(
      managed.map(() => ({ StringEquals: { 'aws:ResourceOrgID': ORGANIZATION } })),
    );
  });
});

describe('T44: beyond it, patterns stand for the ARNs', () => {
  test('and the organization bounds them', () => {
    const options = {
      targets: [
        'arn:aws:iam::*:role/ci-a-*',
        'arn:aws:iam::100000000000:role/*-role-0',
        'arn:aws:iam::*:role/ci-a-*',
      ],
      orgId: ORGANIZATION,
    };
    expect(become({ targets: FLEET, options })).toEqual({
      Sid: 'BecomeTargets',
      Effect: 'Allow',
      Action: ['sts:AssumeRole', 'sts:SetSourceIdentity', 'sts:TagSession'],
      Resource: ['arn:aws:iam::*:role/ci-a-*', 'arn:aws:iam::100000000000:role/*-role-0'],
      Condition: { StringEquals: { 'aws:ResourceOrgID': ORGANIZATION } },
    });
  });

  test('as many as there may be, at their longest, over several policies', () => {
    const targets = [
      'arn:aws:iam::*:role/ci-*',
      ...Array.from({ length: 49 }, (_, index) => `arn:aws:iam::*:role/${'p'.repeat(220)}${index}-*`),
    ];
    expect(refusedFor({ targets: FLEET, options: { targets, orgId: ORGANIZATION } })).toEqual([]);
  });

  test.each([
    { pattern: 'arn:aws:iam::*:role/ci-*', covers: ['ci-x', 'ci-team/x', 'ci-'] },
    { pattern: 'arn:aws:iam::*:role/ci.x+y-*', covers: ['ci.x+y-z'] },
  ])('as IAM reads them: $pattern', ({ pattern, covers }) => {
    const targets = [...manyArns(1500, 'fleet'), ...covers.map(name => arnOf(name))];
    expect(
      refusedFor({
        targets,
        options: { targets: [pattern, 'arn:aws:iam::*:role/fleet-*'], orgId: ORGANIZATION },
      }),
    ).toEqual([]);
  });
});

describe('T44: packaging is refused', () => {
  const [TARGETS] = ['serverless.yml custom.kiteSts.targets'];
  const withTargets = (...targets: string[]) => ({ targets, orgId: ORGANIZATION });

  test.each([
    { name: 'fifteen hundred roles', targets: FLEET, options: {}, refused: [`too-many ${TARGETS}`] },
    {
      name: 'fifteen hundred roles, an organization and no patterns',
      targets: FLEET,
      options: { orgId: ORGANIZATION },
      refused: [`too-many ${TARGETS}`],
    },
    {
      name: 'a role that no pattern covers',
      targets: [...FLEET, arnOf('other')],
      options: withTargets('arn:aws:iam::*:role/ci-*'),
      refused: [`wrong-value ${TARGETS}`],
    },
    {
      name: 'a dot that is no wildcard',
      targets: [...FLEET, arnOf('aXb')],
      options: withTargets('arn:aws:iam::*:role/ci-*', 'arn:aws:iam::*:role/a.b'),
      refused: [`wrong-value ${TARGETS}`],
    },
    {
      name: 'a pattern of every role there is',
      targets: FLEET,
      options: withTargets('arn:aws:iam::*:role/ci-*', 'arn:aws:iam::*:role/*/*'),
      refused: [`wrong-value ${TARGETS}[1]`],
    },
  ])('for $name', ({ targets, options, refused }) => {
    expect(refusedFor({ targets, options })).toEqual(refused);
  });

  test.each([
    ['what all names begin with', FLEET, 'targets: [arn:aws:iam::*:role/ci-a-rather-long-name-of-a-role-*]'],
    [
      'a path, when they have nothing in common',
      [...FLEET, arnOf('deploy')],
      'targets: [arn:aws:iam::*:role/kite-sts/*',
    ],
    [
      'the partition of the ARNs',
      FLEET.map(each => each.replace('arn:aws:', 'arn:aws-cn:')),
      'targets: [arn:aws-cn:iam::*:role/ci-',
    ],
  ])('with both ways on: %s', (_name, targets, says) => {
    const [complaint] = listTemplateComplaints(inputOf({ targets }));
    expect(complaint?.message).toContain(says);
    expect(complaint?.message).toContain('"orgId"');
    expect(complaint?.message).toContain('second broker');
  });
});

test('what trusts our JWT is not among the targets that the broker’s own role becomes', () => {
  const [own, trusting] = [arnOf('own'), arnOf('by-jwt')];
  const also = [`aws: { role_arn: "${trusting}", via: web_identity }`];
  expect(become({ targets: [own], also })?.['Resource']).toEqual([own]);
});
