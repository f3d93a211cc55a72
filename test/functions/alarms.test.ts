import { beforeAll, describe, expect, test } from 'vitest';
import { createDynamoTable } from '../../lib/aws/dynamo.ts';
import type { FunctionName } from '../../lib/config/wiring.ts';
import type { Break } from '../harness/account.ts';
import { type Deployed, deploy, type Running } from '../harness/deployed.ts';
import { stsForm } from '../harness/door.ts';
import { readFilter } from '../harness/filter.ts';
import {
  askToken,
  down,
  FLEET,
  type IssuerServer,
  issuerServer,
  mintToken,
  publishEvent,
  switchesOf,
  TARGET_ROLE,
  whileBroken,
} from '../harness/fleet.ts';
import { httpEvent } from '../harness/gateway.ts';
import { jobFinished, jobStarted } from '../harness/job-events.ts';
import { switchOf } from '../harness/switch.ts';

/** A fleet that a burst of two exhausts. */
const TIGHT = {
  ...FLEET,
  'broker.yml': `${FLEET['broker.yml']}limits: { exchanges: { per_minute: 1, burst: 2 } }\n`,
};

type Dimension = { readonly Name: string; readonly Value: string };
type Alarm = {
  readonly id: string;
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions: readonly Dimension[];
};
type Filter = {
  readonly logGroup: string;
  readonly pattern: string;
  readonly metric: string;
  readonly by: string | undefined;
};

const GROUPS: { readonly [group: string]: FunctionName } = {
  ExchangeLogGroup: 'exchange',
  AuthorizerLogGroup: 'authorizer',
  RefresherLogGroup: 'refresher',
  EventsLogGroup: 'events',
};

function findFilters({ resources }: Deployed): readonly Filter[] {
  return Object.values(resources)
    .filter(({ Type }) => Type === 'AWS::Logs::MetricFilter')
    .map(({ Properties }) => {
      const [{ MetricName: metric, Dimensions = [] } = {} as never] = Properties[
        'MetricTransformations'
      ] as readonly {
        readonly MetricName: string;
        readonly Dimensions?: readonly { readonly Key: string }[];
      }[];
      const { Ref: logGroup } = Properties['LogGroupName'] as { readonly Ref: string };
      return { logGroup, pattern: String(Properties['FilterPattern']), metric, by: Dimensions[0]?.Key };
    });
}

function findAlarms({ resources, stack }: Deployed): readonly Alarm[] {
  return Object.entries(resources)
    .filter(([, { Type }]) => Type === 'AWS::CloudWatch::Alarm')
    .map(([id, { Properties }]) => ({ id, ...(stack.fill(Properties) as object) }) as unknown as Alarm);
}

/** What the log of a function made CloudWatch count: `metric` or `metric dimension=value`. */
function countMetrics(name: FunctionName, { out, err }: Running, filters: readonly Filter[]): string[] {
  return filters
    .filter(({ logGroup }) => GROUPS[logGroup] === name)
    .flatMap(({ pattern, metric, by }) =>
      [...out, ...err].filter(readFilter(pattern)).map(line => {
        if (by === undefined) return metric;
        return `${metric} ${by}=${(JSON.parse(line) as { readonly [member: string]: unknown })[by]}`;
      }),
    );
}

/** This operation is away, at the tables whose name has this in it. */
function away(operation: string, table: string): Break {
  return ({ operation: asked, input }) =>
    asked === operation && String(input['TableName']).includes(table)
      ? { status: 500, body: '{"__type":"InternalServerError"}' }
      : undefined;
}
const NO_KEYS = away('GetItem', '');

