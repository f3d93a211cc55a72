import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { REGION_PAUSE } from '../../lib/aws/breaker.ts';
import { AwsError, type AwsService, type AwsSetting, createAwsCall } from '../../lib/aws/call.ts';
import { DUMMY_KEYS } from '../../lib/local/sts.ts';
import { NOW } from '../harness/policy.ts';

/** Its faults are a code, a space and words. */
const SERVICE: AwsService = {
  name: 'sts',
  readFault: body => {
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
async function serviceOf(replies: readonly Reply[]) {
  const bodies: string[] = [];
  const dates: string[] = [];
  const regions: string[] = [];
  server = createServer(async (message, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk);
    const [status, body] = replies[Math.min(bodies.length, replies.length - 1)] ?? [500, ''];
    bodies.push(Buffer.concat(chunks).toString());
    dates.push(String(message.headers['x-amz-date']));
    regions.push(String(message.headers.authorization).split('/')[2] ?? '');
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
  return { setting, bodies, dates, regions };
}

async function faultOf(work: Promise<unknown>) {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const { code, status, passing } = error;
    return { code, status, passing };
  }
}

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
    { reply: [408, 'Other no'], fault: { code: 'Other', status: 408, passing: true }, attempts: 3 },
    { reply: [500, 'Other no'], fault: { code: 'Other', status: 500, passing: true }, attempts: 3 },
    { reply: [503, '<html>'], fault: { code: 'Unknown', status: 503, passing: true }, attempts: 3 },
    // What AWS did not write came from something between, and says nothing of what AWS thinks.
    { reply: [404, '<html>'], fault: { code: 'Unknown', status: 404, passing: true }, attempts: 3 },
    { reply: [403, '<html>'], fault: { code: 'Unknown', status: 403, passing: true }, attempts: 3 },
    { reply: [302, ''], fault: { code: 'Unknown', status: 302, passing: true }, attempts: 3 },
    { reply: [204, ''], fault: { code: 'Unknown', status: 204, passing: true }, attempts: 3 },
    { reply: [408, 'Other no'], fault: { code: 'Other', status: 408, passing: true }, attempts: 3 },
    ...[
      'IDPCommunicationError',
      'Throttling',
      'ThrottlingException',
      'TooManyRequestsException',
      'RequestLimitExceeded',
      'RequestTimeout',
      'RequestTimeoutException',
      'ServiceUnavailable',
      'InternalFailure',
      'InternalError',
      'TimeoutError',
      'PriorRequestNotComplete',
    ].map(code => ({
      reply: [400, `${code} no`] as const,
      fault: { code, status: 400, passing: true },
      attempts: 3,
    })),
  ])('D08: by $reply after $attempts attempts', async ({ reply, fault, attempts }) => {
    const { setting, bodies } = await serviceOf([reply]);
    expect(await faultOf(createAwsCall(SERVICE, setting)({}, 'asked'))).toEqual(fault);
    expect(bodies).toEqual(Array(attempts).fill('asked'));
  });

  test.each([
    'IDPCommunicationError',
    'InternalError',
    'InternalFailure',
    'PriorRequestNotComplete',
    'ProvisionedThroughputExceededException',
    'RequestLimitExceeded',
    'RequestTimeout',
    'RequestTimeoutException',
    'ServiceUnavailable',
    'ThrottledException',
    'Throttling',
    'ThrottlingException',
    'TooManyRequestsException',
  ])('T-6: by %s, which botocore repeats too, after three attempts', async code => {
    const { setting, bodies } = await serviceOf([[400, `${code} no`]]);
    expect(await faultOf(createAwsCall(SERVICE, setting)({}, 'asked'))).toMatchObject({
      code,
      passing: true,
    });
    expect(bodies).toHaveLength(3);
  });

  test('at once where there are no keys to sign with', async () => {
    const { setting, bodies } = await serviceOf([[200, 'done']]);
    const credentials = () => Promise.reject(new Error('AWS_ACCESS_KEY_ID is not set'));
    const call = createAwsCall(SERVICE, { ...setting, credentials });
    expect(await faultOf(call({}, 'asked'))).toEqual({ code: 'Error', status: undefined, passing: false });
    expect(bodies).toEqual([]);
  });

  test('where nobody listens, and where a name is not known, after three attempts', async () => {
    const { setting } = await serviceOf([]);
    for (const endpoint of ['http://127.0.0.1:9', 'http://nobody.invalid:9']) {
      let signed = 0;
      const credentials = async () => {
        signed++;
        return DUMMY_KEYS;
      };
      await faultOf(createAwsCall(SERVICE, { ...setting, endpoint, credentials })({}, 'x'));
      expect([endpoint, signed]).toEqual([endpoint, 3]);
    }
  });

  test('by the name of what failed', async () => {
    const { setting } = await serviceOf([]);
    const call = createAwsCall(SERVICE, { ...setting, endpoint: 'http://127.0.0.1:9' });
    expect(await faultOf(call({}, 'x'))).toEqual({ code: 'ECONNREFUSED', status: undefined, passing: true });
  });
});

test('of the time that an answer has it is told, also of a refusal, and goes by its own', async () => {
  const readings: unknown[] = [];
  const { setting, dates } = await serviceOf([[403, 'AccessDenied no']]);
  await faultOf(
    createAwsCall(SERVICE, { ...setting, noteTime: reading => void readings.push(reading) })({}, 'x'),
  );
  const apart = Math.abs(Date.now() / 1000 - (readings[0] as { readonly theirs: number }).theirs);
  expect([readings.length, apart < 5]).toEqual([1, true]);
  expect(readings[0]).toMatchObject({ sent: NOW, received: NOW });
  expect(dates).toEqual(['20270115T080000Z']);
});

