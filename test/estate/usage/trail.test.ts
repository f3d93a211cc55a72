import { expect, test } from 'vitest';
import { describeTrail, readTrail } from '../../../lib/estate/usage/trail.ts';
import type { ClaimValue } from '../../../lib/policy/claims.ts';
import { roleFrom } from '../../harness/policy.ts';
import { BROKER } from '../aws/migrated.ts';

const ARN = 'arn:aws:iam::123456789012:role/web';
const WEB = {
  ...roleFrom(
    `trust:\n  - iss: https://agent.buildkite.com\n    claims: { organization_slug: acme, pipeline_slug: web }\naws: { role_arn: "${ARN}" }\n`,
  ),
  name: 'web',
};

type Event = { readonly [name: string]: unknown };
/** As CloudTrail writes them: the record contents of its user guide. */
const assumed = (by: string, key: string, session: string, more: Event = {}): Event => ({
  eventVersion: '1.08',
  eventTime: '2026-11-20T10:00:00Z',
  eventSource: 'sts.amazonaws.com',
  eventName: 'AssumeRole',
  eventCategory: 'Management',
  userIdentity: {
    type: 'AssumedRole',
    accessKeyId: 'ASIABROKER',
    sessionContext: { sessionIssuer: { type: 'Role', arn: by } },
  },
  requestParameters: { roleArn: ARN, roleSessionName: session },
  responseElements: { credentials: { accessKeyId: key } },
  ...more,
});
const did = (key: string, service: string, eventName: string, more: Event = {}): Event => ({
  eventTime: '2026-11-20T10:10:00Z',
  eventSource: `${service}.amazonaws.com`,
  eventName,
  eventCategory: 'Management',
  userIdentity: {
    type: 'AssumedRole',
    accessKeyId: key,
    arn: 'arn:aws:sts::123456789012:assumed-role/web/web.1.abc',
  },
  ...more,
});

const described = (...events: Event[]) =>
  describeTrail(
    readTrail({ Records: events } as ClaimValue, text => JSON.parse(text)),
    [WEB],
    { broker: BROKER, roleOf: new Map([['web.1.abc', 'web']]) },
  );

test('T96: what a session did and what it was refused is told, and for how long it was in use', () => {
  const report = described(
    assumed(BROKER, 'ASIA1', 'web.1.abc'),
    did('ASIA1', 's3', 'ListBuckets'),
    did('ASIA1', 's3', 'ListBuckets'),
    did('ASIA1', 'ec2', 'RunInstances', { errorCode: 'Client.UnauthorizedOperation' }),
    did('ASIA1', 's3', 'GetObject', { errorCode: 'NoSuchKey' }),
  );
  expect(report.roles).toMatchObject([
    {
      role: 'web',
      sessions: 1,
      seen: [
        { value: 's3:ListBuckets', times: 2 },
        { value: 's3:GetObject', times: 1 },
      ],
      refused: [{ value: 'ec2:RunInstances', times: 1 }],
      longest: 600,
    },
  ]);
});

test.each<[says: string, events: Event[]]>([
  [
    'a session that somebody else opened under the same name',
    [assumed('arn:aws:iam::111122223333:role/other', 'ASIA1', 'web.1.abc')],
  ],
  [
    'one that was refused',
    [assumed(BROKER, 'ASIA1', 'web.1.abc', { errorCode: 'AccessDenied', responseElements: null })],
  ],
  ['keys that were never given', [assumed(BROKER, 'ASIA2', 'web.1.abc')]],
])('T96: joined is never %s', (_says, events) => {
  const report = described(...events, did('ASIA1', 's3', 'ListBuckets'));
  expect(report.roles.flatMap(({ seen }) => seen)).toEqual([]);
});

test('a session of the broker of which no audit event tells is told', () => {
  expect(described(assumed(BROKER, 'ASIA1', 'unheard-of')).untold).toEqual([
    { session: 'unheard-of', arn: ARN },
  ]);
});

test('services whose data events are not logged are named, and those that are a person’s matter', () => {
  const opened = assumed(BROKER, 'ASIA1', 'web.1.abc');
  const without = described(opened, did('ASIA1', 'iam', 'PassRole'), did('ASIA1', 'kms', 'Decrypt'));
  expect([without.unlogged, without.forPeople]).toEqual([
    ['dynamodb', 'lambda', 's3', 'sns', 'sqs'],
    ['iam', 'kms'],
  ]);
  const logged = described(opened, did('ASIA1', 's3', 'PutObject', { eventCategory: 'Data' }));
  expect(logged.unlogged).not.toContain('s3');
});

test('lookup-events is read as a trail is', () => {
  const events = {
    Events: [{ EventId: '1', CloudTrailEvent: JSON.stringify(assumed(BROKER, 'ASIA1', 'web.1.abc')) }],
  };
  expect(readTrail(events as ClaimValue, text => JSON.parse(text))).toHaveLength(1);
  expect(readTrail({ Other: [] }, text => JSON.parse(text))).toEqual([]);
});