function stsSays(code: string, status: number): Break {
  return ({ service }) =>
    service === 'sts'
      ? {
          status,
          body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>no</Message></Error></ErrorResponse>`,
        }
      : undefined;
}

describe('T-18: the filters count what the packaged functions really write', () => {
  let deployed: Deployed;
  let issuer: IssuerServer;
  const counted = new Set<string>();
  const THROTTLED = 'UpstreamThrottled';

  /** Runs a new process through this, with what it asks broken so, and counts what it wrote. */
  async function observe(
    name: FunctionName,
    work: (running: Running) => Promise<unknown>,
    how?: Break,
  ): Promise<readonly string[]> {
    const running = await deployed.start(name);
    await whileBroken(deployed, how, () => work(running));
    // What a function writes and what it answers come by two ways.
    await new Promise(resolve => setTimeout(resolve, 50));
    const found = new Set(countMetrics(name, running, findFilters(deployed)));
    for (const each of found) counted.add(each);
    return [...found].toSorted();
  }

  beforeAll(async () => {
    issuer = await issuerServer();
    deployed = await deploy(TIGHT, { issuer: issuer.url, options: { signing: 'sealed' } });
    await (await deployed.start('refresher')).invoke();
  });

  test.each<[name: string, role: string, how: Break | undefined, ...as: string[]]>([
    ['a role that is not there', 'nothing', undefined, 'Denied reason=role_unknown'],
    ['STS that is down', 'deploy', stsSays('ServiceUnavailable', 503), 'Failed code=provider_unavailable'],
    [
      'STS that throttles',
      'deploy',
      stsSays('Throttling', 400),
      'Failed code=provider_unavailable',
      THROTTLED,
    ],
    ['STS that refuses', 'deploy', stsSays('AccessDenied', 403), 'Failed code=provider_refused'],
    [
      'KMS that throttles',
      'publish',
      down('kms', 400, 'ThrottlingException'),
      'Failed code=provider_unavailable',
      'IssuerKeysNotShared',
      'SealedKeyNotUsed',
      THROTTLED,
    ],
    [
      'a table of used tokens that is away',
      'release',
      away('PutItem', 'Spent'),
      'Failed code=store_unavailable',
    ],
    ['switches that cannot be read', 'deploy', away('Scan', 'switches'), 'Failed code=switches_unavailable'],
    [
      'a stream that is away',
      'deploy',
      down('firehose', 400, 'ResourceNotFoundException'),
      'AuditUnavailable',
    ],
    ['a table of issuers’ keys that is away', 'deploy', NO_KEYS, 'IssuerKeysNotShared'],
  ])('%s', async (_name, role, how, ...as) => {
    expect(await observe('exchange', running => askToken(running, role), how)).toEqual(as.toSorted());
  });

  test('a denial', async () => {
    const work = async (running: Running) =>
      askToken(running, 'deploy', await mintToken({ build_branch: 'other' }));
    expect(await observe('exchange', work)).toEqual(['Denied reason=no_statement_holds']);
  });

  test('issuers that answer nothing, and no table of their keys', async () => {
    issuer.status = 500;
    const found = await observe('exchange', running => askToken(running, 'publish'), NO_KEYS);
    issuer.status = 200;
    expect(found).toEqual([
      'Failed code=issuer_keys_unavailable',
      'IssuerKeysNotShared',
      'IssuerKeysNotTaken',
    ]);
  });

  test('a limit', async () => {
    const found = await observe('exchange', async running => {
      for (let times = 0; times < 3; times++) await askToken(running, 'publish');
    });
    expect(found).toEqual(['RateLimited']);
  });

  test('a used token', async () => {
    const token = await mintToken();
    const found = await observe('exchange', async running => {
      for (let times = 0; times < 2; times++) await askToken(running, 'release', token);
    });
    expect(found).toEqual(['Denied reason=token_already_used']);
  });

  test('a switch', async () => {
    const switches = switchesOf(deployed);
    const off = switchOf({ what: 'role', names: ['publish'] });
    await switches.set(off);
    const found = await observe('exchange', running => askToken(running, 'publish'));
    await switches.set({ ...off, off: false });
    expect(found).toEqual(['Denied reason=role_switched_off']);
  });

  test('an event that is not believed, and one that is', async () => {
    const forged = await observe('events', running =>
      running.invoke(jobStarted({ envelope: { account: '1' } })),
    );
    expect(forged).toEqual(['EventsRefused']);
    expect(await observe('events', running => running.invoke(jobStarted({ at: Date.now() / 1000 })))).toEqual(
      [],
    );
  });

  test('a job that has ended, and a demand that is suspended', async () => {
    const job = { uuid: 'ended' };
    const at = Math.floor(Date.now() / 1000);
    await (await deployed.start('events')).invoke(jobFinished({ at, job }));
    const ask = async (running: Running) => askToken(running, 'live', await mintToken({ job_id: 'ended' }));
    expect(await observe('exchange', ask)).toEqual(['Denied reason=job_finished']);
    const switches = switchesOf(deployed);
    const [now, soon] = [0, 3600].map(more => new Date((at + more) * 1000).toISOString());
    const suspended = switchOf({ what: 'running', names: ['live'], at: now ?? '', until: soon ?? '' });
    await switches.set(suspended);
    const found = await observe('exchange', ask);
    await switches.set({ ...suspended, off: false });
    expect(found).toEqual(['DemandsSuspended']);
  });

  test('a table of jobs that is away, and a job that nobody has seen', async () => {
    const found = await observe('exchange', running => askToken(running, 'live'), away('GetItem', 'Job'));
    expect(found).toEqual(['Failed code=jobs_unavailable']);
    const unseen = async (running: Running) =>
      askToken(running, 'live', await mintToken({ job_id: 'unseen' }));
    expect(await observe('exchange', unseen)).toEqual(['Failed code=job_not_seen']);
  });

  test('sessions that are not remembered', async () => {
    const assume = async (running: Running): Promise<void> => {
      const form = stsForm({ RoleArn: TARGET_ROLE, WebIdentityToken: await mintToken() });
      await running.invoke(httpEvent({ path: '/', body: new URLSearchParams(form).toString() }));
    };
    const found = await observe('exchange', assume, away('PutItem', 'Identity'));
    expect(found).toEqual(['IdentitiesUnavailable']);
  });

  test('a key set of somebody else in the table', async () => {
    const { KITE_STS_ISSUER_KEY_TABLE: table = '' } = deployed.environmentOf('exchange');
    const keys = createDynamoTable(table, deployed.account.dynamo.setting);
    const [{ issuer: whose } = {}] = await keys.scan(['issuer']);
    const whole = await keys.get({ issuer: whose as { S: string } });
    await keys.put({ ...whole, keys: { S: '{"keys":[]}' }, issuer: whose as { S: string } });
    const found = await observe('exchange', running => askToken(running, 'publish'));
    expect(found).toEqual(['IssuerKeysUnproven']);
    const passing = await observe('authorizer', async running => running.invoke(await publishEvent()));
    expect(passing).toEqual(['IssuerKeysUnproven']);
  });

  test('a clock that is six minutes off', async () => {
    const found = await observe(
      'refresher',
      running => running.invoke(),
      () => ({
        status: 500,
        body: '{"__type":"InternalServerError"}',
        date: new Date(Date.now() - 360_000).toUTCString(),
      }),
    );
    expect(found).toEqual(['ClockOff']);
  });

  test('and so each alarm over our own metrics is one that a function can ring', () => {
    const ours = findAlarms(deployed).filter(({ Namespace }) => Namespace === 'kite-sts/sts');
    const rung = new Set([...counted].map(each => each.split(' ')[0]));
    expect(ours.filter(({ MetricName }) => !rung.has(MetricName)).map(({ id }) => id)).toEqual([]);
    const metrics = findFilters(deployed).map(({ metric }) => metric);
    expect(ours.filter(({ MetricName }) => !metrics.includes(MetricName))).toEqual([]);
  });
});
