import { startBudget } from '../http/retry.ts';
import type { AwsSetting } from './call.ts';
import { createJsonCall, createUnreadableError, type JsonCall, type JsonService } from './json.ts';

const FIREHOSE: JsonService = { name: 'firehose', model: 'Firehose_20150804', version: '1.1' };
const EVENTS: JsonService = { name: 'events', model: 'AWSEvents', version: '1.1' };

/** Milliseconds for all attempts to deliver one event: a credential that is made already waits for it. */
export const DELIVERY_MS = 3000;

/** Where events are delivered to: a delivery stream or an event bus of the broker's account and region, by its name. */
export type Destination = { readonly sink: 'firehose' | 'eventbridge'; readonly to: string };

/** Resolves when the line is there: then it is theirs to keep. Throws when that is not known. May deliver it twice. */
export type Deliver = (line: string) => Promise<void>;

/** https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecord.html */
function createStreamDelivery(ask: JsonCall, DeliveryStreamName: string): Deliver {
  return async line => {
    // Firehose puts records together as they are, so each brings the end of its line.
    const Data = Buffer.from(`${line}\n`).toString('base64');
    const { RecordId } = await ask('PutRecord', { DeliveryStreamName, Record: { Data } });
    // It is there under this id, and without one it is not known to be (threat T84).
    if (!RecordId) throw createUnreadableError('PutRecord');
  };
}

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
function createBusDelivery(ask: JsonCall, EventBusName: string): Deliver {
  return async Detail => {
    const entry = { EventBusName, Source: 'kite-sts', DetailType: 'Audit event', Detail };
    const { FailedEntryCount, Entries } = await ask('PutEvents', { Entries: [entry] });
    // A success that took nothing: what failed stands inside of it.
    if (FailedEntryCount === 0) return;
    const [{ ErrorCode = 'no code' } = {}] = (Entries ?? []) as { readonly ErrorCode?: string }[];
    throw new Error(`events:PutEvents took nothing: ${ErrorCode}`);
  };
}

export function createDelivery(destination: Destination, aws: AwsSetting): Deliver {
  const { sink, to } = destination;
  const { now = () => Date.now() / 1000 } = aws;
  const call = createJsonCall(sink === 'firehose' ? FIREHOSE : EVENTS, aws);
  const ask: JsonCall = (operation, input) =>
    call(operation, input, { budget: startBudget(now, DELIVERY_MS) });
  return sink === 'firehose' ? createStreamDelivery(ask, to) : createBusDelivery(ask, to);
}
