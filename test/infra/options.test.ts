import { describe, expect, test } from 'vitest';
import { readOptions } from '../../infra/options.ts';
import type { Rule } from '../../lib/language/complaint.ts';

const CERTIFICATE = 'arn:aws:acm:eu-central-1:123456789012:certificate/1';
const TOPIC = 'arn:aws:sns:eu-central-1:123456789012:pages';
const APP_KEY = 'arn:aws:kms:eu-central-1:123456789012:key/0b1c2d3e-0000-4000-8000-000000000001';
const APP_SECRET = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:ci/github-app-AbCdEf';
const OPERATOR = 'arn:aws:iam::123456789012:role/teams/on-call';
const SSO =
  'arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/eu-central-1/AWSReservedSSO_On-call_*';
const HERE = 'serverless.yml custom.kiteSts';

test('nothing said gives the defaults', () => {
  expect(readOptions(undefined)).toEqual({
    options: {
      alarms: {},
      dashboard: true,
      logRetentionDays: 90,
      throttle: { rate: 50, burst: 100 },
      targets: [],
      accountConcurrency: 1000,
      signing: 'kms',
      signingKey: 'first',
      appKeys: {},
      functionUrl: false,
      operators: [],
      breakGlass: [],
      provider: { roleTags: {}, vpc: false, tracing: false, architecture: 'arm64' },
    },
    complaints: [],
  });
});

test.each<[name: string, given: object]>([
  ['a config folder', { config: 'policies' }],
  ['a domain', { domain: { name: 'sts.acme.io', certificateArn: CERTIFICATE, hostedZoneId: 'Z0123' } }],
  ['a topic for alarms', { alarms: { snsTopicArn: TOPIC } }],
  ['a retention', { logRetentionDays: 365 }],
  ['a throttle', { throttle: { rate: 10, burst: 20 } }],
  [
    'patterns of targets in an organization',
    { targets: ['arn:aws:iam::*:role/ci-*'], orgId: 'o-abcdefghij' },
  ],
  ['sealed keys', { signing: 'sealed' }],
  ['the other signing key', { signingKey: 'second' }],
  ['reserved concurrency', { reservedConcurrency: 20 }],
  ['a Lambda URL', { functionUrl: true }],
  ['no dashboard', { dashboard: false }],
  ['the key of an app in KMS', { appKeys: { Iv23li: APP_KEY } }],
  ['the key of an app in Secrets Manager', { appKeys: { Iv23li: APP_SECRET } }],
  ['the account', { account: '111122223333' }],
  ['operators', { operators: [OPERATOR, OPERATOR.replace('role/', 'user/'), SSO] }],
])('%s is taken as it is', (_name, given) => {
  const { options, complaints } = readOptions(given);
  expect(complaints).toEqual([]);
  expect(options).toMatchObject(given);
});

describe('refused, with the rule and the path:', () => {
  test.each<[name: string, given: unknown, rule: Rule, path: string]>([
    ['what is no mapping', ['a'], 'wrong-type', ''],
    ['a key that is not known', { alarm: {} }, 'unknown-key', '.alarm'],
    ['a key of every object', { constructor: {} }, 'unknown-key', '.constructor'],
    ['a key below that is not known', { alarms: { topic: TOPIC } }, 'unknown-key', '.alarms.topic'],
    ['a domain without its certificate', { domain: { name: 'sts.acme.io' } }, 'missing-key', '.domain'],
    [
      'a certificate that is none',
      { domain: { name: 'sts.acme.io', certificateArn: TOPIC } },
      'wrong-value',
      '.domain.certificateArn',
    ],
    [
      'the name of a zone for its id',
      { domain: { name: 'sts.acme.io', certificateArn: CERTIFICATE, hostedZoneId: 'acme.io' } },
      'wrong-value',
      '.domain.hostedZoneId',
    ],
    ['a retention that CloudWatch lacks', { logRetentionDays: 91 }, 'wrong-value', '.logRetentionDays'],
    ['a retention in text', { logRetentionDays: '90' }, 'wrong-type', '.logRetentionDays'],
    ['a rate of nothing', { throttle: { rate: 0, burst: 1 } }, 'wrong-value', '.throttle.rate'],
    ['a target that is no role', { targets: ['*'], orgId: 'o-abcdefghij' }, 'wrong-value', '.targets[0]'],
    ['no targets', { targets: [], orgId: 'o-abcdefghij' }, 'empty', '.targets'],
    [
      'T44: targets that no organization bounds',
      { targets: ['arn:aws:iam::*:role/ci-*'] },
      'missing-key',
      '',
    ],
    ['a way to sign that there is not', { signing: 'local' }, 'wrong-value', '.signing'],
    ['an alias of an app’s key', { appKeys: { a: 'alias/app' } }, 'wrong-value', '.appKeys.a'],
    ['T44: every secret', { appKeys: { a: APP_SECRET.replace('ci/', '*') } }, 'wrong-value', '.appKeys.a'],
    ['an account without quotes', { account: 111122223333 }, 'wrong-type', '.account'],
    ['no operators', { operators: [] }, 'empty', '.operators'],
    ['T93: every operator', { operators: ['*'] }, 'wrong-value', '.operators[0]'],
    [
      'T93: every role as operator',
      { operators: [`${OPERATOR.slice(0, 31)}*`] },
      'wrong-value',
      '.operators[0]',
    ],
    ['T93: roles that begin alike', { operators: [`${OPERATOR}*`] }, 'wrong-value', '.operators[0]'],
    [
      'T93: every role of the identity center',
      { operators: [SSO.replace('On-call_', '')] },
      'wrong-value',
      '.operators[0]',
    ],
    [
      'a session, which no policy sees',
      { operators: ['arn:aws:sts::123456789012:assumed-role/on-call/alice'] },
      'wrong-value',
      '.operators[0]',
    ],
    [
      'the root of an account',
      { operators: ['arn:aws:iam::123456789012:root'] },
      'wrong-value',
      '.operators[0]',
    ],
    ['two who break the glass', { breakGlass: [OPERATOR] }, 'wrong-type', '.breakGlass'],
    ['a third signing key', { signingKey: 'third' }, 'wrong-value', '.signingKey'],
    [
      'a variable that was not replaced',
      { alarms: { snsTopicArn: '${x:y}' } },
      'wrong-value',
      '.alarms.snsTopicArn',
    ],
  ])('%s', (_name, given, rule, path) => {
    const { options, complaints } = readOptions(given);
    expect(options).toBeUndefined();
    expect(complaints.map(each => [each.rule, each.place.file])).toEqual([[rule, `${HERE}${path}`]]);
  });
});
