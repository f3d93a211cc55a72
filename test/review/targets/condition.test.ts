import { describe, expect, test } from 'vitest';
import type { Truth } from '../../../lib/policy/condition.ts';
import { judgeCondition, type KeyValues } from '../../../lib/review/targets/condition.ts';

const KEYS: { readonly [key: string]: KeyValues } = {
  'sts:externalid': { values: ['kite-sts:deploy'] },
  'sts:sourceidentity': { values: [] },
  'sts:rolesessionname': { values: [undefined] },
  'aws:principalarn': { values: ['arn:aws:iam::111122223333:role/broker'] },
  'aws:tagkeys': { values: ['pipeline', 'branch'], many: true },
  'sts:transitivetagkeys': { values: [], many: true },
  'aws:securetransport': { values: ['true'] },
};

type Row = [operator: string, key: string, operands: string[], truth: Truth];

function truth(operator: string, key: string, operands: string[]): Truth {
  return judgeCondition({ operator, key, operands }, each => KEYS[each]);
}

function check(rows: Row[]): void {
  test.each(rows)('%s of %s %j is %s', (operator, key, operands, expected) => {
    expect(truth(operator, key, operands)).toBe(expected);
  });
}

describe('of a value that is known,', () =>
  check([
    ['StringEquals', 'sts:ExternalId', ['kite-sts:deploy'], 'true'],
    ['StringEquals', 'STS:externalID', ['kite-sts:deploy'], 'true'],
    ['StringEquals', 'sts:ExternalId', ['a', 'kite-sts:deploy'], 'true'],
    ['StringEquals', 'sts:ExternalId', ['kite-sts:*'], 'false'],
    ['StringEquals', 'sts:ExternalId', ['Kite-STS:deploy'], 'false'],
    ['StringEqualsIgnoreCase', 'sts:ExternalId', ['Kite-STS:deploy'], 'true'],
    ['StringNotEquals', 'sts:ExternalId', ['a', 'b'], 'true'],
    ['StringNotEquals', 'sts:ExternalId', ['a', 'kite-sts:deploy'], 'false'],
    ['StringNotEqualsIgnoreCase', 'sts:ExternalId', ['KITE-STS:DEPLOY'], 'false'],
    ['StringLike', 'sts:ExternalId', ['kite-sts:*'], 'true'],
    ['StringLike', 'sts:ExternalId', ['kite-sts:deplo?'], 'true'],
    ['StringNotLike', 'sts:ExternalId', ['kite-sts:*'], 'false'],
    ['ForAnyValue:StringEquals', 'sts:ExternalId', ['kite-sts:deploy'], 'true'],
    ['ForAllValues:StringEquals', 'sts:ExternalId', ['a'], 'false'],
    ['StringEqualsIfExists', 'sts:ExternalId', ['a'], 'false'],
    ['Bool', 'aws:SecureTransport', ['false'], 'false'],
    ['ArnEquals', 'aws:PrincipalArn', ['arn:aws:iam::111122223333:role/broker'], 'true'],
    ['ArnLike', 'aws:PrincipalArn', ['arn:aws:iam::*:role/br*'], 'true'],
    ['ArnLike', 'aws:PrincipalArn', ['arn:aws:iam::*'], 'false'],
    ['ArnNotLike', 'aws:PrincipalArn', ['arn:aws:iam::*:role/*'], 'false'],
    ['ArnNotEquals', 'aws:PrincipalArn', ['arn:aws:iam::999999999999:role/broker'], 'true'],
    ['Null', 'sts:ExternalId', ['false'], 'true'],
    ['Null', 'sts:ExternalId', ['true'], 'false'],
  ]));

describe('of a key that is absent,', () =>
  check([
    ['StringEquals', 'sts:SourceIdentity', ['a'], 'false'],
    ['StringNotEquals', 'sts:SourceIdentity', ['a'], 'true'],
    ['StringLike', 'sts:SourceIdentity', ['*'], 'false'],
    ['StringEqualsIfExists', 'sts:SourceIdentity', ['a'], 'true'],
    ['StringNotEqualsIfExists', 'sts:SourceIdentity', ['a'], 'true'],
    ['ForAllValues:StringEquals', 'sts:SourceIdentity', ['a'], 'true'],
    ['ForAnyValue:StringEquals', 'sts:SourceIdentity', ['a'], 'false'],
    ['ForAnyValue:StringNotEquals', 'sts:SourceIdentity', ['a'], 'false'],
    ['Null', 'sts:SourceIdentity', ['true'], 'true'],
    ['Null', 'sts:SourceIdentity', ['false'], 'false'],
  ]));

describe('of a list,', () =>
  check([
    ['ForAllValues:StringEquals', 'aws:TagKeys', ['pipeline', 'branch', 'team'], 'true'],
    ['ForAllValues:StringEquals', 'aws:TagKeys', ['pipeline'], 'false'],
    ['ForAnyValue:StringEquals', 'aws:TagKeys', ['pipeline'], 'true'],
    ['ForAnyValue:StringNotEquals', 'aws:TagKeys', ['pipeline'], 'true'],
    ['ForAllValues:StringNotEquals', 'aws:TagKeys', ['pipeline'], 'false'],
    ['ForAllValues:StringEquals', 'sts:TransitiveTagKeys', ['pipeline'], 'true'],
    ['StringEquals', 'aws:TagKeys', ['pipeline'], 'doubt'],
  ]));

describe('in doubt is', () =>
  check([
    ['StringEquals', 'aws:PrincipalOrgID', ['o-1'], 'doubt'],
    ['IpAddress', 'aws:SecureTransport', ['10.0.0.0/8'], 'doubt'],
    ['NoSuchOperator', 'sts:ExternalId', ['a'], 'doubt'],
    ['constructor', 'sts:ExternalId', ['a'], 'doubt'],
    ['StringEquals', 'sts:RoleSessionName', ['a'], 'doubt'],
    ['StringNotEquals', 'sts:RoleSessionName', ['a'], 'doubt'],
    ['StringLike', 'sts:RoleSessionName', ['web.*'], 'doubt'],
    ['StringEquals', 'sts:ExternalId', ['${aws:PrincipalTag/id}'], 'doubt'],
  ]));

describe('of a value that is there but not known,', () =>
  check([
    ['StringLike', 'sts:RoleSessionName', ['*'], 'true'],
    ['StringLike', 'sts:RoleSessionName', ['?*'], 'true'],
    ['StringLike', 'sts:RoleSessionName', ['??*'], 'doubt'],
    ['StringNotLike', 'sts:RoleSessionName', ['*'], 'false'],
    ['StringEquals', 'sts:RoleSessionName', ['*'], 'doubt'],
    ['Null', 'sts:RoleSessionName', ['false'], 'true'],
  ]));
