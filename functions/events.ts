import { createEventRecorder } from '../lib/broker.ts';
import { openCompiled } from '../lib/config/compiled.ts';
import { recordEvent } from '../lib/job-events.ts';
import { startFunction } from '../lib/lambda/deployed.ts';
import { reportEvent } from '../lib/lambda/fault.ts';

const { settings, aws, config } = startFunction(import.meta.dirname);
const recorder = createEventRecorder(openCompiled(config), { aws, jobTable: settings.jobTable });

/**
 * Notes what Buildkite's events tell of jobs. It has no door, and its rules alone may invoke it. What it does not believe
 * is a line of its log, which is an alarm; what is thrown comes again, by EventBridge.
 */
export const handler = async (event: unknown): Promise<{ readonly kind: string }> => {
  const reading = await recordEvent(recorder, event);
  if (reading.kind === 'refused') reportEvent(reading.why);
  return { kind: reading.kind };
};
