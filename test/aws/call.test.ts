import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { AwsError, type AwsSetting, awsCall, type Service } from '../../lib/aws/call.ts';
import { DUMMY_KEYS } from '../../lib/local/sts.ts';
import { NOW } from '../harness/policy.ts';

/** Its faults are a code, a space and words. */
const SERVICE: Service = {
  name: 'sts',
  faultOf: body => {
    const [, code, message] = /^(\w+) (.+)$/.exec(body) ?? [];
    return code && message ? { code, message } : undefined;
  },
};

type Reply = readonly [status: number, body: string];
let server: Server | undefined;
afterEach(() => {
  server?.close();
  server?.closeAllConnections();
});

/** A service that says these replies one after another, the last again and again. */
const serviceOf = async (replies: readonly Reply[]) => {
  const bodies: string[] = [];
  const dates: string[] = [];
  server = createServer(async (message, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk);
    const [status, body] = replies[Math.min(bodies.length, replies.length - 1)] ?? [500, ''];
    bodies.push(Buffer.concat(chunks).toString());
    dates.push(String(message.headers['x-amz-date']));
    response.writeHead(status).end(body);
  });
  await new Promise<void>(resolve => server?.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const setting: AwsSetting = {
    region: 'us-east-1',
    credentials: DUMMY_KEYS,
    endpoint: `http://127.0.0.1:${port}`,
    now: () => NOW,
    random: () => 0,
  };
  return { setting, bodies, dates };
};

const faultOf = async (work: Promise<unknown>) => {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const { code, status, passing } = error;
    return { code, status, passing };
  }
};

describe('a call fails', () => {
  test.each<{ reply: Reply; fault: object; attempts: number }>([
    {
      reply: [403, 'AccessDenied no'],
      fault: { code: 'AccessDenied', status: 403, passing: false },
      attempts: 1,
    },
    { reply: [400, 'Throttling no'], fault: { code: 'Throttling', status: 400, passing: true }, attempts: 3 },
    {
      reply: [400, 'ProvisionedThroughputExceededException no'],
      fault: { code: 'ProvisionedThroughputExceededException', status: 400, passing: true },
      attempts: 3,
    },
    { reply: [429, 'Other no'], fault: { code: 'Other', status: 429, passing: true }, attempts: 3 },
    { reply: [500, 'Other no'], fault: { code: 'Other', status: 500, passing: true }, attempts: 3 },
    { reply: [503, '<html>'], fault: { code: 'Unknown', status: 503, passing: true }, attempts: 3 },
    { reply: [404, '<html>'], fault: { code: 'Unknown', status: 404, passing: false }, attempts: 1 },
    { reply: [302, ''], fault: { code: 'Unknown', status: 302, passing: false }, attempts: 1 },
    { reply: [204, ''], fault: { code: 'Unknown', status: 204, passing: false }, attempts: 1 },
  ])('D08: by $reply after $attempts attempts', async ({ reply, fault, attempts }) => {
    const { setting, bodies } = await serviceOf([reply]);
    expect(await faultOf(awsCall(SERVICE, setting)({}, 'asked'))).toEqual(fault);
    expect(bodies).toEqual(Array(attempts).fill('asked'));
  });

  test('at once where there are no keys to sign with', async () => {
    const { setting, bodies } = await serviceOf([[200, 'done']]);
    const credentials = () => Promise.reject(new Error('AWS_ACCESS_KEY_ID is not set'));
    const call = awsCall(SERVICE, { ...setting, credentials });
    expect(await faultOf(call({}, 'asked'))).toEqual({ code: 'Error', status: undefined, passing: false });
    expect(bodies).toEqual([]);
  });

  test('where nobody listens', async () => {
    const { setting } = await serviceOf([]);
    const call = awsCall(SERVICE, { ...setting, endpoint: 'http://127.0.0.1:9' });
    expect(await faultOf(call({}, 'x'))).toEqual({ code: 'ECONNREFUSED', status: undefined, passing: true });
  });
});

describe('a call goes through', () => {
  test('after failures that passed', async () => {
    const { setting, bodies } = await serviceOf([
      [500, ''],
      [400, 'Throttling no'],
      [200, 'done'],
    ]);
    expect(await awsCall(SERVICE, setting)({}, 'asked')).toBe('done');
    expect(bodies).toHaveLength(3);
  });

  test('with each attempt signed at its own time', async () => {
    let now = NOW;
    const { setting, dates } = await serviceOf([
      [500, ''],
      [200, 'done'],
    ]);
    await awsCall(SERVICE, { ...setting, now: () => (now += 0.3) })({}, 'asked');
    expect(new Set(dates).size).toBe(2);
  });
});

test.each([
  { random: 0, least: 0 },
  { random: 0.99, least: 290 },
])(
  'D08: between attempts it rests for a share of a time that doubles: $random',
  async ({ random, least }) => {
    const { setting } = await serviceOf([[500, '']]);
    const started = performance.now();
    await faultOf(awsCall(SERVICE, { ...setting, random: () => random })({}, 'x'));
    const took = performance.now() - started;
    expect(took).toBeGreaterThanOrEqual(least);
    expect(took).toBeLessThan(least + 250);
  },
);
