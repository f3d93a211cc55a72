import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  isPolicyInside,
  listBeyondBounds,
  writeBoundPolicy,
} from '../../../lib/language/kinds/iam-bounds.ts';

type Document = { readonly [key: string]: unknown };
const policy = (...statements: readonly Document[]): Document => ({
  Version: '2012-10-17',
  Statement: statements,
});
const allow = (Action: unknown, Resource: unknown, more: Document = {}): Document =>
  policy({ Effect: 'Allow', Action, Resource, ...more });

const BOUNDS = [
  { actions: ['s3:GetObject', 's3:Put*'], resources: ['arn:aws:s3:::shop-*/*'] },
  { actions: ['sqs:*'], resources: ['arn:aws:sqs:eu-central-1:123456789012:shop-*'] },
  { actions: ['cloudfront:CreateInvalidation'], resources: ['*'] },
];

describe('T97: a policy lies inside of its bounds:', () => {
  test.each<[says: string, document: Document]>([
    ['the same', writeBoundPolicy(BOUNDS)],
    ['an action of a pattern', allow('s3:PutObjectAcl', 'arn:aws:s3:::shop-web/a')],
    ['an action in other letters', allow('S3:getobject', 'arn:aws:s3:::shop-web/*')],
    ['a narrower pattern', allow('s3:PutObject*', ['arn:aws:s3:::shop-web/*', 'arn:aws:s3:::shop-?/a'])],
    ['a claim in a resource', allow('s3:PutObject', `arn:aws:s3:::shop-\${pipeline_slug}/*`)],
    ['a variable of IAM', allow('s3:PutObject', `arn:aws:s3:::shop-web/\${aws:PrincipalTag/pipeline}/*`)],
    [
      'a condition beside',
      allow('s3:GetObject', 'arn:aws:s3:::shop-a/*', {
        Condition: { Bool: { 'aws:SecureTransport': 'true' } },
      }),
    ],
    ['a Deny of more', policy({ Effect: 'Deny', Action: '*', Resource: '*' })],
    ['a service whole', allow('sqs:*', 'arn:aws:sqs:eu-central-1:123456789012:shop-queue')],
    ['any resource where any may be', allow('cloudfront:CreateInvalidation', '*')],
  ])('%s', (_says, document) => {
    expect(listBeyondBounds(document, BOUNDS)).toEqual([]);
  });
});

