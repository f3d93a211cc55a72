import { describe, expect, test } from 'vitest';
import {
  isActionCovered,
  listTargetRequests,
  readWholeAccount,
} from '../../../lib/review/targets/request.ts';
import { readTrustStatements } from '../../../lib/review/targets/trust.ts';
import { TRUST } from '../../harness/grant.ts';
import { roleFrom } from '../../harness/policy.ts';

const ARN = 'arn:aws:iam::123456789012:role/deploy';

describe('a role asks of its target', () => {
  test('the defaults: an ExternalId of its name, SourceIdentity and no tags', () => {
    expect(listTargetRequests([roleFrom(`${TRUST}aws: { role_arn: "${ARN}" }\n`)])).toEqual([
      {
        role: 'tested',
        arn: ARN,
        externalId: 'kite-sts:tested',
        tags: [],
        transitiveTags: [],
        sourceIdentity: true,
        seconds: 3600,
      },
    ]);
  });

  test('what it says; the value of a tag that claims fill in is not known', () => {
    const role = roleFrom(`${TRUST}session: { seconds: 900, max_seconds: 1800 }
aws:
  role_arn: ${ARN}
  external_id: shared-id
  source_identity: false
  tags: { pipeline: "\${pipeline_slug}", stage: live }
  transitive_tags: [stage]
`);
    expect(listTargetRequests([role])).toMatchObject([
      {
        externalId: 'shared-id',
        tags: [
          ['pipeline', undefined],
          ['stage', 'live'],
        ],
        transitiveTags: ['stage'],
        sourceIdentity: false,
        seconds: 1800,
      },
    ]);
  });

  test('nothing when it is not of AWS', () => {
    expect(listTargetRequests([roleFrom(`${TRUST}jwt: { audience: https://api.test.example }\n`)])).toEqual(
      [],
    );
    expect(listTargetRequests([roleFrom(`${TRUST}aws: { role_arn: ${ARN}, via: web_identity }\n`)])).toEqual(
      [],
    );
  });
});

test.each([
  ['sts:AssumeRole', true],
  ['STS:assumerole', true],
  ['sts:*', true],
  ['*', true],
  ['sts:AssumeRol?', true],
  ['sts:AssumeRoleWithSAML', false],
  ['AssumeRole', false],
])('the action %s covers sts:AssumeRole: %s', (action, covered) => {
  const of = (name: string) =>
    readTrustStatements({
      Statement: { Effect: 'Allow', Principal: '*', [name]: ['sts:TagSession', action] },
    });
  expect(of('Action').map(each => isActionCovered(each, 'sts:AssumeRole'))).toEqual([covered]);
  expect(of('NotAction').map(each => isActionCovered(each, 'sts:AssumeRole'))).toEqual([!covered]);
});

test.each([
  ['123456789012', '123456789012'],
  ['arn:aws:iam::123456789012:root', '123456789012'],
  ['arn:aws-cn:iam::123456789012:root', '123456789012'],
  [ARN, undefined],
  ['*', undefined],
])('%s is the whole account %s', (name, account) => {
  expect(readWholeAccount(name)).toBe(account);
});
