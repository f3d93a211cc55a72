import { describe, expect, test } from 'vitest';
import {
  readTargetRoles,
  readTrustStatements,
  splitJsonTexts,
  TargetError,
} from '../../../lib/review/targets/trust.ts';

const ARN = 'arn:aws:iam::123456789012:role/deploy';
const STATEMENT = { Effect: 'Allow', Principal: { AWS: ARN }, Action: 'sts:AssumeRole' };
const DOCUMENT = { Statement: STATEMENT };
const ROLE = { Arn: ARN, MaxSessionDuration: 3600, AssumeRolePolicyDocument: DOCUMENT };

describe('the roles of a file are read from', () => {
  test.each([
    ['one output of get-role', { Role: ROLE }, 1],
    ['a role alone', ROLE, 1],
    ['a list of outputs', [{ Role: ROLE }, { Role: ROLE }], 2],
    ['a list of roles', [ROLE], 1],
    ['a list of nothing', [], 0],
  ])('%s', (_name, value, count) => {
    const roles = readTargetRoles(value);
    expect(roles).toHaveLength(count);
    for (const role of roles) expect(role).toMatchObject({ arn: ARN, maxSeconds: 3600 });
  });
});

describe('a statement is the same when IAM writes', () => {
  const plain = readTrustStatements(DOCUMENT);

  test.each([
    ['a list of one statement', { Statement: [STATEMENT] }],
    ['a list of one action', { Statement: { ...STATEMENT, Action: ['sts:AssumeRole'] } }],
    ['a list of one principal', { Statement: { ...STATEMENT, Principal: { AWS: [ARN] } } }],
    ['an empty Sid', { Statement: { ...STATEMENT, Sid: '' } }],
    ['an empty Condition', { Statement: { ...STATEMENT, Condition: {} } }],
  ])('%s', (_name, document) => {
    expect(readTrustStatements(document)).toEqual(plain);
  });
});

test('a bare * is everyone', () => {
  const [statement] = readTrustStatements({ Statement: { ...STATEMENT, Principal: '*' } });
  expect(statement?.principals).toEqual([{ kind: 'AWS', name: '*' }]);
});

test('NotPrincipal, NotAction and conditions are kept as they are written', () => {
  const [statement] = readTrustStatements({
    Statement: [
      {
        Sid: 'one',
        Effect: 'Deny',
        NotPrincipal: { AWS: [ARN], Service: 'ec2.amazonaws.com' },
        NotAction: 'sts:TagSession',
        Condition: { Bool: { 'aws:SecureTransport': false }, StringLike: { 'sts:ExternalId': ['a', 'b'] } },
      },
    ],
  });
  expect(statement).toEqual({
    name: 'one',
    effect: 'Deny',
    principals: [
      { kind: 'AWS', name: ARN },
      { kind: 'Service', name: 'ec2.amazonaws.com' },
    ],
    exceptPrincipals: true,
    actions: ['sts:TagSession'],
    exceptActions: true,
    conditions: [
      { operator: 'Bool', key: 'aws:SecureTransport', operands: ['false'] },
      { operator: 'StringLike', key: 'sts:ExternalId', operands: ['a', 'b'] },
    ],
  });
});

describe('what is not a role is refused:', () => {
  test.each([
    ['text', 'x'],
    ['a list in a list', [[ROLE]]],
    ['a role without an ARN', { Role: {} }],
    ['a role without a trust policy', { Arn: ARN }],
    ['a trust policy as text', { Arn: ARN, AssumeRolePolicyDocument: JSON.stringify(DOCUMENT) }],
    ['a trust policy without statements', { Arn: ARN, AssumeRolePolicyDocument: {} }],
    [
      'an effect of another case',
      { ...ROLE, AssumeRolePolicyDocument: { Statement: { ...STATEMENT, Effect: 'allow' } } },
    ],
    ['no action', { ...ROLE, AssumeRolePolicyDocument: { Statement: { Effect: 'Allow', Principal: '*' } } }],
    [
      'a principal and a NotPrincipal',
      { ...ROLE, AssumeRolePolicyDocument: { Statement: { ...STATEMENT, NotPrincipal: '*' } } },
    ],
    [
      'an action that is an object',
      { ...ROLE, AssumeRolePolicyDocument: { Statement: { ...STATEMENT, Action: {} } } },
    ],
  ])('%s', (_name, value) => {
    expect(() => readTargetRoles(value)).toThrow(TargetError);
  });
});

test.each([
  ['one after the other', '{\n "a": 1\n}\n{\n "a": 2\n}\n', 2],
  ['one a line', '{"a":1}\n{"a":2}', 2],
  ['a list', '[{"a":1},{"a":2}]', 1],
  ['brackets in texts', '{"a":"}{"}{"b":"\\"}{"}', 2],
  ['nothing', ' \n', 0],
  ['a text that does not end', '{"a":1}{"b":', 2],
])('a file is taken apart: %s', (_name, source, count) => {
  expect(splitJsonTexts(source)).toHaveLength(count);
});
