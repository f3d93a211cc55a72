import { isAbsent } from '../../lib/aws/account.ts';
import { createTellers, type Diagnosis, describeUnread } from '../../lib/doctor/diagnosis.ts';
import { listEventSources } from '../resources/jobs.ts';
import type { PreflightInput } from './look.ts';

const CHECK = createTellers('buses');

async function checkBus(flight: PreflightInput, name: string): Promise<Diagnosis> {
  try {
    await flight.read('events:DescribeEventBus', { Name: name });
    return CHECK.ok(name, 'the bus is there');
  } catch (error) {
    if (isAbsent(error))
      return CHECK.wrong(
        name,
        'there is no such bus in this account and region, and the rule on it could not be made',
        `Give the source its bus: aws events create-event-bus --name ${name} --event-source-name ${name}`,
      );
    return CHECK.unknown(name, ...describeUnread(error, 'events:DescribeEventBus'));
  }
}

/** Looks whether the partner buses are there on which the broker hears of jobs: a person must have accepted each source. */
export async function checkBuses(flight: PreflightInput): Promise<readonly Diagnosis[]> {
  const sources = listEventSources(flight.input.config);
  return Promise.all(sources.map(each => checkBus(flight, each.source)));
}
