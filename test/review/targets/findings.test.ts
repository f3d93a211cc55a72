import { describe, expect, test } from 'vitest';
import { checkTarget, createTrustPolicy } from '../../../lib/review/targets/findings.ts';
import type { TargetRequest } from '../../../lib/review/targets/request.ts';
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
  SESSION,
  type Statements,
  TRUSTED,
} from '../../harness/targets.ts';

describe('nothing is found of a target with', () => {
  test.each<[name: string, statements: Statements]>([
    ['the ExternalId, tags and SourceIdentity', RIGHT],
    [
      'every action named by a pattern',
      [broker('sts:Assume*'), broker('STS:*Session', {}), broker('sts:Set*', {})],
    ],
    ['the ExternalId by a pattern without wildcards', [broker('sts:AssumeRole', by('StringLike')), BESIDE]],
    ['the ExternalId by ForAnyValue', [broker('sts:AssumeRole', by('ForAnyValue:StringEquals')), BESIDE]],
    [
      'the ExternalId demanded by a Deny',
      [broker('sts:AssumeRole', {}), BESIDE, deny(by('StringNotEquals'), 'sts:AssumeRole')],
    ],
    [
      'a whole account that a condition narrows to the broker',
      [
        allow({ AWS: 'arn:aws:iam::111122223333:root' }, 'sts:AssumeRole', {
          Condition: { StringEquals: { 'sts:ExternalId': ID }, ArnEquals: { 'aws:PrincipalArn': BROKER } },
        }),
        BESIDE,
      ],
    ],
    [
      'tags and SourceIdentity demanded of the session',
      [
        broker('sts:AssumeRole'),
        broker(SESSION, {
          Condition: {
            StringLike: { 'aws:RequestTag/Pipeline': '*', 'sts:SourceIdentity': '*' },
            StringEquals: { 'aws:RequestTag/stage': 'live' },
            'ForAllValues:StringEquals': { 'aws:TagKeys': ['pipeline', 'stage'] },
          },
        }),
      ],
    ],
    [
      'a Deny of another principal',
      [...RIGHT, { ...deny({}), Principal: { AWS: 'arn:aws:iam::123456789012:role/x' } }],
    ],
    ['a Deny of another action', [...RIGHT, deny({}, 'sts:AssumeRoleWithSAML')]],
    [
      'a Deny that does not hold',
      [...RIGHT, deny({ Condition: { Bool: { 'aws:SecureTransport': 'false' } } })],
    ],
    ['a statement that lets nobody take the role', [...RIGHT, allow('*', 'sts:GetCallerIdentity', {})]],
  ])('%s', (_name, statements) => {
    expect(codes(statements)).toEqual([]);
  });
});

describe('a role without tags and SourceIdentity needs', () => {
  test.each([
    ['only to be assumed', [broker('sts:AssumeRole')], []],
    [
      'no SourceIdentity to be demanded',
      [
        broker('sts:AssumeRole', {
          Condition: { Null: { 'sts:SourceIdentity': 'false' }, StringEquals: { 'sts:ExternalId': ID } },
        }),
      ],
      ['condition-not-met'],
    ],
  ])('%s', (_name, statements, found) => {
    expect(codes(statements, { ...ASKED, tags: [], sourceIdentity: false })).toEqual(found);
  });
});

describe('T44: what is found when the broker', () => {
  test.each<[name: string, statements: Statements, found: string[]]>([
    ['is not named', [allow({ AWS: [] }, 'sts:AssumeRole')], ['broker-not-trusted']],
    [
      'is another role of the same name',
      [allow({ AWS: BROKER.replace('1111', '9999') }, 'sts:*')],
      ['broker-not-trusted', 'principal-other'],
    ],
    ['may only tag', [BESIDE], ['broker-not-trusted']],
    [
      'was deleted',
      [allow({ AWS: 'AROAEXAMPLEEXAMPLE123' }, 'sts:*')],
      ['broker-not-trusted', 'principal-gone'],
    ],
    ['is denied', [...RIGHT, deny({}, 'sts:AssumeRole')], ['explicitly-denied']],
    ['is denied its tags', [...RIGHT, deny({}, 'sts:TagSession')], ['explicitly-denied']],
    [
      'may not tag',
      [broker('sts:AssumeRole'), broker('sts:SetSourceIdentity', {})],
      ['tag-session-not-allowed'],
    ],
    [
      'may not set SourceIdentity',
      [broker('sts:AssumeRole'), broker('sts:TagSession', {})],
      ['source-identity-not-allowed'],
    ],
    [
      'may set a tag that it does not send',
      [
        broker('sts:AssumeRole'),
        broker(SESSION, { Condition: { StringLike: { 'aws:RequestTag/team': '*' } } }),
      ],
      ['tag-session-not-allowed', 'source-identity-not-allowed'],
    ],
    [
      'needs another tag value',
      [
        broker('sts:AssumeRole', {
          Condition: { StringEquals: { 'sts:ExternalId': ID, 'aws:RequestTag/stage': 'test' } },
        }),
        BESIDE,
      ],
      ['condition-not-met'],
    ],
  ])('%s', (_name, statements, found) => {
    expect(codes(statements)).toEqual(found);
  });
});

