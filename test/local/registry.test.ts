import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../lib/config/load.ts';
import { runProgram } from '../harness/command-line.ts';
import { agentCall, type Called, call, emptyFolder, localBroker } from '../harness/local.ts';

const NPM = 'https://packages.acme.example/acme/npm';
const IMAGES = 'https://packages.acme.example/acme/images';

const jobs = ['my-pipeline', 'deploy-web'] as const;
const { config } = loadConfig('examples/registry/config');
if (!config) throw new Error('examples/registry/config does not load');
const local = await localBroker(config);
for (const job of jobs)
  await call(local.port, {
    method: 'PUT',
    path: `/local/jobs/${job}`,
    body: JSON.stringify({ issuer: 'https://agent.buildkite.com', claims: { pipeline_slug: job } }),
  });

async function mint(job: (typeof jobs)[number], audience: string): Promise<string> {
  return String((await agentCall(local.port, { audience }, job)).json()['token']);
}

/** npm with a configuration and a cache of its own, which knows one registry and one token. */
function npm(words: string, folder: string, token: string) {
  const at = `127.0.0.1:${local.port}/npm/`;
  const userconfig = join(emptyFolder(), 'npmrc');
  writeFileSync(userconfig, `registry=http://${at}\n//${at}:_authToken=${token}\n`);
  const env = {
    PATH: process.env['PATH'],
    HOME: emptyFolder(),
    npm_config_userconfig: userconfig,
    npm_config_cache: emptyFolder(),
    npm_config_audit: 'false',
    npm_config_update_notifier: 'false',
  };
  return runProgram('npm', words.split(' '), { cwd: folder, env });
}

function packageFolder(name: string): string {
  const folder = emptyFolder();
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, version: '1.0.0' }));
  writeFileSync(join(folder, 'index.js'), `module.exports = '${name}';\n`);
  return folder;
}

describe('npm itself', () => {
  test('publishes, is refused with the reason where it may not, and installs what was published', async () => {
    const [publisher, reader] = [await mint('my-pipeline', NPM), await mint('deploy-web', NPM)];
    const [published, refused] = await Promise.all([
      npm('publish', packageFolder('greeting'), publisher),
      npm('publish', packageFolder('intruder'), reader),
    ]);
    expect(published, published.error).toMatchObject({ exits: 0 });
    expect(refused.exits).toBe(1);
    expect(refused.error).toMatch(/E403[\s\S]*errors\/method_not_granted/);

    const folder = emptyFolder();
    mkdirSync(join(folder, 'node_modules'));
    const installed = await npm('install --no-package-lock greeting', folder, reader);
    expect(installed, installed.error).toMatchObject({ exits: 0 });
    const { default: greeting } = (await import(join(folder, 'node_modules/greeting/index.js'))) as {
      default: string;
    };
    expect(greeting).toBe('greeting');
  });
});

