import { describe, expect, test } from 'vitest';
import { PATTERNS } from '../../../infra/resources/alarms.ts';
import { DENIALS, FAULTS, JOB_FAULTS } from '../../../infra/resources/thresholds.ts';
import { CODES } from '../../../lib/errors.ts';
import { createSharedFetch, type SharedKeys } from '../../../lib/token/copy.ts';
import { createCachedKeys } from '../../../lib/token/keys.ts';
import { KeySetError } from '../../../lib/token/keyset.ts';
import { testBroker } from '../../harness/broker.ts';
import { propertiesOf, resourcesFor } from '../../harness/deploy.ts';
import { readFilter } from '../../harness/filter.ts';
import { TRUST } from '../../harness/grant.ts';
import { tokenClaims } from '../../harness/issuer.ts';
import { PLENTY } from '../../harness/limits.ts';
import { NOW, PROVIDER } from '../../harness/policy.ts';
import { stsError, testSts } from '../../harness/sts.ts';

const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:oncall';
function alarmsOf(options: object = {}) {
  return Object.entries(resourcesFor({ options })).filter(
    ([, { Type }]) => Type === 'AWS::CloudWatch::Alarm',
  );
}

/** `namespace metric dimension=value statistic >= threshold, periods`, of every alarm. */
function watched() {
  return Object.fromEntries(
    alarmsOf().map(([id, { Properties }]) => {
      const {
        Namespace,
        MetricName,
        Dimensions,
        Statistic,
        ExtendedStatistic,
        Threshold,
        EvaluationPeriods,
      } = Properties as { readonly [name: string]: unknown };
      const split = (Dimensions as { Name: string; Value: unknown }[]).map(
        ({ Name, Value }) => `${Name}=${(Value as { Ref?: string }).Ref ?? Value}`,
      );
      const namespace = (Namespace as { 'Fn::Sub'?: string })['Fn::Sub'] ?? Namespace;
      const by = [namespace, MetricName, ...split, Statistic ?? ExtendedStatistic].join(' ');
      return [id, `${by} >= ${Threshold}, ${EvaluationPeriods} × ${Properties['Period']} s`];
    }),
  );
}

const OURS = 'kite-sts/${AWS::StackName}';

describe('there is an alarm', () => {
  test('for every reason of a denial, every failure of ours, and 13 more', () => {
    const said = Object.values(watched());
    for (const reason of Object.keys(DENIALS)) expect(said.join('\n')).toContain(` reason=${reason} `);
    for (const code of Object.keys(FAULTS)) expect(said.join('\n')).toContain(` code=${code} `);
    expect(said).toHaveLength(Object.keys(DENIALS).length + Object.keys(FAULTS).length + 13);
  });

  test('for every code of our fault that an event can have, but for the line that could not be written', () => {
    const ours = Object.entries(CODES).flatMap(([code, { fault }]) =>
      ['setup', 'ours'].includes(fault) ? [code] : [],
    );
    expect(ours.filter(code => !Object.hasOwn({ ...FAULTS, ...JOB_FAULTS }, code))).toEqual([
      'audit_unavailable',
      'identities_unavailable',
      // It passes by itself, and any stranger can cause it.
      'issuer_keys_pending',
    ]);
  });
});

test('every alarm tells the topic when it begins and ends, and silence is no alarm', () => {
  for (const [, { Properties }] of alarmsOf({ alarms: { snsTopicArn: TOPIC } }))
    expect(Properties).toMatchObject({
      AlarmActions: [TOPIC],
      OKActions: [TOPIC],
      TreatMissingData: 'notBreaching',
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    });
});

test('without a topic, alarms can only be looked at', () => {
  const telling = alarmsOf().filter(
    ([, { Properties }]) => 'AlarmActions' in Properties || 'OKActions' in Properties,
  );
  expect(telling).toEqual([]);
});

test.each([
  { metric: 'Denied', dimensions: [{ Key: 'reason', Value: '$.reason' }] },
  { metric: 'Failed', dimensions: [{ Key: 'code', Value: '$.code' }] },
  { metric: 'UpstreamThrottled', dimensions: undefined },
  { metric: 'RateLimited', dimensions: undefined },
  { metric: 'AuditUnavailable', dimensions: undefined },
  { metric: 'IdentitiesUnavailable', dimensions: undefined },
  { metric: 'IssuerKeysNotTaken', dimensions: undefined },
  { metric: 'IssuerKeysUnproven', dimensions: undefined },
  { metric: 'IssuerKeysNotShared', dimensions: undefined },
] as const)('$metric is counted in the lines of the exchange', ({ metric, dimensions }) => {
  expect(propertiesOf(resourcesFor(), `${metric}Filter`)).toEqual({
    LogGroupName: { Ref: 'ExchangeLogGroup' },
    FilterPattern: PATTERNS[metric],
    MetricTransformations: [
      {
        MetricNamespace: { 'Fn::Sub': OURS },
        MetricName: metric,
        MetricValue: '1',
        ...(dimensions ? { Dimensions: dimensions } : {}),
      },
    ],
  });
});

