import { expect, test } from 'vitest';
import { readOptions } from '../../infra/options.ts';
import { createAlarms, PATTERNS } from '../../infra/resources/alarms.ts';
import { createEventResources } from '../../infra/resources/events.ts';
import { createRefresherResources } from '../../infra/resources/refresher.ts';
import { DENIALS, FAULTS } from '../../infra/resources/thresholds.ts';
import { createTemplate } from '../../infra/template.ts';
import { STACK } from '../harness/deploy.ts';
import { configFrom } from '../harness/local.ts';
import { read, rowsOf } from '../harness/markdown.ts';

const PAGE = 'docs/guides/costs.md';
function dollars(cell = ''): number {
  return Number(cell.replace('$', ''));
}
const rows = rowsOf(PAGE, 'part').map(([part = '', quantity, , price, cost]) => ({
  part,
  quantity: Number(quantity),
  price: dollars(price),
  cost: dollars(cost),
}));
function row(part: string) {
  return rows.find(each => each.part.startsWith(part));
}

test.each(rows)('the cost of $part is quantity times price', ({ quantity, price, cost }) => {
  expect(quantity * price).toBeCloseTo(cost, 2);
  expect(cost).toBeGreaterThan(0);
});

test('the sums are those of the rows', () => {
  const sum = rows.slice(0, 4).reduce((total, { cost }) => total + cost, 0);
  expect(read(PAGE)).toContain(`$${sum.toFixed(2)} for a million sessions of AWS`);
  expect(read(PAGE)).toContain(`$${(sum + (row('KMS')?.cost ?? 0)).toFixed(2)} for a million tokens`);
});

test('the parts of sealed keys are those that are deployed with them', () => {
  const count = (type: string): number => {
    const [plain, sealed] = ['kms', 'sealed'].map(signing => {
      const { options } = readOptions({ signing });
      const made = options && createTemplate({ config: configFrom(), options, stack: STACK });
      return Object.values(made?.resources.Resources ?? {}).filter(({ Type }) => Type === type).length;
    });
    return (sealed ?? 0) - (plain ?? 0);
  };
  expect(row('`sealed`: the key that seals')?.quantity).toBe(count('AWS::KMS::Key'));
  expect(row('`sealed`: alarms')?.quantity).toBe(count('AWS::CloudWatch::Alarm'));
  expect(row('`sealed`: metrics')?.quantity).toBe(count('AWS::Logs::MetricFilter'));
});

test('the alarms of events are those that are deployed with them', () => {
  const { options } = readOptions({});
  const made = options && createEventResources({ rows: new Map() }, options);
  const alarmed = Object.values(made ?? {}).filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm');
  expect(row('events: alarms')?.quantity).toBe(alarmed.length);
});

test('the quantities are those of what is deployed', () => {
  const { options } = readOptions({});
  const made = options && createTemplate({ config: configFrom(), options, stack: STACK });
  const count = (type: string): number =>
    Object.values(made?.resources.Resources ?? {}).filter(({ Type }) => Type === type).length;
  expect(row('keys of KMS')?.quantity).toBe(count('AWS::KMS::Key'));
  expect(row('alarms')?.quantity).toBe(count('AWS::CloudWatch::Alarm'));
  const watched = Object.keys({
    ...createAlarms({}),
    ...(options && createRefresherResources({ registries: [] }, options)),
  });
  expect(count('AWS::CloudWatch::Alarm')).toBe(watched.filter(id => id.endsWith('Alarm')).length);
  expect(row('dashboard')?.quantity).toBe(count('AWS::CloudWatch::Dashboard'));
  // Two of the filters are split by reason and by code; the others make one metric each.
  const split = Object.keys(DENIALS).length + Object.keys(FAULTS).length;
  expect(row('metrics of denials')?.quantity).toBe(split + Object.keys(PATTERNS).length - 2);
  expect(row('Lambda time')?.quantity).toBe(
    (1_000_000 * 0.05 * (made?.functions.exchange.memorySize ?? 0)) / 1024,
  );
});