describe('a client of images', () => {
  const digestOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;

  const basicOf = (token: string) => `Basic ${Buffer.from(`buildkite:${token}`).toString('base64')}`;

  /** Follows a challenge as Docker, skopeo, containerd and oras do. */
  const follow = async (challenge: string, subjectToken: string, scope: string): Promise<Called> => {
    const [, realm = '', service = ''] =
      /^Bearer realm="([^"]+)"(?:,service="([^"]+)")?/.exec(challenge) ?? [];
    expect(realm).toBe(`http://127.0.0.1:${local.port}/registry/token`);
    const query = new URLSearchParams({ account: 'buildkite', service, scope });
    return call(local.port, {
      path: `/registry/token?${query}`,
      headers: { authorization: basicOf(subjectToken) },
    });
  };

  /** Sends nothing first, is challenged, and repeats the request with what it got. */
  const clientOf = (subjectToken: string) => {
    let bearer = '';
    return async (method: string, path: string, body = ''): Promise<Called> => {
      const send = () =>
        call(local.port, { method, path, body, ...(bearer ? { headers: { authorization: bearer } } : {}) });
      const first = await send();
      if (first.status !== 401) return first;
      const challenge = String(first.headers['www-authenticate']);
      const [, scope = ''] = /scope="([^"]+)"/.exec(challenge) ?? [];
      const given = await follow(challenge, subjectToken, scope);
      if (given.status !== 200) return given;
      bearer = `Bearer ${given.json()['token']}`;
      return send();
    };
  };

  test('D2: without a ping, is challenged where it asks first; pushes, and another pulls', async () => {
    const push = clientOf(await mint('my-pipeline', IMAGES));
    const [layer, manifest] = ['layer', '{"schemaVersion":2}'];
    expect((await push('HEAD', `/v2/acme/web/blobs/${digestOf(layer)}`)).status).toBe(404);
    const begun = await push('POST', '/v2/acme/web/blobs/uploads/');
    expect(begun.status).toBe(202);
    const upload = String(begun.headers['location']);
    expect((await push('PATCH', upload, layer)).status).toBe(202);
    expect((await push('PUT', `${upload}?digest=${digestOf(layer)}`)).status).toBe(201);
    expect((await push('PUT', '/v2/acme/web/manifests/latest', manifest)).status).toBe(201);

    const pull = clientOf(await mint('deploy-web', IMAGES));
    const found = await pull('GET', '/v2/acme/web/manifests/latest');
    expect([found.text, found.headers['docker-content-digest']]).toEqual([manifest, digestOf(manifest)]);
    expect((await pull('GET', `/v2/acme/web/blobs/${digestOf(layer)}`)).text).toBe(layer);
  });

  test('pings first, as Docker does, and is let in with what the door gave', async () => {
    const login = clientOf(await mint('my-pipeline', IMAGES));
    expect((await login('GET', '/v2/')).status).toBe(200);
  });

  test('is refused with a message that clients show, where it may only pull', async () => {
    const pull = clientOf(await mint('deploy-web', IMAGES));
    const { status, json } = await pull('POST', '/v2/acme/web/blobs/uploads/');
    expect(status).toBe(401);
    expect(json()).toMatchObject({
      code: 'method_not_granted',
      errors: [{ code: 'UNAUTHORIZED', message: expect.stringContaining('#packages') }],
    });
  });

  test('is refused at the door, with the reason, where no statement holds', async () => {
    await call(local.port, {
      method: 'PUT',
      path: '/local/jobs/other',
      body: JSON.stringify({ issuer: 'https://agent.buildkite.com', claims: { pipeline_slug: 'other' } }),
    });
    const token = String((await agentCall(local.port, { audience: IMAGES }, 'other')).json()['token']);
    const { status, json } = await clientOf(token)('GET', '/v2/acme/web/manifests/latest');
    expect([status, json()['code']]).toEqual([401, 'trust_not_met']);
  });

  test('D1: does not mount from what is no part of its registry', async () => {
    const push = clientOf(await mint('my-pipeline', IMAGES));
    const path = `/v2/acme/web/blobs/uploads/?mount=${digestOf('layer')}`;
    expect((await push('POST', `${path}&from=team-b/app`)).json()['code']).toBe('request_not_understood');
  });

  test('T92: the realm is of our own configuration, whatever Host says', async () => {
    const { status, headers } = await call(local.port, {
      path: '/v2/acme/web/manifests/latest',
      headers: { host: `localhost:${local.port}`, 'x-forwarded-host': 'evil.example' },
    });
    expect([status, headers['www-authenticate']]).toEqual([
      401,
      `Bearer realm="http://127.0.0.1:${local.port}/registry/token",service="${IMAGES}",scope="repository:acme/web:pull"`,
    ]);
  });
});

describe('the store is behind the authorizer:', () => {
  const ANY = { authorization: 'Bearer a.b.c' };
  const authorization = async (audience = NPM) => `Bearer ${await mint('my-pipeline', audience)}`;

  test.each([
    ['without a credential', '/npm/greeting', {}, 401, undefined],
    [
      'with two',
      '/npm/greeting',
      { authorization: ['Bearer a.b.c', 'Bearer a.b.c'] },
      403,
      'parameter_invalid',
    ],
    ['T56: by a path that leads out', '/npm/../v2/acme/web', ANY, 403, 'parameter_invalid'],
    ['T56: by an encoded one', '/npm/%2e%2e/v2', ANY, 403, 'parameter_invalid'],
  ])('nothing is had %s', async (_name, path, headers, status, code) => {
    const answer = await call(local.port, { path, headers });
    expect([answer.status, answer.json()['code']]).toEqual([status, code]);
  });

  test('T56: nor by a path whose start is spelled otherwise, which is no registry at all', async () => {
    const headers = { authorization: await authorization() };
    const statuses = ['//npm/greeting', '/%6epm/greeting', '/NPM/greeting'].map(
      async path => (await call(local.port, { path, headers })).status,
    );
    expect(await Promise.all(statuses)).toEqual([404, 404, 404]);
  });

  test('T19: nor with a token for the other registry', async () => {
    const headers = { authorization: await authorization(IMAGES) };
    const answer = await call(local.port, { path: '/npm/greeting', headers });
    expect([answer.status, answer.json()['code']]).toEqual([403, 'audience_not_of_role']);
  });

  test('T57: nor with a token in the query', async () => {
    const path = `/npm/greeting?access_token=${await mint('my-pipeline', NPM)}`;
    expect((await call(local.port, { path, headers: ANY })).json()['code']).toBe('parameter_unsupported');
  });
});

test('a broker without registries has no open route either', async () => {
  const { port } = await localBroker();
  expect((await call(port, { path: '/v2/' })).status).toBe(404);
});