/** The filters that count a line. */
function countedAs(text: string): string[] {
  return Object.entries(PATTERNS).flatMap(([metric, pattern]) => (readFilter(pattern)(text) ? [metric] : []));
}

describe('a real line is counted', () => {
  const ROLES = {
    web: `${TRUST}${PROVIDER}\n`,
    aws: `${TRUST}aws: { role_arn: arn:aws:iam::123456789012:role/a }\n`,
  };

  const lineOf = async (
    role: string,
    claims: { readonly [name: string]: unknown },
    aws?: Parameters<typeof testBroker>[0]['aws'],
  ) => {
    const { ask, audit, issuer } = await testBroker({ roles: ROLES, ...(aws ? { aws } : {}) });
    await ask({ subject_token: await issuer.sign(tokenClaims(claims)), audience: role });
    return audit.at(-1) ?? '';
  };

  test.each([
    ['a denial', 'web', { build_branch: 'other' }, ['Denied'], { reason: 'no_statement_holds' }],
    ['a role that is not there', 'nothing', {}, ['Denied'], { reason: 'role_unknown' }],
    ['a credential', 'web', {}, [], {}],
    [
      "a caller's own mistake",
      'web',
      { aud: 'https://other.example' },
      [],
      { code: 'token_audience_differs' },
    ],
  ])('%s', async (_name, role, claims, as, by) => {
    const line = await lineOf(role, claims);
    expect(countedAs(line)).toEqual(as);
    expect(JSON.parse(line)).toMatchObject(by);
  });

  test.each([
    [
      'an upstream that throttles',
      stsError('Throttling', 400),
      ['Failed', 'UpstreamThrottled'],
      'provider_unavailable',
    ],
    ['an upstream that is down', stsError('ServiceUnavailable', 503), ['Failed'], 'provider_unavailable'],
    ['an upstream that refuses', stsError('AccessDenied', 403), ['Failed'], 'provider_refused'],
  ])('%s', async (_name, error, as, code) => {
    const sts = await testSts();
    sts.reply(error);
    const line = await lineOf('aws', {}, sts.setting);
    expect(countedAs(line)).toEqual(as);
    expect(JSON.parse(line)).toMatchObject({ code });
  });

  test('T75: an exchange over a limit', async () => {
    const limits = { ...PLENTY, exchanges: { perMinute: 1, burst: 1 } };
    const { ask, audit, issuer } = await testBroker({ roles: ROLES, limits });
    for (let times = 0; times < 2; times++)
      await ask({ subject_token: await issuer.sign(tokenClaims()), audience: 'web' });
    expect(audit.map(countedAs)).toEqual([[], ['RateLimited']]);
  });

  test('a key set that was not taken', async () => {
    const said: string[] = [];
    const keys = createCachedKeys(
      () => Promise.reject(new KeySetError('status 500')),
      what => void said.push(JSON.stringify({ issuer: 'https://issuer.example', what })),
    );
    await expect(keys('a', NOW)).rejects.toMatchObject({ code: 'issuer_keys_unavailable' });
    expect(said.flatMap(countedAs)).toEqual(['IssuerKeysNotTaken']);
  });

  test.each([
    { found: { is: 'unproven' } as const, as: ['IssuerKeysUnproven'] },
    { found: { is: 'absent' } as const, as: ['IssuerKeysNotShared'] },
    { found: undefined, as: ['IssuerKeysNotShared'] },
  ])('T93: a shared key set that does not serve, $as', async ({ found, as }) => {
    const said: string[] = [];
    const shared: SharedKeys = {
      find: () => (found ? Promise.resolve(found) : Promise.reject(new Error('away'))),
      keep: () => Promise.reject(new Error('only the refresher may write')),
    };
    const row = {
      issuer: 'https://issuer.example',
      uri: 'https://issuer.example/jwks',
      algorithms: ['RS256'],
    };
    const report = (what: string): void => void said.push(JSON.stringify({ issuer: row.issuer, what }));
    await createSharedFetch(shared, row, async () => new Map(), report)('a', NOW);
    expect(said.flatMap(countedAs)).toEqual(as);
  });
});
