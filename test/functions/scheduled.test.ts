import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import { describe, expect, test } from 'vitest';
import { createDynamoTable } from '../../lib/aws/dynamo.ts';
import { deploy } from '../harness/deployed.ts';
import { answerTo, askToken, down, FLEET, issuerServer, linesWith, whileBroken } from '../harness/fleet.ts';
import { httpEvent } from '../harness/gateway.ts';
import { AUDIENCE, BUILDKITE } from '../harness/policy.ts';
import { DAY } from '../harness/sealed.ts';

const issuer = await issuerServer();
const deployed = await deploy(FLEET, { issuer: issuer.url, options: { signing: 'sealed' } });

function get(path: string) {
  return httpEvent({ method: 'GET', path });
}

async function publishedKeys(): Promise<JSONWebKeySet> {
  const { body } = await answerTo(await deployed.start('discovery'), get('/.well-known/jwks.json'));
  return JSON.parse(body) as JSONWebKeySet;
}

describe('the packaged rotation', () => {
  test('T-2: makes the key of a day soon to come, once, and discovery publishes it', async () => {
    const before = await publishedKeys();
    const running = await deployed.start('rotation');
    const { result } = await running.invoke();
    expect(result).toMatchObject({ made: true });
    const days = (Date.parse((result as { day: string }).day) - Date.now()) / 1000 / DAY;
    expect(days).toBeGreaterThanOrEqual(2);
    expect(days).toBeLessThanOrEqual(3);
    expect(await running.invoke()).toMatchObject({ result: { made: false } });
    expect(linesWith(running.out, 'event')).toMatchObject([
      { event: 'rotation', made: true },
      { event: 'rotation', made: false },
    ]);
    expect((await publishedKeys()).keys.length).toBe(before.keys.length + 1);
  });

  test('throws when it cannot make a key, which is its alarm', async () => {
    const running = await deployed.start('rotation');
    const { error } = await whileBroken(deployed, down('dynamodb'), () => running.invoke());
    expect(error).toBeDefined();
  });

  test.each(['KITE_STS_SIGNING_KEYS', 'KITE_STS_SEALED_KEYS', 'KITE_STS_SEALING_KEY'])(
    'T-1: does not start without %s',
    async name => {
      await expect(deployed.start('rotation', { [name]: undefined })).rejects.toThrow(name);
    },
  );
});

describe('the packaged discovery', () => {
  test('publishes the key that the packaged exchange signs by', async () => {
    const issued = await askToken(await deployed.start('exchange'), 'publish');
    const keys = createLocalJWKSet(await publishedKeys());
    const { payload } = await jwtVerify(String(issued['access_token']), keys);
    expect(payload).toMatchObject({ iss: AUDIENCE, sub: 'role:publish' });
  });

  test('T-2: answers 404 to what it does not know', async () => {
    const running = await deployed.start('discovery');
    expect(await answerTo(running, get('/nothing'))).toMatchObject({ statusCode: 404 });
    expect(await answerTo(running, get('/health'))).toMatchObject({ statusCode: 200 });
    const { body } = await answerTo(running, get('/.well-known/openid-configuration'));
    expect(JSON.parse(body)).toMatchObject({ issuer: AUDIENCE });
  });

  test('T-1: does not start without the keys that it publishes', async () => {
    const changes = { KITE_STS_SIGNING_KEYS: undefined };
    await expect(deployed.start('discovery', changes)).rejects.toThrow('KITE_STS_SIGNING_KEYS');
  });
});

describe('the packaged refresher', () => {
  test('keeps what the issuer published', async () => {
    expect(await (await deployed.start('refresher')).invoke()).toEqual({ result: { kept: 1 } });
    const table = deployed.environmentOf('refresher')['KITE_STS_ISSUER_KEY_TABLE'] ?? '';
    const [kept] = await createDynamoTable(table, deployed.account.dynamo.setting).scan(['issuer', 'keys']);
    expect(kept).toMatchObject({ issuer: { S: BUILDKITE } });
  });

  test('T-2: throws when an issuer failed, which is its alarm, and its log says which', async () => {
    const running = await deployed.start('refresher');
    issuer.status = 500;
    const { error } = await running.invoke();
    issuer.status = 200;
    expect(error).toContain('1 issuers');
    expect(linesWith(running.err, 'what')).toMatchObject([
      { issuer: BUILDKITE, what: 'the key set was not kept: status 500' },
    ]);
  });

  test('T-1: does not start without its table', async () => {
    const changes = { KITE_STS_ISSUER_KEY_TABLE: undefined };
    await expect(deployed.start('refresher', changes)).rejects.toThrow('KITE_STS_ISSUER_KEY_TABLE');
  });
});
