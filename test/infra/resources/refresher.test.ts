import { expect, test } from 'vitest';
import { REFRESHED_EVERY } from '../../../infra/resources/refresher.ts';
import { judgeClock } from '../../../lib/token/clock.ts';
import { SOFT_LIFETIME } from '../../../lib/token/keys.ts';
import { propertiesOf, resourcesFor, statementsOf } from '../../harness/deploy.ts';
import { NOW, rowsFrom } from '../../harness/policy.ts';

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

test('a clock that is off is an alarm, by the lines that the refresher writes', () => {
  const pattern = propertiesOf(resources, 'ClockOffFilter');
  expect(pattern['LogGroupName']).toEqual({ Ref: 'RefresherLogGroup' });
  const [, member = '', value = ''] =
    /^\{ \$\.(\w+) = "(\w+)" \}$/.exec(String(pattern['FilterPattern'])) ?? [];
  const off = { theirs: NOW - 360, sent: NOW, received: NOW };
  const lines = [
    judgeClock({ aws: [off], issuers: new Map() }),
    judgeClock({ aws: [], issuers: new Map([['https://evil.example', off]]) }),
  ].map(findings => findings.map(line => (line as { readonly [name: string]: unknown })[member] === value));
  expect(lines).toEqual([[true], [false]]);
  expect(propertiesOf(resources, 'ClockOffAlarm')).toMatchObject({ Period: 900, Threshold: 1 });
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
