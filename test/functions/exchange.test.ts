import { decodeJwt } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Deployed, deploy, type Running } from '../harness/deployed.ts';
import { stsForm, textsOf } from '../harness/door.ts';
import {
  type Answer,
  APP,
  APP_ROLE,
  answerTo,
  askToken,
  down,
  FLEET,
  issuerServer,
  linesWith,
  mintToken,
  STREAM,
  switchesOf,
  TARGET_ROLE,
  whileBroken,
} from '../harness/fleet.ts';
import { httpEvent } from '../harness/gateway.ts';
import { APP_KEY } from '../harness/kms.ts';
import { BUILDKITE } from '../harness/policy.ts';
import { switchOf } from '../harness/switch.ts';

const issuer = await issuerServer();
const deployed = await deploy(FLEET, { issuer: issuer.url });

function stsEvent(form: { readonly [name: string]: string | undefined }, headers = {}) {
  return httpEvent({ path: '/', headers, body: new URLSearchParams(stsForm(form)).toString() });
}
function textOf({ body, statusCode: status, headers }: Answer) {
  return textsOf({ body, status, headers });
}

describe('the packaged exchange, with the environment of the template', () => {
  let running: Running;
  beforeAll(async () => {
    running = await deployed.start('exchange');
  });

  test('I39: gives credentials, and the same event is in its log and at the stream', async () => {
    const answer = await askToken(running, 'deploy');
    expect(answer).toMatchObject({ status: 200 });
    const [event] = linesWith(running.out, 'decision_id').slice(-1);
    expect(event).toMatchObject({ event: 'exchange', outcome: 'issued', role: 'deploy', provider: 'aws' });
    const { to, line } = deployed.account.delivered.at(-1) ?? {};
    expect(to).toBe(STREAM);
    expect(JSON.parse(line ?? '')).toEqual(event);
    expect(line?.endsWith('\n')).toBe(true);
  });

  test('writes metrics after the event, by door and by role', async () => {
    await askToken(running, 'publish');
    const { _aws, ...values } = linesWith(running.out, '_aws').at(-1) ?? {};
    expect(values).toMatchObject({ protocol: 'oauth', outcome: 'issued', role: 'publish', Exchanges: 1 });
    expect(_aws).toMatchObject({ CloudWatchMetrics: [{ Namespace: 'kite-sts' }, { Namespace: 'kite-sts' }] });
  });

  test('I33: refuses a used token in a second process', async () => {
    const token = await mintToken();
    expect(await askToken(running, 'release', token)).toMatchObject({ status: 200 });
    const second = await deployed.start('exchange');
    expect(await askToken(second, 'release', token)).toMatchObject({ code: 'token_already_used' });
  });

  test('tells in a second process whose session it gave', async () => {
    const token = await mintToken();
    const gave = textOf(await answerTo(running, stsEvent({ RoleArn: TARGET_ROLE, WebIdentityToken: token })));
    const asked = { Action: 'GetCallerIdentity', RoleArn: undefined, RoleSessionName: undefined };
    const headers = { 'x-amz-security-token': gave['Credentials/SessionToken'] ?? '' };
    const scope = `${gave['Credentials/AccessKeyId']}/20261130/us-east-1/sts/aws4_request`;
    const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=${'0'.repeat(64)}`;
    const second = await deployed.start('exchange');
    const told = await answerTo(
      second,
      stsEvent({ ...asked, WebIdentityToken: undefined }, { ...headers, authorization }),
    );
    expect(textOf(told)).toMatchObject({ Arn: gave['AssumedRoleUser/Arn'], Account: '210987654321' });
  });

  test('I31: no credential leaves without its event at the stream', async () => {
    const gone = down('firehose', 400, 'ResourceNotFoundException');
    const answer = await whileBroken(deployed, gone, () => askToken(running, 'publish'));
    expect(answer).toMatchObject({ status: 503, code: 'audit_unavailable' });
    expect(answer).not.toHaveProperty('access_token');
    expect(linesWith(running.err, 'fault').at(-1)).toMatchObject({
      fault: 'audit_unavailable',
      decisionId: answer['decision_id'],
    });
  });

  test('tells its log of a fault by the decision, without its stack', async () => {
    const answer = await whileBroken(deployed, down('sts', 503), () => askToken(running, 'deploy'));
    expect(answer).toMatchObject({ status: 503, code: 'provider_unavailable' });
    const fault = linesWith(running.err, 'fault').at(-1);
    expect(fault).toMatchObject({ fault: 'provider_unavailable', decisionId: answer['decision_id'] });
    expect(fault).not.toHaveProperty('stack');
  });

  test('tells where a fault was thrown at the level debug alone', async () => {
    const debugging = await deployed.start('exchange', { KITE_STS_LOG_LEVEL: 'debug' });
    await whileBroken(deployed, down('sts', 503), () => askToken(debugging, 'deploy'));
    expect(linesWith(debugging.err, 'stack').at(-1)).toMatchObject({ fault: 'provider_unavailable' });
  });

  test('answers to an event as the gateway writes it: names in lower case, duplicates joined, cookies apart', async () => {
    const event = {
      ...httpEvent({ body: 'grant_type=x', headers: { accept: 'text/plain,application/json' } }),
      cookies: ['session=1', 'other=2'],
    };
    expect(await answerTo(running, event)).toMatchObject({ statusCode: 400, isBase64Encoded: false });
  });
});

describe('I38: the packaged exchange takes keys from the table that the refresher wrote', () => {
  let shared: Deployed;
  beforeAll(async () => {
    shared = await deploy(FLEET, { issuer: issuer.url });
    expect(await (await shared.start('refresher')).invoke()).toEqual({ result: { kept: 1 } });
  });

  test('and asks no issuer', async () => {
    const asked = issuer.asked.length;
    const running = await shared.start('exchange');
    expect(await askToken(running, 'publish')).toMatchObject({ status: 200 });
    expect(issuer.asked.length).toBe(asked);
  });

  test('and its log says when neither can be had', async () => {
    const running = await deployed.start('exchange');
    issuer.status = 500;
    const answer = await askToken(running, 'publish');
    issuer.status = 200;
    expect(answer).toMatchObject({ status: 503, code: 'issuer_keys_unavailable' });
    expect(linesWith(running.err, 'what').map(({ issuer: whose }) => whose)).toContain(BUILDKITE);
  });
});

describe('I41: a switch strikes in the packaged exchange', () => {
  let switched: Deployed;
  beforeAll(async () => {
    switched = await deploy(FLEET, { issuer: issuer.url });
  });

  test.each([
    { what: 'role', names: ['publish'], code: 'role_switched_off' },
    { what: 'issuer', names: [BUILDKITE], code: 'issuer_switched_off' },
  ] as const)('that of a $what', async ({ what, names, code }) => {
    const switches = switchesOf(switched);
    const off = switchOf({ what, names: [...names] });
    await switches.set(off);
    const answer = await askToken(await switched.start('exchange'), 'publish');
    await switches.set({ ...off, off: false });
    expect(answer).toMatchObject({ code });
    expect(await askToken(await switched.start('exchange'), 'publish')).toMatchObject({ status: 200 });
  });

  test('and nothing passes while switches cannot be read', async () => {
    const running = await switched.start('exchange');
    const busy = down('dynamodb', 400, 'x#ProvisionedThroughputExceededException');
    const answer = await whileBroken(switched, busy, () => askToken(running, 'publish'));
    expect(answer).toMatchObject({ status: 503, code: 'switches_unavailable' });
    expect(linesWith(running.err, 'fault').at(-1)).toMatchObject({ fault: 'switches_unavailable' });
  });
});

test.each([
  'KITE_STS_SIGNING_KEYS',
  'KITE_STS_SWITCH_TABLE',
  'KITE_STS_ISSUER_KEY_TABLE',
  'KITE_STS_ISSUER_KEY_PROOF',
  'KITE_STS_IDENTITY_TABLE',
  'KITE_STS_SPENT_TABLE',
])('T-1: the packaged exchange does not start without %s, and names it', async name => {
  expect(Object.keys(deployed.environmentOf('exchange'))).toContain(name);
  await expect(deployed.start('exchange', { [name]: undefined })).rejects.toThrow(name);
});

test('T-1: the packaged exchange signs as the apps of roles, each by its own key', async () => {
  const files = { ...FLEET, 'roles/clone.yml': APP_ROLE };
  const apps = await deploy(files, { issuer: issuer.url, options: { appKeys: { [APP]: APP_KEY } } });
  const Action = ['kms:GetPublicKey', 'kms:Sign'];
  apps.account.keyPolicies.set(APP_KEY, [{ Action, Resource: ['*'] }]);
  const running = await apps.start('exchange');
  const before = issuer.asked.length;
  // The server that stands for everybody is no GitHub: what counts is with what it is asked.
  await askToken(running, 'clone');
  const asked = issuer.asked.slice(before).find(({ path }) => path === '/users/acme/installation');
  const claims = decodeJwt(asked?.headers.authorization?.replace('Bearer ', '') ?? '');
  expect(claims).toMatchObject({ iss: APP });
  const signs = apps.account.calls.filter(({ operation }) => operation === 'Sign');
  expect(signs.map(({ input }) => input['KeyId'])).toEqual([APP_KEY]);
});

describe('the packaged exchange at a target role as AWS guards it', () => {
  let running: Running;
  beforeAll(async () => {
    running = await deployed.start('exchange');
  });

  test.each([
    { name: 'another external id', changes: { externalId: 'kite-sts:other' } },
    { name: 'another broker', changes: { trusts: 'arn:aws:iam::123456789012:role/Other' } },
    { name: 'a region that is off', changes: { regionOff: true } },
    { name: 'shorter sessions', changes: { maxSeconds: 900 } },
  ])('that trusts $name: nothing is issued', async ({ changes }) => {
    const before = deployed.account.targets.get(TARGET_ROLE);
    if (!before) throw new Error('there is no target role');
    deployed.account.targets.set(TARGET_ROLE, { ...before, ...changes });
    const answer = await askToken(running, 'deploy');
    deployed.account.targets.set(TARGET_ROLE, before);
    expect(answer).toHaveProperty('error');
    expect(answer).not.toHaveProperty('access_token');
    expect(linesWith(running.out, 'decision_id').at(-1)).toMatchObject({ outcome: 'failed' });
    expect(await askToken(running, 'deploy')).toMatchObject({ status: 200 });
  });
});

test('I39: the packaged exchange delivers to an event bus too', async () => {
  const broker = FLEET['broker.yml'].replace(
    `sink: firehose, to: ${STREAM}`,
    'sink: eventbridge, to: security',
  );
  const bus = await deploy({ ...FLEET, 'broker.yml': broker }, { issuer: issuer.url });
  const running = await bus.start('exchange');
  expect(await askToken(running, 'publish')).toMatchObject({ status: 200 });
  const [{ to, line } = { to: '', line: '{}' }] = bus.account.delivered;
  expect([to, JSON.parse(line)]).toEqual(['security', linesWith(running.out, 'decision_id').at(-1)]);
});