describe('T44: what is found when the ExternalId', () => {
  test.each<[name: string, more: object, found: string[]]>([
    ['is not demanded', {}, ['external-id-not-demanded']],
    ['is demanded only if it is there', by('StringEqualsIfExists'), ['external-id-not-demanded']],
    [
      'is demanded by ForAllValues, which holds for none',
      by('ForAllValues:StringEquals'),
      ['external-id-not-demanded'],
    ],
    ['is another', by('StringEquals', 'kite-sts:other'), ['external-id-differs']],
    ['is of another case', by('StringEquals', 'Kite-sts:deploy'), ['external-id-differs']],
    ['must be absent', { Condition: { Null: { 'sts:ExternalId': 'true' } } }, ['external-id-differs']],
    ['may be any', { Condition: { Null: { 'sts:ExternalId': 'false' } } }, ['external-id-wide']],
    ['may be any of ours', by('StringLike', 'kite-sts:*'), ['external-id-wide']],
    ['may be of another role too', by('StringEquals', [ID, 'kite-sts:other']), ['external-id-wide']],
    ['may be of any case', by('StringEqualsIgnoreCase'), ['external-id-wide']],
    ['must only differ from one', by('StringNotEquals', 'x'), ['external-id-not-demanded']],
  ])('%s', (_name, more, found) => {
    expect(codes([broker('sts:AssumeRole', more), BESIDE])).toEqual(found);
  });

  test('is of another role that shares the target, nothing is found', () => {
    const trusted = { ...TRUSTED, externalIds: [ID, 'kite-sts:other'] };
    const both = [broker('sts:AssumeRole', by('StringEquals', trusted.externalIds)), BESIDE];
    expect(codes(both, ASKED, trusted)).toEqual([]);
  });

  test('of the one role is there and that of the other is not, it is found for the other', () => {
    const trusted = { ...TRUSTED, externalIds: [ID, 'kite-sts:other'] };
    expect(codes(RIGHT, { ...ASKED, externalId: 'kite-sts:other' }, trusted)).toEqual([
      'external-id-differs',
    ]);
  });

  test('is demanded in one of two statements, it is not demanded', () => {
    expect(codes([...RIGHT, broker('sts:AssumeRole', {})])).toEqual(['external-id-not-demanded']);
  });
});

describe('of the longest session', () => {
  const target = { arn: ARN, statements: readTrustStatements({ Statement: RIGHT as never }) };

  test.each([
    ['as long as the role gives', 3600, []],
    ['longer', 43_200, []],
    ['shorter', 3599, ['session-too-short']],
    ['not told', undefined, ['undecided']],
  ])('that is %s', (_name, maxSeconds, found) => {
    expect(checkTarget(ASKED, { ...target, maxSeconds }, TRUSTED).map(({ code }) => code)).toEqual(found);
  });
});

test('a target that the file does not have is found', () => {
  expect(checkTarget(ASKED, undefined, TRUSTED)).toEqual([{ code: 'target-unknown' }]);
});

describe('the trust policy that is told is right by the same check, for', () => {
  const other: TargetRequest = {
    ...ASKED,
    role: 'other',
    externalId: 'kite-sts:other',
    tags: [],
    sourceIdentity: false,
  };

  test.each([
    ['one role', [ASKED], [ID]],
    ['two roles of one target', [ASKED, other], [ID, 'kite-sts:other']],
    ['a role with neither tags nor SourceIdentity', [other], ['kite-sts:other']],
  ])('%s', (_name, sharing, externalIds) => {
    const trusted = { ...TRUSTED, externalIds };
    const { Statement } = createTrustPolicy(sharing, trusted) as { Statement: Statements };
    for (const asked of sharing) expect(codes(Statement, asked, trusted)).toEqual([]);
  });
});

test('one tag needs the right to tag, and none needs none', () => {
  const statements = [broker('sts:AssumeRole'), broker('sts:SetSourceIdentity', {})];
  expect(codes(statements, { ...ASKED, tags: ASKED.tags.slice(0, 1) })).toEqual(['tag-session-not-allowed']);
  expect(codes(statements, { ...ASKED, tags: [] })).toEqual([]);
});
