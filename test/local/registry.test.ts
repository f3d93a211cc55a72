import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadConfig } from '../../lib/config/load.ts';
import { agentCall, type Called, call, emptyFolder, type Local, localBroker } from '../harness/local.ts';

const NPM = 'https://packages.acme.example/acme/npm';
const IMAGES = 'https://packages.acme.example/acme/images';

let local: Local;
const jobs = ['my-pipeline', 'deploy-web'] as const;
beforeAll(async () => {
  const { config } = loadConfig('examples/registry/config');
  if (!config) throw new Error('examples/registry/config does not load');
  local = await localBroker(config);
  for (const job of jobs)
    await call(local.port, {
      method: 'PUT',
      path: `/local/jobs/${job}`,
      body: JSON.stringify({ issuer: 'https://agent.buildkite.com', claims: { pipeline_slug: job } }),
    });
});

const mint = async (job: (typeof jobs)[number], audience: string): Promise<string> =>
  String((await agentCall(local.port, { audience }, job)).json()['token']);

type Ran = { readonly exits: number; readonly output: string };

/** npm with a configuration and a cache of its own, which knows one registry and one token. */
const npm = (words: string, folder: string, token: string): Promise<Ran> => {
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
  return new Promise(resolve =>
    execFile('npm', words.split(' '), { cwd: folder, env }, (error, output, errors) =>
      resolve({ exits: error ? Number(error.code) : 0, output: output + errors }),
    ),
  );
};

const packageFolder = (name: string): string => {
  const folder = emptyFolder();
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, version: '1.0.0' }));
  writeFileSync(join(folder, 'index.js'), `module.exports = '${name}';\n`);
  return folder;
};

describe('npm itself', () => {
  test('publishes, is refused with the reason where it may not, and installs what was published', async () => {
    const [publisher, reader] = [await mint('my-pipeline', NPM), await mint('deploy-web', NPM)];
    const [published, refused] = await Promise.all([
      npm('publish', packageFolder('greeting'), publisher),
      npm('publish', packageFolder('intruder'), reader),
    ]);
    expect(published, published.output).toMatchObject({ exits: 0 });
    expect(refused.exits).toBe(1);
    expect(refused.output).toMatch(/E403[\s\S]*errors\/method_not_granted/);

    const folder = emptyFolder();
    mkdirSync(join(folder, 'node_modules'));
    const installed = await npm('install --no-package-lock greeting', folder, reader);
    expect(installed, installed.output).toMatchObject({ exits: 0 });
    const { default: greeting } = (await import(join(folder, 'node_modules/greeting/index.js'))) as {
      default: string;
    };
    expect(greeting).toBe('greeting');
  });
});

describe('a client like Docker', () => {
  const digestOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;

  /** Asks /v2/ first, and sends what it has as it is challenged to. */
  const docker = async (token: string) => {
    const { status, headers } = await call(local.port, { path: '/v2/' });
    expect([status, headers['www-authenticate']]).toEqual([401, 'Basic realm="kite-sts"']);
    const authorization = `Basic ${Buffer.from(`buildkite:${token}`).toString('base64')}`;
    return (method: string, path: string, body = ''): Promise<Called> =>
      call(local.port, { method, path, headers: { authorization }, body });
  };

  test('pushes an image through the challenge, and another pulls it', async () => {
    const push = await docker(await mint('my-pipeline', IMAGES));
    expect((await push('GET', '/v2/')).status).toBe(200);
    const [layer, manifest] = ['layer', '{"schemaVersion":2}'];
    expect((await push('HEAD', `/v2/acme/web/blobs/${digestOf(layer)}`)).status).toBe(404);
    const begun = await push('POST', '/v2/acme/web/blobs/uploads/');
    expect(begun.status).toBe(202);
    const upload = String(begun.headers['location']);
    expect((await push('PATCH', upload, layer)).status).toBe(202);
    expect((await push('PUT', `${upload}?digest=${digestOf(layer)}`)).status).toBe(201);
    expect((await push('PUT', '/v2/acme/web/manifests/latest', manifest)).status).toBe(201);

    const pull = await docker(await mint('deploy-web', IMAGES));
    const found = await pull('GET', '/v2/acme/web/manifests/latest');
    expect([found.text, found.headers['docker-content-digest']]).toEqual([manifest, digestOf(manifest)]);
    expect((await pull('GET', `/v2/acme/web/blobs/${digestOf(layer)}`)).text).toBe(layer);
  });

  test('is refused with a message that Docker shows, where it may only pull', async () => {
    const pull = await docker(await mint('deploy-web', IMAGES));
    const { status, json } = await pull('POST', '/v2/acme/web/blobs/uploads/');
    expect(status).toBe(403);
    expect(json()).toMatchObject({
      code: 'method_not_granted',
      errors: [{ code: 'DENIED', message: expect.stringContaining('#packages') }],
    });
  });
});

describe('the store is behind the authorizer:', () => {
  const authorization = async (audience = NPM) => `Bearer ${await mint('my-pipeline', audience)}`;

  test.each([
    ['without a credential', '/npm/greeting', {}, 401, 'parameter_missing'],
    [
      'with two',
      '/npm/greeting',
      { authorization: ['Bearer a.b.c', 'Bearer a.b.c'] },
      403,
      'parameter_invalid',
    ],
    ['T56: by a path that leads out', '/npm/../v2/acme/web', {}, 403, 'parameter_invalid'],
    ['T56: by an encoded one', '/npm/%2e%2e/v2', {}, 403, 'parameter_invalid'],
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
    expect((await call(local.port, { path })).json()['code']).toBe('parameter_unsupported');
  });
});

test('a broker without registries has no open route either', async () => {
  const { port } = await localBroker();
  expect((await call(port, { path: '/v2/' })).status).toBe(404);
});
