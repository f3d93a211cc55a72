import { mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import { IdentityPoolClient } from 'google-auth-library';
import { decodeJwt } from 'jose';
import { describe, expect, test } from 'vitest';
import type { IssuedCredential } from '../../lib/client/client.ts';
import { RIVALS } from '../../lib/client/rivals.ts';
import { composeEnvironment, createSupply, type Supply } from '../../lib/client/supply.ts';
import { testServer } from '../harness/server.ts';
import { never, supplying, testFolder, ticks } from '../harness/supplied.ts';

const world = await supplying();

describe('the environment of a job with keys of AWS', () => {
  test('has the endpoint and nothing else that names an identity', async () => {
    const given = await world.supplied('deploy', never);
    await given.end();
    const before = {
      HOME: '/home/ci',
      AWS_REGION: 'eu-central-1',
      AWS_SESSION_TOKEN: 'x',
      AWS_WEB_IDENTITY_TOKEN_FILE: '/x',
      AWS_ROLE_ARN: 'x',
      AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/x',
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: '/x',
      AWS_SHARED_CREDENTIALS_FILE: '/x',
      GITHUB_TOKEN: 'of another cloud',
    };
    const empty = given.folder.resolve('empty');
    expect(composeEnvironment(before, 'aws', given)).toEqual({
      HOME: '/home/ci',
      AWS_REGION: 'eu-central-1',
      GITHUB_TOKEN: 'of another cloud',
      AWS_CONTAINER_CREDENTIALS_FULL_URI: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/credentials$/),
      AWS_CONTAINER_AUTHORIZATION_TOKEN: expect.stringMatching(/^[0-9a-f]{64}$/),
      AWS_SHARED_CREDENTIALS_FILE: empty,
      AWS_CONFIG_FILE: empty,
      AWS_EC2_METADATA_DISABLED: 'true',
    });
    expect(readFileSync(empty, 'utf8')).toBe('');
  });
});

describe('the file of a token', () => {
  test('is written anew before the token ends, while the variable stays as it was', async () => {
    const { sleep, pass } = ticks();
    const { environment, end, first, minted } = await world.supplied('publish', sleep);
    const path = environment['KITE_STS_TOKEN_FILE'] ?? '';
    const read = (): string => readFileSync(path, 'utf8');
    const accessToken = first.kind === 'jwt' ? first.accessToken : '';
    expect([read(), environment['ACCESS_TOKEN']]).toEqual([accessToken, accessToken]);

    world.clock.now += 150;
    await pass();
    expect([read(), minted.length]).toEqual([accessToken, 1]);

    world.clock.now += 60;
    await pass();
    expect(decodeJwt(read())['exp']).toBe(world.clock.now + 300);
    expect(minted).toHaveLength(2);
    await end();
  });

  test('stays as it was when no other is had, until one is', async () => {
    const { sleep, pass } = ticks();
    const { environment, end } = await world.supplied('publish', sleep);
    const path = environment['KITE_STS_TOKEN_FILE'] ?? '';
    const before = readFileSync(path, 'utf8');
    world.clock.early = 3600;
    world.clock.now += 250;
    await pass();
    expect(readFileSync(path, 'utf8')).toBe(before);
    world.clock.early = 0;
    world.clock.now += 10;
    await pass();
    expect(readFileSync(path, 'utf8')).not.toBe(before);
    await end();
  });

  test('is written at the next look when it could not be', async () => {
    const { sleep, pass } = ticks();
    const { environment, end, folder } = await world.supplied('publish', sleep);
    const path = environment['KITE_STS_TOKEN_FILE'] ?? '';
    const before = readFileSync(path, 'utf8');
    // What it is written to first cannot be a folder.
    const hindrance = folder.resolve('token.new');
    mkdirSync(hindrance);
    world.clock.now += 210;
    await pass();
    expect(readFileSync(path, 'utf8')).toBe(before);
    rmdirSync(hindrance);
    await pass();
    expect(readFileSync(path, 'utf8')).not.toBe(before);
    await end();
  });

  test('is not written any more once its command has ended', async () => {
    const { sleep, pass } = ticks();
    const { environment, end, minted } = await world.supplied('publish', sleep);
    const path = environment['KITE_STS_TOKEN_FILE'] ?? '';
    const before = readFileSync(path, 'utf8');
    await end();
    world.clock.now += 250;
    void pass();
    await new Promise(resolve => setImmediate(resolve));
    expect([readFileSync(path, 'utf8'), minted.length]).toEqual([before, 1]);
  });
});

