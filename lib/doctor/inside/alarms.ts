import { readAwsList } from '../../aws/account.ts';
import type { JsonObject } from '../../http/json.ts';
import { createTellers, type Diagnosis, describeUnread } from '../diagnosis.ts';
import type { Opened } from './examined.ts';

const CHECK = createTellers('alarm');

/** The alarms of the stack, by AWS's own names. */
async function listAlarms(opened: Opened): Promise<JsonObject[]> {
  const { read, stack, resources } = opened;
  const ours = new Map(resources.map(({ name, id }) => [name, id]));
  const all: JsonObject[] = [];
  let NextToken: unknown;
  do {
    const page = await read('cloudwatch:DescribeAlarms', {
      AlarmNamePrefix: `${stack}-`,
      ...(NextToken ? { NextToken } : {}),
    });
    for (const each of readAwsList(page['MetricAlarms'])) {
      const id = ours.get(String(each['AlarmName']));
      if (id !== undefined) all.push({ ...each, id });
    }
    NextToken = page['NextToken'];
  } while (NextToken);
  return all;
}

const MEANING = 'What it means and what to do: docs/guides/operate.md, "Alarms".';

function judgeAlarms(alarms: readonly JsonObject[], expected: number): Diagnosis[] {
  const ringing = alarms.filter(({ StateValue }) => StateValue === 'ALARM');
  const silenced = alarms.filter(({ ActionsEnabled }) => String(ActionsEnabled) === 'false');
  const gone = CHECK.wrong(
    'all',
    `${expected - alarms.length} of ${expected} alarms are gone`,
    'Somebody deleted them: deploy with a change to custom.kiteSts.alarms, which makes them again.',
  );
  return [
    ...ringing.map(({ id, AlarmDescription }) =>
      CHECK.wrong(String(id), `it rings: ${String(AlarmDescription)}`, MEANING),
    ),
    ...silenced.map(({ id, AlarmName }) => {
      const mend = `aws cloudwatch enable-alarm-actions --alarm-names ${String(AlarmName)}`;
      return CHECK.wrong(String(id), 'it is silenced', mend);
    }),
    ...(alarms.length < expected ? [gone] : []),
  ];
}

/** Looks which alarms ring, and whether all of them are there. */
export async function examineAlarms(opened: Opened): Promise<readonly Diagnosis[]> {
  const expected = opened.resources.filter(({ type }) => type === 'AWS::CloudWatch::Alarm').length;
  try {
    const alarms = await listAlarms(opened);
    const wrong = judgeAlarms(alarms, expected);
    return wrong.length > 0 ? wrong : [CHECK.ok('all', `${expected} alarms, and none rings`)];
  } catch (error) {
    return [CHECK.unknown('all', ...describeUnread(error, 'cloudwatch:DescribeAlarms'))];
  }
}
