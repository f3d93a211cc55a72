import { expect, test } from 'vitest';
import { describeIamRights } from '../../../lib/estate/aws/rights.ts';
import type { ClaimValue } from '../../../lib/policy/claims.ts';

const OWN = 'arn:aws:iam::123456789012:policy/own';
const policy = (Action: ClaimValue, more: object = {}): ClaimValue =>
  ({ Version: '2012-10-17', Statement: { Effect: 'Allow', Action, Resource: '*', ...more } }) as ClaimValue;

test.each<
  [name: string, managed: string[], inline: ClaimValue[], documents: [string, ClaimValue][], reach: string]
>([
  ['AdministratorAccess', ['arn:aws:iam::aws:policy/AdministratorAccess'], [], [], 'administrator'],
  ['everything, inline', [], [policy('*')], [], 'administrator'],
  ['everything, by a policy of its own', [OWN], [], [[OWN, policy(['*'])]], 'administrator'],
  [
    'all but some',
    [],
    [{ Statement: [{ Effect: 'Allow', NotAction: 'organizations:*', Resource: ['*'] }] } as ClaimValue],
    [],
    'administrator',
  ],
  ['all of IAM', [], [policy('iam:*')], [], 'identities'],
  ['IAM in other letters', [], [policy('IAM:Put*')], [], 'identities'],
  ['one service', [], [policy('s3:*')], [], 'other'],
  ['everything on one bucket', [], [policy('*', { Resource: 'arn:aws:s3:::a/*' })], [], 'other'],
  ['a Deny of everything', [], [policy('*', { Effect: 'Deny' })], [], 'other'],
  ['nothing that can be read', [], [null, 'text', { Statement: [null] }], [], 'other'],
])('%s', (_name, managed, inline, documents, reach) => {
  expect(describeIamRights(managed, inline, new Map(documents)).reach).toBe(reach);
});