describe('T97: a policy reaches beyond its bounds:', () => {
  test.each<[says: string, document: Document]>([
    ['another action', allow('s3:DeleteObject', 'arn:aws:s3:::shop-web/*')],
    ['another resource', allow('s3:GetObject', 'arn:aws:s3:::other/*')],
    ['an action of one entry on a resource of another', allow('s3:GetObject', '*')],
    ['every action', allow('*', 'arn:aws:s3:::shop-web/*')],
    ['a wider pattern of actions', allow('s3:*', 'arn:aws:s3:::shop-web/*')],
    ['a wider pattern of resources', allow('s3:GetObject', 'arn:aws:s3:::s*/*')],
    ['one character that could be any', allow('s3:GetObject', 'arn:aws:s3:::shop?web/*')],
    ['all actions but some', policy({ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' })],
    [
      'all resources but some',
      policy({ Effect: 'Allow', Action: 's3:GetObject', NotResource: 'arn:aws:s3:::x' }),
    ],
    ['a claim that is the bucket', allow('s3:GetObject', `arn:aws:s3:::\${pipeline_slug}/*`)],
    [
      'a claim that is the region',
      allow('sqs:SendMessage', `arn:aws:sqs:\${build_branch}:123456789012:shop-a`),
    ],
    ['an ARN that ends early', allow('s3:GetObject', 'arn:aws:s3')],
    ['another account', allow('sqs:SendMessage', 'arn:aws:sqs:eu-central-1:999999999999:shop-a')],
    ['any region', allow('sqs:SendMessage', 'arn:aws:sqs:*:123456789012:shop-a')],
    [
      'one of several statements',
      policy(
        { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::shop-a/*' },
        { Effect: 'Allow', Action: 'iam:PassRole', Resource: '*' },
      ),
    ],
    ['a second text of a list', allow(['s3:GetObject', 'kms:Decrypt'], ['arn:aws:s3:::shop-a/*'])],
  ])('%s', (_says, document) => {
    expect(listBeyondBounds(document, BOUNDS).length).toBeGreaterThan(0);
  });
});

/** IAM's own rule for one action on one resource: six parts, each by its wildcards. */
const like = (pattern: string, value: string): boolean =>
  new RegExp(
    `^${[...pattern].map(each => (each === '*' ? '.*' : each === '?' ? '.' : each.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))).join('')}$`,
    's',
  ).test(value);
const likeArn = (pattern: string, arn: string): boolean => {
  if (pattern === '*') return true;
  const [wide, given] = [pattern, arn].map(each => each.split(':'));
  const six = (parts: string[] = []) => [...parts.slice(0, 5), parts.slice(5).join(':')];
  return six(given).every((part, at) => like(at < (wide?.length ?? 0) ? (six(wide)[at] ?? '') : '*', part));
};

test('T97: what a policy inside allows, IAM allows by the bounds too: by a second reading, of random ones', () => {
  const name = fc.string({ unit: fc.constantFrom('a', 'b', '*'), minLength: 1, maxLength: 4 });
  const resource = fc.oneof(
    fc.constant('*'),
    fc.tuple(fc.constantFrom('', 'r', '*'), name).map(([region, end]) => `arn:aws:s3:${region}::${end}`),
  );
  const action = name.map(each => `s3:${each.replace(/\*+(?=.)/g, 'c')}`);
  const entry = fc.record({
    actions: fc.array(action, { minLength: 1, maxLength: 2 }),
    resources: fc.array(resource, { minLength: 1, maxLength: 2 }),
  });
  const asked = fc.tuple(
    fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 4 }),
    fc.constantFrom('', 'r', 'q'),
    fc.string({ unit: fc.constantFrom('a', 'b', ':'), maxLength: 4 }),
  );
  let inside = 0;
  fc.assert(
    fc.property(
      fc.array(entry, { minLength: 1, maxLength: 2 }),
      entry,
      fc.array(asked, { minLength: 12, maxLength: 12 }),
      (bounds, own, all) => {
        if (listBeyondBounds(writeBoundPolicy([own]), bounds).length > 0) return;
        inside++;
        for (const [end, region, last] of all) {
          const [wanted, arn] = [`s3:${end}`, `arn:aws:s3:${region}::${last}`];
          const allowed = ({ actions, resources }: (typeof bounds)[number]): boolean =>
            actions.some(each => like(each, wanted)) && resources.some(each => likeArn(each, arn));
          if (allowed(own) && !bounds.some(allowed)) throw new Error(`${wanted} on ${arn}`);
        }
      },
    ),
    { numRuns: 2000 },
  );
  expect(inside).toBeGreaterThan(50);
});

test.each<[says: string, inner: Document, outer: Document, inside: boolean]>([
  ['fewer actions', allow('s3:GetObject', 'arn:aws:s3:::a/*'), allow('s3:*', 'arn:aws:s3:::a/*'), true],
  ['more actions', allow('s3:*', 'arn:aws:s3:::a/*'), allow('s3:GetObject', 'arn:aws:s3:::a/*'), false],
  [
    'a condition that is gone',
    allow('s3:GetObject', '*'),
    allow('s3:GetObject', '*', { Condition: { Bool: { 'aws:SecureTransport': 'true' } } }),
    false,
  ],
  [
    'a Deny that is gone',
    allow('s3:*', '*'),
    policy(
      { Effect: 'Allow', Action: 's3:*', Resource: '*' },
      { Effect: 'Deny', Action: 's3:Delete*', Resource: '*' },
    ),
    false,
  ],
  [
    'a claim in the wider',
    allow('s3:*', 'arn:aws:s3:::a/b'),
    allow('s3:*', `arn:aws:s3:::\${pipeline_slug}/*`),
    false,
  ],
])('of two session policies the first is inside, or not: %s', (_says, inner, outer, inside) => {
  expect(isPolicyInside(inner, outer)).toBe(inside);
});
