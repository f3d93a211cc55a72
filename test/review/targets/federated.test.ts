import { describe, expect, test } from 'vitest';
import { checkAllTargets, listTargets } from '../../../lib/review/targets/checked.ts';
import {
  checkFederatedTarget,
  createFederatedPolicy,
  listFederatedRequests,
} from '../../../lib/review/targets/federated.ts';
import { readTrustStatements } from '../../../lib/review/targets/trust.ts';
import { configFrom, ROLES } from '../../harness/local.ts';

const URL = 'https://sts.test.example';
const ARN = 'arn:aws:iam::123456789012:role/ci/web';
const PROVIDER = 'arn:aws:iam::123456789012:oidc-provider/sts.test.example';
const ENTER = 'sts:AssumeRoleWithWebIdentity';
const [AUD, SUB] = ['sts.test.example:aud', 'sts.test.example:sub'];

const ASKED = {
  role: 'web',
  arn: ARN,
  subject: 'role:web',
  tagged: true,
  sourceIdentity: true,
  seconds: 3600,
};
const TRUSTED = { url: URL, also: [], subjects: ['role:web'] };
const SESSION = ['sts:TagSession', 'sts:SetSourceIdentity'];

const allow = (Action: string[], StringEquals: object, more: object = {}) => ({
  Effect: 'Allow',
  Principal: { Federated: PROVIDER },
  Action,
  Condition: { StringEquals },
  ...more,
});
const BOTH = { [AUD]: 'sts.amazonaws.com', [SUB]: 'role:web' };
const RIGHT = allow([ENTER, ...SESSION], BOTH);

const codes = (statements: object[], asked = ASKED, maxSeconds = 3600): string[] =>
  checkFederatedTarget(
    asked,
    { arn: ARN, maxSeconds, statements: readTrustStatements({ Statement: statements as never }) },
    TRUSTED,
  ).map(({ code }) => code);

describe('a target via web_identity', () => {
  test.each<[name: string, statements: object[], found: string[], asked?: typeof ASKED]>([
    ['is right', [RIGHT], []],
    [
      'is right without what its role does not send',
      [allow([ENTER], BOTH)],
      [],
      { ...ASKED, tagged: false, sourceIdentity: false },
    ],
    ['trusts nobody', [], ['issuer-not-trusted', 'tag-session-not-allowed', 'source-identity-not-allowed']],
    [
      'trusts the provider of another issuer',
      [{ ...RIGHT, Principal: { Federated: `${PROVIDER}.evil` } }],
      ['issuer-not-trusted', 'tag-session-not-allowed', 'source-identity-not-allowed', 'principal-other'],
    ],
    ['demands no audience', [allow([ENTER, ...SESSION], { [SUB]: 'role:web' })], ['audience-not-demanded']],
    [
      'demands another audience',
      [allow([ENTER], { ...BOTH, [AUD]: 'x' }), allow(SESSION, {})],
      ['condition-not-met'],
    ],
    [
      'demands no subject',
      [allow([ENTER, ...SESSION], { [AUD]: 'sts.amazonaws.com' })],
      ['subject-not-demanded'],
    ],
    [
      'takes subjects by a pattern',
      [
        allow(
          [ENTER, ...SESSION],
          {},
          { Condition: { StringEquals: { [AUD]: 'sts.amazonaws.com' }, StringLike: { [SUB]: 'role:web*' } } },
        ),
      ],
      ['subject-not-demanded'],
    ],
    [
      'takes another subject too',
      [allow([ENTER, ...SESSION], { ...BOTH, [SUB]: ['role:web', 'role:api'] })],
      ['subject-not-demanded'],
    ],
    [
      'demands another subject',
      [allow([ENTER], { ...BOTH, [SUB]: 'role:api' }), allow(SESSION, {})],
      ['condition-not-met', 'subject-not-demanded'],
    ],
    ['allows no tags', [allow([ENTER, 'sts:SetSourceIdentity'], BOTH)], ['tag-session-not-allowed']],
    ['allows no source identity', [allow([ENTER, 'sts:TagSession'], BOTH)], ['source-identity-not-allowed']],
    ['denies it', [RIGHT, { ...allow([ENTER], {}), Effect: 'Deny' }], ['explicitly-denied']],
    [
      'lets somebody else in',
      [RIGHT, { ...allow(['sts:AssumeRole'], {}), Principal: { AWS: 'arn:aws:iam::222222222222:root' } }],
      ['principal-other'],
    ],
    [
      'demands what only AWS knows',
      [allow([ENTER, ...SESSION], { ...BOTH, 'aws:SourceVpc': 'vpc-1' })],
      ['undecided', 'undecided', 'undecided'],
    ],
  ])('%s', (_name, statements, found, asked = ASKED) => {
    expect(codes(statements, asked)).toEqual(found);
  });

  test('whose sessions are too short, and one that is not there', () => {
    expect(codes([RIGHT], { ...ASKED, seconds: 7200 })).toEqual(['session-too-short']);
    expect(checkFederatedTarget(ASKED, undefined, TRUSTED).map(({ code }) => code)).toEqual([
      'target-unknown',
    ]);
  });

  test('with a path in the issuer is known by it', () => {
    const url = `${URL}/broker`;
    const policy = createFederatedPolicy([ASKED], { ...TRUSTED, url });
    expect(JSON.stringify(policy)).toContain(':oidc-provider/sts.test.example/broker"');
    const { Statement } = policy as { Statement: object[] };
    const target = {
      arn: ARN,
      maxSeconds: 3600,
      statements: readTrustStatements({ Statement: Statement as never }),
    };
    expect(checkFederatedTarget(ASKED, target, { ...TRUSTED, url })).toEqual([]);
  });
});

test('the policy that is printed passes the check, also of a target that two roles share', () => {
  const TRUST = ROLES.publish.split('jwt:')[0];
  const { roles } = configFrom({
    web: `${TRUST}aws: { role_arn: "${ARN}", via: web_identity, tags: { team: web } }\n`,
    api: `${TRUST}aws: { role_arn: "${ARN}", via: web_identity }\n`,
  });
  expect(listFederatedRequests(roles).map(({ tagged }) => tagged)).toEqual([true, false]);
  expect(listTargets(roles)).toEqual([ARN]);
  const trustees = { broker: 'arn:aws:iam::111122223333:role/exchange', url: URL, also: [] };
  const [first] = checkAllTargets(roles, new Map(), trustees);
  expect(first?.findings.map(({ code }) => code)).toEqual(['target-unknown']);
  const { Statement } = (first?.trustPolicy ?? {}) as { Statement: never };
  const target = { arn: ARN, maxSeconds: 43_200, statements: readTrustStatements({ Statement }) };
  expect(
    checkAllTargets(roles, new Map([[ARN, target]]), trustees).flatMap(({ findings }) => findings),
  ).toEqual([]);
});