describe('T63: nothing can have been done', () => {
  const undoneOf = (work: Promise<unknown>) => work.catch((error: AwsError) => error.undone);

  test.each<{ name: string; replies: readonly Reply[]; undone: boolean }>([
    { name: 'where it was refused', replies: [[403, 'AccessDenied no']], undone: true },
    { name: 'where it was put off', replies: [[400, 'Throttling no']], undone: true },
    { name: 'but not by a fault of the service', replies: [[500, 'InternalFailure no']], undone: false },
    { name: 'but not by what the service did not write', replies: [[403, '<html>']], undone: false },
    {
      name: 'but not where it was refused after an attempt that nobody knows the end of',
      replies: [
        [500, ''],
        [403, 'AccessDenied no'],
      ],
      undone: false,
    },
  ])('$name', async ({ replies, undone }) => {
    const { setting } = await serviceOf(replies);
    expect(await undoneOf(createAwsCall(SERVICE, setting)({}, 'asked'))).toBe(undone);
  });

  test('where nobody listens, and where nothing can be signed', async () => {
    const { setting } = await serviceOf([]);
    const away = createAwsCall(SERVICE, { ...setting, endpoint: 'http://127.0.0.1:9' });
    const unsigned = createAwsCall(SERVICE, {
      ...setting,
      credentials: () => Promise.reject(new Error('no')),
    });
    expect([await undoneOf(away({}, 'x')), await undoneOf(unsigned({}, 'x'))]).toEqual([true, true]);
  });
});

describe('a call goes through', () => {
  test('after failures that passed', async () => {
    const { setting, bodies } = await serviceOf([
      [500, ''],
      [400, 'Throttling no'],
      [200, 'done'],
    ]);
    expect(await createAwsCall(SERVICE, setting)({}, 'asked')).toBe('done');
    expect(bodies).toHaveLength(3);
  });

  test('with each attempt signed at its own time', async () => {
    let now = NOW;
    const { setting, dates } = await serviceOf([
      [500, ''],
      [200, 'done'],
    ]);
    await createAwsCall(SERVICE, { ...setting, now: () => (now += 0.3) })({}, 'asked');
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
    await faultOf(createAwsCall(SERVICE, { ...setting, random: () => random })({}, 'x'));
    const took = performance.now() - started;
    expect(took).toBeGreaterThanOrEqual(least);
    expect(took).toBeLessThan(least + 250);
  },
);

describe('D08: the second region', () => {
  const WELL: Reply = [200, 'done'];
  const BROKEN: Reply = [500, 'Other no'];
  const [HOME, SECOND] = ['us-east-1', 'eu-west-1'];
  const BEYOND = REGION_PAUSE + 1;

  type Row = {
    readonly name: string;
    /** What is answered, one after another. */
    readonly replies: readonly Reply[];
    /** Seconds after the first call at which there is one. */
    readonly calls: readonly number[];
    readonly asked: readonly string[];
  };

  const askedBy = async ({ replies, calls }: Row, service: AwsService, region?: string) => {
    const { setting, regions } = await serviceOf(replies);
    let now = NOW;
    const call = createAwsCall(service, { ...setting, secondRegion: SECOND, now: () => now });
    for (const after of calls) {
      now = NOW + after;
      await faultOf(call({}, 'asked', { region }));
    }
    return regions;
  };

  test.each<Row>([
    { name: 'is left alone while the first is well', replies: [WELL], calls: [0, 1], asked: [HOME, HOME] },
    {
      name: 'has the last attempt of the call that met the outage, and no attempt is added',
      replies: [BROKEN],
      calls: [0],
      asked: [HOME, HOME, SECOND],
    },
    {
      name: 'has the next call from the start',
      replies: [BROKEN, BROKEN, WELL],
      calls: [0, 1],
      asked: [HOME, HOME, SECOND, SECOND],
    },
    {
      name: 'has the rest of a call that found the first broken still',
      replies: [BROKEN, BROKEN, WELL, BROKEN, WELL],
      calls: [0, BEYOND, BEYOND + 1],
      asked: [HOME, HOME, SECOND, HOME, SECOND, SECOND],
    },
    {
      name: 'is left when the first is well again',
      replies: [BROKEN, BROKEN, WELL],
      calls: [0, BEYOND, BEYOND + 1],
      asked: [HOME, HOME, SECOND, HOME, HOME],
    },
    {
      name: 'T81: is left when the clock was set back',
      replies: [BROKEN, BROKEN, WELL],
      calls: [0, -3600],
      asked: [HOME, HOME, SECOND, HOME],
    },
    {
      name: 'is no way around a quota',
      replies: [[400, 'Throttling no']],
      calls: [0],
      asked: [HOME, HOME, HOME],
    },
    {
      name: 'is not asked for another answer',
      replies: [[403, 'AccessDenied no']],
      calls: [0, 1, 2],
      asked: [HOME, HOME, HOME],
    },
  ])('$name', async row => {
    expect(await askedBy(row, { ...SERVICE, everywhere: true })).toEqual(row.asked);
  });

  const broken: Row = { name: '', replies: [BROKEN], calls: [0], asked: [] };

  test.each<{ name: string; service: AwsService; region?: string; asked: string }>([
    { name: 'of what lies in one region', service: SERVICE, asked: HOME },
    {
      name: 'where the role names its own',
      service: { ...SERVICE, everywhere: true },
      region: 'eu-north-1',
      asked: 'eu-north-1',
    },
  ])('is none $name', async ({ service, region, asked }) => {
    expect(await askedBy(broken, service, region)).toEqual([asked, asked, asked]);
  });
});
