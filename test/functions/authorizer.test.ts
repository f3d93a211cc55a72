import { beforeAll, describe, expect, test } from 'vitest';
import { deploy, type Running } from '../harness/deployed.ts';
import {
  down,
  FLEET,
  issuerServer,
  linesWith,
  publishEvent,
  switchesOf,
  whileBroken,
} from '../harness/fleet.ts';
import { BUILDKITE } from '../harness/policy.ts';
import { switchOf } from '../harness/switch.ts';

const issuer = await issuerServer();
const deployed = await deploy(FLEET, { issuer: issuer.url });

describe('the packaged authorizer, with the environment of the template', () => {
  let running: Running;
  beforeAll(async () => {
    running = await deployed.start('authorizer');
  });

  test('lets a job pass, and its log has the event', async () => {
    expect(await running.invoke(await publishEvent())).toMatchObject({
      result: { isAuthorized: true, context: { registry: 'npm', scopes: 'read_packages write_packages' } },
    });
    expect(linesWith(running.out, 'decision_id').at(-1)).toMatchObject({
      event: 'authorization',
      outcome: 'authorized',
      registry: 'npm',
      pipeline: 'my-pipeline',
    });
  });

  test('lets no other job pass', async () => {
    expect(await running.invoke(await publishEvent({ build_branch: 'other' }))).toMatchObject({
      result: { isAuthorized: false, context: { code: 'trust_not_met' } },
    });
  });

  test('throws where the fault is ours, and its log says which', async () => {
    const cold = await deployed.start('authorizer');
    const event = await publishEvent();
    const { error } = await whileBroken(deployed, down('dynamodb'), () => cold.invoke(event));
    expect(error).toContain('switches_unavailable');
    expect(linesWith(cold.err, 'fault').at(-1)).toMatchObject({ fault: 'switches_unavailable' });
  });

  test('says in its log when the keys of an issuer cannot be had', async () => {
    const cold = await deployed.start('authorizer');
    issuer.status = 500;
    await cold.invoke(await publishEvent());
    issuer.status = 200;
    expect(linesWith(cold.err, 'what').map(({ issuer: whose }) => whose)).toContain(BUILDKITE);
  });
});

test('I41: a switch strikes in the packaged authorizer', async () => {
  const switched = await deploy(FLEET, { issuer: issuer.url });
  const names = ['my-pipeline', 'my-organization', BUILDKITE];
  await switchesOf(switched).set(switchOf({ what: 'pipeline', names }));
  const running = await switched.start('authorizer');
  expect(await running.invoke(await publishEvent())).toMatchObject({
    result: { isAuthorized: false, context: { code: 'caller_switched_off' } },
  });
});

test.each(['KITE_STS_SWITCH_TABLE', 'KITE_STS_ISSUER_KEY_TABLE', 'KITE_STS_ISSUER_KEY_PROOF'])(
  'T-1: the packaged authorizer does not start without %s, and names it',
  async name => {
    await expect(deployed.start('authorizer', { [name]: undefined })).rejects.toThrow(name);
  },
);
