import { describe, expect, test } from 'vitest';
import { identityRights } from '../../../infra/resources/identities.ts';
import { exchangeSize, INLINE_LIMIT } from '../../../infra/resources/roles.ts';
import { assume } from '../../../infra/resources/targets.ts';
import { templateComplaints } from '../../../infra/template.ts';
import {
  arnOf,
  inputOf,
  ORGANIZATION,
  refusedFor,
  resourcesFor,
  statementsOf,
} from '../../harness/deploy.ts';

const become = (asked: Parameters<typeof resourcesFor>[0]) =>
  statementsOf(resourcesFor(asked)).get('ExchangeRights BecomeTargets');

const manyArns = (length: number, name = 'ci-a-rather-long-name-of-a-role'): string[] =>
  Array.from({ length }, (_, index) => arnOf(`${name}-${index}`, String(100_000_000_000 + index)));
const FLEET = manyArns(1000);

/** Of the exchange, with all else that it may. */
const sizeOf = (arns: readonly string[]): number =>
  exchangeSize(...identityRights(inputOf().config), assume(arns, undefined));

/** Targets whose policies are exactly so many characters: the last name is padded. */
const targetsOfSize = (size: number): string[] => {
  const some = [...manyArns(100), arnOf('x')];
  const lacks = size - sizeOf(some);
  return [...some.slice(0, -1), arnOf(`x${'y'.repeat(lacks)}`)];
};

describe('T44: up to IAM’s size the exchange gets exact ARNs', () => {
  test('of 10,240 characters, none less', () => {
    const targets = targetsOfSize(INLINE_LIMIT);
    expect(sizeOf(targets)).toBe(10_240);
    expect(become({ targets })?.['Resource']).toEqual([...targets].sort());
  });

  test('whatever patterns there are for the day when they do not fit', () => {
    const options = { targets: ['arn:aws:iam::*:role/ci-*'], orgId: ORGANIZATION };
    expect(become({ targets: [arnOf('deploy')], options })).toMatchObject({
      Resource: [arnOf('deploy')],
      Condition: { StringEquals: { 'aws:ResourceOrgID': ORGANIZATION } },
    });
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

  test.each([
    { pattern: 'arn:aws:iam::*:role/ci-*', covers: ['ci-x', 'ci-team/x', 'ci-'] },
    { pattern: 'arn:aws:iam::*:role/ci.x+y-*', covers: ['ci.x+y-z'] },
  ])('as IAM reads them: $pattern', ({ pattern, covers }) => {
    const targets = [...manyArns(1000, 'fleet'), ...covers.map(name => arnOf(name))];
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
    {
      name: 'one character beyond',
      targets: targetsOfSize(INLINE_LIMIT + 1),
      options: {},
      refused: [`too-many ${TARGETS}`],
    },
    { name: 'a thousand roles', targets: FLEET, options: {}, refused: [`too-many ${TARGETS}`] },
    {
      name: 'a thousand roles, an organization and no patterns',
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
    {
      name: 'patterns that do not fit either',
      targets: FLEET,
      options: withTargets(
        'arn:aws:iam::*:role/ci-*',
        ...Array.from({ length: 49 }, (_, index) => `arn:aws:iam::*:role/${'p'.repeat(220)}${index}-*`),
      ),
      refused: [`too-many ${TARGETS}`],
    },
  ])('for $name', ({ targets, options, refused }) => {
    expect(refusedFor({ targets, options })).toEqual(refused);
  });

  test.each([
    {
      name: 'what all names begin with',
      targets: FLEET,
      says: 'targets: [arn:aws:iam::*:role/ci-a-rather-long-name-of-a-role-*]',
    },
    {
      name: 'a path, when they have nothing in common',
      targets: [...FLEET, arnOf('deploy')],
      says: 'targets: [arn:aws:iam::*:role/kite-sts/*',
    },
    {
      name: 'the partition of the ARNs',
      targets: FLEET.map(each => each.replace('arn:aws:', 'arn:aws-cn:')),
      says: 'targets: [arn:aws-cn:iam::*:role/ci-',
    },
  ])('with the pattern to write: $name', ({ targets, says }) => {
    const [complaint] = templateComplaints(inputOf({ targets }));
    expect(complaint?.message).toContain(says);
    expect(complaint?.message).toContain('"orgId"');
  });
});
