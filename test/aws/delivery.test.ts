import { describe, expect, test } from 'vitest';
import { createDelivery, type Destination } from '../../lib/aws/delivery.ts';
import { DUMMY_KEYS } from '../../lib/local/sts.ts';
import { type Asked, type Said, testServer } from '../harness/server.ts';

const LINE = '{"event":"exchange","decision_id":"d"}';
const STREAM: Destination = { sink: 'firehose', to: 'kite-sts-audit' };
const BUS: Destination = { sink: 'eventbridge', to: 'security' };

/** Delivers the line to what says this, and gives what was asked. */
async function delivered(destination: Destination, ...said: (Said | undefined)[]) {
  const server = await testServer((_asked, times) => said[Math.min(times, said.length) - 1]);
  const setting = { region: 'eu-west-1', endpoint: server.url, credentials: DUMMY_KEYS, random: () => 0 };
  const arrived = await createDelivery(
    destination,
    setting,
  )(LINE).then(
    () => true,
    (error: Error) => error.message,
  );
  return { arrived, asked: server.asked };
}

const NOTHING: Pick<Asked, 'headers' | 'body'> = { headers: {}, body: '{}' };
function ok(body: object): Said {
  return { status: 200, body };
}
function no(status: number, code: string): Said {
  return { status, body: { __type: code, message: code } };
}
const TAKEN = ok({ FailedEntryCount: 0, Entries: [{ EventId: 'e' }] });

describe('an event is delivered', () => {
  test('to a delivery stream, as one line', async () => {
    const { arrived, asked } = await delivered(STREAM, ok({ RecordId: 'r' }));
    const { headers, body } = asked[0] ?? NOTHING;
    expect([arrived, headers['x-amz-target'], headers['content-type']]).toEqual([
      true,
      'Firehose_20150804.PutRecord',
      'application/x-amz-json-1.1',
    ]);
    expect(headers.authorization).toContain('/eu-west-1/firehose/aws4_request');
    const { DeliveryStreamName, Record } = JSON.parse(body) as {
      DeliveryStreamName: string;
      Record: { Data: string };
    };
    expect(DeliveryStreamName).toBe('kite-sts-audit');
    expect(Buffer.from(Record.Data, 'base64').toString()).toBe(`${LINE}\n`);
  });

  test('to an event bus, as its detail', async () => {
    const { arrived, asked } = await delivered(BUS, TAKEN);
    const { headers, body } = asked[0] ?? NOTHING;
    expect([arrived, headers['x-amz-target']]).toEqual([true, 'AWSEvents.PutEvents']);
    expect(headers.authorization).toContain('/eu-west-1/events/aws4_request');
    expect(JSON.parse(body)).toEqual({
      Entries: [{ EventBusName: 'security', Source: 'kite-sts', DetailType: 'Audit event', Detail: LINE }],
    });
  });

  test('again, when it failed in passing', async () => {
    const { arrived, asked } = await delivered(BUS, no(503, 'InternalException'), TAKEN);
    expect([arrived, asked.length]).toEqual([true, 2]);
  });
});

describe('T84: an event has not arrived', () => {
  test.each<[name: string, to: Destination, said: Said | undefined, attempts: number]>([
    ['where there is no such stream', STREAM, no(400, 'ResourceNotFoundException'), 1],
    ['without the right', STREAM, no(400, 'AccessDeniedException'), 1],
    ['where the stream is full', STREAM, no(500, 'ServiceUnavailableException'), 3],
    ['when the connection breaks', STREAM, undefined, 3],
    [
      'where the bus took the call and not the event',
      BUS,
      ok({ FailedEntryCount: 1, Entries: [{ ErrorCode: 'ThrottlingException' }] }),
      1,
    ],
    ['where the bus says something else', BUS, { status: 200, body: '<html>' }, 1],
    ['where the stream says something else', STREAM, { status: 200 }, 1],
    ['where the stream says no id', STREAM, ok({}), 1],
  ])('%s', async (_name, to, said, attempts) => {
    const { arrived, asked } = await delivered(to, said);
    expect([typeof arrived, asked.length]).toEqual(['string', attempts]);
  });
});