describe('nothing that would win over what is given stays,', () => {
  const given: Supply = { environment: { GIVEN: 'ours' }, end: async () => {} };
  /** What each tool of the kind reads before what we give it, as its own documentation says. */
  const WINNING = {
    aws: [
      'AWS_ACCESS_KEY_ID',
      'AWS_SECRET_ACCESS_KEY',
      'AWS_PROFILE',
      'AWS_DEFAULT_PROFILE',
      'AWS_SECURITY_TOKEN',
    ],
    gcp: [
      'GOOGLE_CREDENTIALS',
      'GOOGLE_CLOUD_KEYFILE_JSON',
      'GCLOUD_KEYFILE_JSON',
      'GOOGLE_OAUTH_ACCESS_TOKEN',
    ],
    azure: ['AZURE_CLIENT_SECRET', 'AZURE_FEDERATED_TOKEN_FILE', 'ARM_CLIENT_SECRET', 'ARM_OIDC_TOKEN'],
    github: ['GH_TOKEN', 'GITHUB_TOKEN', 'GH_ENTERPRISE_TOKEN'],
    buildkite: ['BUILDKITE_API_TOKEN'],
    jwt: ['ACCESS_TOKEN'],
    oauth: ['ACCESS_TOKEN'],
  } as const;

  test.each(Object.entries(RIVALS))('for %s', (kind, names) => {
    const winning = WINNING[kind as keyof typeof WINNING];
    expect(names).toEqual(expect.arrayContaining([...winning]));
    const before = Object.fromEntries([...names, 'HOME'].map(name => [name, 'theirs']));
    expect(composeEnvironment(before, kind as IssuedCredential['kind'], given)).toEqual({
      HOME: 'theirs',
      GIVEN: 'ours',
    });
  });
});

test('over 70 minutes the file never holds a token that has ended', async () => {
  const begun = world.clock.now;
  const left: number[] = [];
  let give = (_supply: Supply | Promise<Supply>): void => {};
  const given = new Promise<Supply>(resolve => (give = resolve));
  let end = (): void => {};
  const over = new Promise<void>(resolve => (end = resolve));
  /** Each look is as much later as it was waited for. */
  const sleep = async (ms: number): Promise<void> => {
    if (ms < 5000) return never(ms) as Promise<never>;
    const path = (await given).environment['KITE_STS_TOKEN_FILE'] ?? '';
    world.clock.now += ms / 1000;
    left.push(Number(decodeJwt(readFileSync(path, 'utf8')).exp) - world.clock.now);
    if (world.clock.now < begun + 4200) return;
    end();
    return never(ms) as Promise<never>;
  };
  give(world.supplied('publish', sleep));
  await over;
  expect(left.length).toBeGreaterThan(200);
  expect(Math.min(...left)).toBeGreaterThan(60);
  await (await given).end();
});

describe('a job on Google Cloud', () => {
  test("has a file with which Google's own client makes the exchange, and a subject token that is kept new", async () => {
    const { sleep, pass } = ticks();
    const google = await testServer(() => ({
      status: 200,
      body: { access_token: 'ya29.x', issued_token_type: 'x', token_type: 'Bearer', expires_in: 3600 },
    }));
    const folder = await testFolder();
    const first: IssuedCredential = {
      outcome: 'issued',
      kind: 'gcp',
      expiresAt: world.clock.now + 3600,
      accessToken: 'ya29.x',
    };
    const renew = async (): Promise<IssuedCredential> => first;
    const clock = { now: () => world.clock.now, sleep };
    const { environment, end } = await createSupply(first, {
      broker: google.url,
      role: 'cloud',
      mint: world.mint,
      renew,
      folder,
      clock,
    });

    const keyFilename = environment['GOOGLE_APPLICATION_CREDENTIALS'] ?? '';
    const asks = async (): Promise<URLSearchParams> => {
      const client = new IdentityPoolClient(JSON.parse(readFileSync(keyFilename, 'utf8')));
      expect(await client.getAccessToken()).toMatchObject({ token: 'ya29.x' });
      return new URLSearchParams(google.asked.at(-1)?.body);
    };
    const one = await asks();
    expect([google.asked[0]?.path, one.get('audience')]).toEqual(['/token', 'cloud']);
    world.clock.now += 210;
    await pass();
    const two = await asks();
    expect(decodeJwt(two.get('subject_token') ?? '').exp).toBe(world.clock.now + 300);
    expect(environment).toEqual({
      GOOGLE_APPLICATION_CREDENTIALS: keyFilename,
      CLOUDSDK_AUTH_ACCESS_TOKEN_FILE: folder.resolve('access-token'),
    });
    await end();
  });

  test('has the access token in a file for gcloud, which is kept new', async () => {
    const { sleep, pass } = ticks();
    const folder = await testFolder();
    let times = 0;
    const renew = async (): Promise<IssuedCredential> => ({
      outcome: 'issued',
      kind: 'gcp',
      expiresAt: world.clock.now + 3600,
      accessToken: `ya29.${++times}`,
    });
    const clock = { now: () => world.clock.now, sleep };
    const source = {
      broker: 'https://sts.acme.example',
      role: 'cloud',
      mint: world.mint,
      renew,
      folder,
      clock,
    };
    const { environment, end } = await createSupply(await renew(), source);
    const read = (): string => readFileSync(environment['CLOUDSDK_AUTH_ACCESS_TOKEN_FILE'] ?? '', 'utf8');
    expect(read()).toBe('ya29.1');
    world.clock.now += 2500;
    await pass();
    expect(read()).toBe('ya29.2');
    await end();
  });
});
