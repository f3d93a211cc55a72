import { describe, expect, test } from 'vitest';
import { checkTarget } from '../../../lib/review/targets/findings.ts';
import { readTrustStatements } from '../../../lib/review/targets/trust.ts';
import {
  ARN,
  ASKED,
  allow,
  BESIDE,
  BROKER,
  broker,
  by,
  codes,
  deny,
  ID,
  RIGHT,
  type Statements,
  TRUSTED,
} from '../../harness/targets.ts';

/** The ExternalId, and this condition beside it. */
function condition(operator: string, key: string, operand: string) {
  return { Condition: { StringEquals: { 'sts:ExternalId': ID }, [operator]: { [key]: operand } } };
}

describe('what is found of others:', () => {
  test.each<[name: string, statement: object, found: string[]]>([
    ['everyone', allow('*', 'sts:AssumeRole'), ['principal-wide']],
    ['everyone of AWS', allow({ AWS: '*' }, 'sts:AssumeRole'), ['principal-wide']],
    [
      'the account of the broker',
      allow({ AWS: 'arn:aws:iam::111122223333:root' }, 'sts:AssumeRole'),
      ['principal-wide'],
    ],
    ['another account by its number', allow({ AWS: '999999999999' }, 'sts:AssumeRole'), ['principal-wide']],
    [
      'an organization',
      allow('*', 'sts:AssumeRole', condition('StringLike', 'aws:PrincipalOrgID', 'o-1')),
      ['principal-wide'],
    ],
    [
      'every role of a name',
      allow('*', 'sts:AssumeRole', condition('ArnLike', 'aws:PrincipalArn', 'arn:aws:iam::*:role/*')),
      ['principal-wide'],
    ],
    [
      'another role, by a condition',
      allow({ AWS: '123456789012' }, 'sts:AssumeRole', condition('ArnEquals', 'aws:PrincipalArn', ARN)),
      ['principal-wide'],
    ],
    [
      'the broker, but only if it is named',
      allow('*', 'sts:AssumeRole', condition('ArnEqualsIfExists', 'aws:PrincipalArn', BROKER)),
      ['principal-wide'],
    ],
    [
      'an account, by a condition',
      allow('*', 'sts:AssumeRole', condition('StringEquals', 'aws:PrincipalAccount', '123456789012')),
      ['principal-wide'],
    ],
    [
      'all but one',
      { Effect: 'Allow', NotPrincipal: { AWS: ARN }, Action: 'sts:AssumeRole', ...by('StringEquals') },
      ['principal-wide'],
    ],
    ['another role', allow({ AWS: [BROKER, ARN] }, 'sts:AssumeRole'), ['principal-other']],
    ['a service', allow({ Service: 'ec2.amazonaws.com' }, 'sts:AssumeRole', {}), ['principal-other']],
    [
      'an issuer of tokens',
      allow({ Federated: 'arn:aws:iam::123456789012:oidc-provider/x' }, 'sts:AssumeRoleWithWebIdentity', {}),
      ['principal-other'],
    ],
    [
      'all that is not tagging',
      allow({ AWS: ARN }, undefined, { NotAction: 'sts:TagSession' }),
      ['principal-other'],
    ],
  ])('%s', (_name, statement, found) => {
    expect(codes([...RIGHT, JSON.parse(JSON.stringify(statement))])).toEqual(found);
  });

  describe('everyone, narrowed to the broker by a Deny', () => {
    const everyone = [...RIGHT, allow('*', 'sts:AssumeRole')];
    const others = { ArnNotEquals: { 'aws:PrincipalArn': BROKER } };

    test.each<[name: string, statement: object, ...found: string[]]>([
      ['of all others', deny({ Condition: others })],
      ['of all others for one way in alone', deny({ Condition: others }, 'sts:AssumeRole'), 'principal-wide'],
      [
        'of all others from elsewhere',
        deny({ Condition: { ...others, Bool: { 'aws:SecureTransport': 'false' } } }),
        'principal-wide',
      ],
      [
        'of all others of one account',
        { ...deny({ Condition: others }), Principal: { AWS: ARN } },
        'principal-wide',
      ],
    ])('%s', (_name, statement, ...found) => {
      expect(codes([...everyone, statement])).toEqual(found);
    });
  });

  test('one that is meant to be there is not found', () => {
    const two = [...RIGHT, allow({ AWS: ARN }, 'sts:AssumeRole')];
    expect(codes(two, ASKED, { ...TRUSTED, also: [ARN] })).toEqual([]);
  });
});

describe('undecided is', () => {
  test.each<[name: string, statements: Statements, details: string[]]>([
    [
      'a condition on what only AWS knows',
      [broker('sts:AssumeRole', condition('StringLike', 'aws:PrincipalOrgID', 'o-1')), BESIDE],
      ['sts:AssumeRole, Statement[0]: StringLike aws:PrincipalOrgID'],
    ],
    [
      'a pattern on the session name',
      [broker('sts:AssumeRole', condition('StringLike', 'sts:RoleSessionName', 'web.*')), BESIDE],
      ['sts:AssumeRole, Statement[0]: StringLike sts:RoleSessionName'],
    ],
    [
      'a value that claims fill in',
      [broker('sts:AssumeRole', condition('StringLike', 'aws:RequestTag/pipeline', 'web')), BESIDE],
      ['sts:AssumeRole, Statement[0]: StringLike aws:RequestTag/pipeline'],
    ],
    [
      'a Deny by address',
      [
        ...RIGHT,
        deny(
          { Sid: 'Office', Condition: { NotIpAddress: { 'aws:SourceIp': '192.0.2.0/24' } } },
          'sts:AssumeRole',
        ),
      ],
      ['sts:AssumeRole, Office: NotIpAddress aws:SourceIp'],
    ],
    [
      'a Deny of all but some',
      [...RIGHT, { Effect: 'Deny', NotPrincipal: { AWS: BROKER }, Action: 'sts:TagSession' }],
      ['sts:TagSession, Statement[2]: NotPrincipal'],
    ],
    [
      'an ExternalId demanded for tags, where AWS does not document it',
      [broker('sts:AssumeRole'), broker('sts:TagSession'), broker('sts:SetSourceIdentity', {})],
      ['sts:TagSession, Statement[1]: StringEquals sts:ExternalId'],
    ],
    [
      'a second way in that may need no ExternalId',
      [...RIGHT, broker('sts:AssumeRole', { Condition: { IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } } })],
      ['Statement[2]: IpAddress aws:SourceIp'],
    ],
  ])('%s', (_name, statements, details) => {
    const target = {
      arn: ARN,
      maxSeconds: 3600,
      statements: readTrustStatements({ Statement: statements as never }),
    };
    expect(checkTarget(ASKED, target, TRUSTED)).toEqual(
      details.map(detail => ({ code: 'undecided', detail })),
    );
  });
});
