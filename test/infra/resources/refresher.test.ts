import { expect, test } from 'vitest';
import { REFRESHED_EVERY } from '../../../infra/resources/refresher.ts';
import { SOFT_LIFETIME } from '../../../lib/token/keys.ts';
import { propertiesOf, resourcesFor, statementsOf } from '../../harness/deploy.ts';
import { rowsFrom } from '../../harness/policy.ts';

const resources = resourcesFor({ ground: { rows: rowsFrom('- preset: buildkite') } });

test('D04: issuers are asked before anybody else would have to', () => {
  expect(propertiesOf(resources, 'RefresherSchedule')['ScheduleExpression']).toBe('rate(4 minutes)');
  const share = (REFRESHED_EVERY * 60) / SOFT_LIFETIME;
  expect([share >= 0.7, share < 1]).toEqual([true, true]);
});

test('what asks them may write its log and the keys with a proof, and nothing else', () => {
  const may = [...statementsOf(resources).keys()].filter(name => name.startsWith('RefresherRights'));
  expect(may.map(name => name.split(' ')[1])).toEqual([
    'WriteOwnLogs',
    'KeepIssuerKeys',
    'CheckProofs',
    'Prove',
  ]);
});

test('a quarter of an hour without a run is an alarm, and so is one in which each failed', () => {
  expect(propertiesOf(resources, 'RefresherMissedAlarm')).toMatchObject({
    Period: 900,
    Threshold: 1,
    ComparisonOperator: 'LessThanThreshold',
    TreatMissingData: 'breaching',
  });
  expect(propertiesOf(resources, 'RefresherErrorsAlarm')).toMatchObject({ Period: 900, Threshold: 3 });
});
