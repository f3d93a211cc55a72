import { describe, expect, test } from 'vitest';
import { REGION_PAUSE } from '../../lib/aws/breaker.ts';
import { AwsError, type AwsService, createAwsCall } from '../../lib/aws/call.ts';
import { DUMMY_KEYS } from '../../lib/local/sts.ts';
import { NOW } from '../harness/policy.ts';
import { awsAt, testServer } from '../harness/server.ts';

/** Its faults are a code, a space and words. */
const SERVICE: AwsService = {
  name: 'sts',
  readFault: body => {
    const [, code, message] = /^(\w+) (.+)$/.exec(body) ?? [];
    return code && message ? { code, message } : undefined;
  },
};

type Reply = readonly [status: number, body: string];
/** A service that says these replies one after another, the last again and again. */
async function serviceOf(replies: readonly Reply[]) {
  const bodies: string[] = [];
  const dates: string[] = [];
  const regions: string[] = [];
  const { port } = await testServer(asked => {
    const [status, body] = replies[Math.min(bodies.length, replies.length - 1)] ?? [500, ''];
    bodies.push(asked.body);
    dates.push(String(asked.headers['x-amz-date']));
    regions.push(String(asked.headers.authorization).split('/')[2] ?? '');
    return { status, body };
  });
  return { setting: { ...awsAt(port), now: () => NOW }, bodies, dates, regions };
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
  /** What the service did not write itself came from something between, and says nothing of what AWS thinks. */
  const NOT_THEIRS = 'Unknown';
  test.each<[status: number, body: string, code: string, attempts: number]>([
    [403, 'AccessDenied no', 'AccessDenied', 1],
    [429, 'Other no', 'Other', 3],
    [408, 'Other no', 'Other', 3],
    [500, 'Other no', 'Other', 3],
    [503, '<html>', NOT_THEIRS, 3],
    [404, '<html>', NOT_THEIRS, 3],
    [403, '<html>', NOT_THEIRS, 3],
    [302, '', NOT_THEIRS, 3],
    [204, '', NOT_THEIRS, 3],
  ])('D08: by %i %j, as %s, after %i attempts', async (status, body, code, attempts) => {
    const { setting, bodies } = await serviceOf([[status, body]]);
    const fault = await faultOf(createAwsCall(SERVICE, setting)({}, 'asked'));
    expect(fault).toEqual({ code, status, passing: attempts > 1 });
    expect(bodies).toEqual(Array(attempts).fill('asked'));
  });

  // T-6: those of them that botocore repeats are all here.
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
    'TimeoutError',
    'TooManyRequestsException',
  ])('D08, T-6: by %s, which passes, after three attempts', async code => {
    const { setting, bodies } = await serviceOf([[400, `${code} no`]]);
    const fault = await faultOf(createAwsCall(SERVICE, setting)({}, 'asked'));
    expect(fault).toEqual({ code, status: 400, passing: true });
    expect(bodies).toEqual(Array(3).fill('asked'));
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
  const [HOME, SECOND] = ['us-east-1', 'eu-west-1'] as const;
  const EVERYWHERE: AwsService = { ...SERVICE, everywhere: true };
  const BEYOND = REGION_PAUSE + 1;

  const PUT_OFF: Reply = [400, 'Throttling no'];
  const REFUSED: Reply = [403, 'AccessDenied no'];

  /** The regions that are asked by calls so many seconds after the first, where this is answered one after another. */
  const askedBy = async (
    replies: readonly Reply[],
    calls: readonly number[],
    service: AwsService,
    region?: string,
  ) => {
    const { setting, regions } = await serviceOf(replies);
    let now = NOW;
    const call = createAwsCall(service, { ...setting, secondRegion: SECOND, now: () => now });
    for (const after of calls) {
      now = NOW + after;
      await faultOf(call({}, 'asked', { region }));
    }
    return regions;
  };

  test.each<[name: string, replies: Reply[], calls: number[], ...asked: string[]]>([
    ['is left alone while the first is well', [WELL], [0, 1], HOME, HOME],
    [
      'has the last attempt of the call that met the outage, and none is added',
      [BROKEN],
      [0],
      HOME,
      HOME,
      SECOND,
    ],
    ['has the next call from the start', [BROKEN, BROKEN, WELL], [0, 1], HOME, HOME, SECOND, SECOND],
    [
      'has the rest of a call that found the first broken still',
      [BROKEN, BROKEN, WELL, BROKEN, WELL],
      [0, BEYOND, BEYOND + 1],
      ...[HOME, HOME, SECOND, HOME, SECOND, SECOND],
    ],
    [
      'is left when the first is well again',
      [BROKEN, BROKEN, WELL],
      [0, BEYOND, BEYOND + 1],
      ...[HOME, HOME, SECOND, HOME, HOME],
    ],
    [
      'T81: is left when the clock was set back',
      [BROKEN, BROKEN, WELL],
      [0, -3600],
      HOME,
      HOME,
      SECOND,
      HOME,
    ],
    ['is no way around a quota', [PUT_OFF], [0], HOME, HOME, HOME],
    ['is not asked for another answer', [REFUSED], [0, 1, 2], HOME, HOME, HOME],
  ])('%s', async (_name, replies, calls, ...asked) => {
    expect(await askedBy(replies, calls, EVERYWHERE)).toEqual(asked);
  });

  test.each<[name: string, service: AwsService, region: string | undefined, asked: string]>([
    ['of what lies in one region', SERVICE, undefined, HOME],
    ['where the role names its own', EVERYWHERE, 'eu-north-1', 'eu-north-1'],
  ])('is none %s', async (_name, service, region, asked) => {
    expect(await askedBy([BROKEN], [0], service, region)).toEqual([asked, asked, asked]);
  });
});
