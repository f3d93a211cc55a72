/**
 * `node test/registries/run.ts`: real clients against real registries (Debian's docker-registry, verdaccio) behind what
 * a deployment answers. It needs docker-registry, skopeo and twine of Debian, and `npm install` in this folder; with
 * KITE_ORAS it also runs oras.go, built against Debian's oras-go. It prints what each client says, and exits with 1
 * when a client was let in that must not be, or kept out that must not be.
 */
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as tcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { buffer } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { createAuthorizer, createBroker } from '../../lib/broker.ts';
import { setUpReach } from '../../lib/cli/reach/setup.ts';
import { createPrivateFolder } from '../../lib/client/folder.ts';
import { createAuthorizerConfig, createBrokerConfig } from '../../lib/config/compiled.ts';
import { loadConfig } from '../../lib/config/load.ts';
import { createLocalSigner } from '../../lib/keys/local.ts';
import { createThrowawayIssuer } from '../../lib/local/issuer.ts';
import type { HttpRequest } from '../../lib/protocols/protocol.ts';
import { serve } from '../../lib/serve.ts';
import type { IssuerRow } from '../../lib/token/issuer.ts';
import { answerAsRest } from '../harness/rest.ts';
import { startGateway } from './gateway.ts';

const folder = mkdtempSync(join(tmpdir(), 'kite-sts-registries-'));
function at(name: string): string {
  return join(folder, name);
}
function write(name: string, text: string | Uint8Array): string {
  writeFileSync(at(name), text);
  return at(name);
}

const AUDIENCES = {
  images: 'https://packages.test.example/images',
  npm: 'https://packages.test.example/npm',
  py: 'https://packages.test.example/py',
};
const trust = `trust:
  - iss: https://agent.buildkite.com
    id: writes
    scopes: [read, write]
    claims: { organization_slug: acme, pipeline_slug: writer }
  - iss: https://agent.buildkite.com
    id: reads
    scopes: [read]
    claims: { organization_slug: acme, pipeline_slug: reader }
methods: { GET: read, HEAD: read, POST: write, PUT: write, PATCH: write }
contact: "#packages"
`;
mkdirSync(at('config/registries'), { recursive: true });
write('config/broker.yml', 'url: https://sts.test.example\nissuers:\n  - preset: buildkite\n');
write('config/registries/images.yml', `audience: ${AUDIENCES.images}\npath: /v2/acme\nkind: oci\n${trust}`);
write('config/registries/npm.yml', `audience: ${AUDIENCES.npm}\npath: /npm\nkind: npm\n${trust}`);
write('config/registries/py.yml', `audience: ${AUDIENCES.py}\npath: /py\nkind: pypi\n${trust}`);
const { config, complaints } = loadConfig(at('config'));
if (!config) throw new Error(JSON.stringify(complaints));

function freePort(): Promise<number> {
  return new Promise(resolve => {
    const server = tcp().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
const [ports, gatewayPort] = [
  { images: await freePort(), npm: await freePort(), py: await freePort() },
  await freePort(),
];
const front = `127.0.0.1:${gatewayPort}`;

// What a deployment is: an exchange with the token door, an authorizer, and a REST API for each kind of registry.
function now(): number {
  return Date.now() / 1000;
}
const issuer = createThrowawayIssuer(config.rows, config.registries, now);
const signer = createLocalSigner();
const registries = createAuthorizerConfig(config);
const around = {
  sink: () => undefined,
  onFault: (error: Error) => console.log('fault', error),
  keysFor: (row: IssuerRow) => issuer.keysFor(row),
  now,
};
const aws = { region: 'eu-west-1', credentials: async () => ({ accessKeyId: 'a', secretAccessKey: 'b' }) };
const broker = createBroker(createBrokerConfig(config), { ...around, signer, aws }, registries);
const { publicKeys } = signer;
const authorizer = createAuthorizer(registries, {
  ...around,
  publicKeys,
  realm: `http://${front}/registry/token`,
});
const template = readFileSync('infra/targets/aws/kite-sts-registry-rest.yml', 'utf8');
const apis = {
  images: answerAsRest({ template, images: true }, authorizer),
  others: answerAsRest({ template, images: false }, authorizer),
};
async function decide(request: HttpRequest) {
  if (request.path === '/registry/token') return serve(broker, request);
  return (/^\/v2(\/|$)/.test(request.path) ? apis.images : apis.others)(request);
}
function behind(path: string): number {
  return path.startsWith('/v2') ? ports.images : path.startsWith('/npm') ? ports.npm : ports.py;
}
const gateway = await startGateway(decide, behind, gatewayPort);

function mint(pipeline: string, audience: string): Promise<string> {
  issuer.put(pipeline, {
    issuer: 'https://agent.buildkite.com',
    claims: { organization_slug: 'acme', pipeline_slug: pipeline },
  });
  return issuer.mint(pipeline, { audience });
}

// Behind it, the registries themselves.
function start(program: string, ...words: string[]) {
  return spawn(program, words, { stdio: 'ignore' });
}
const started = [
  start(
    'docker-registry',
    'serve',
    write(
      'registry.yml',
      `version: 0.1\nlog: { level: error }\nstorage: { filesystem: { rootdirectory: ${at('images')} } }\nhttp: { addr: "127.0.0.1:${ports.images}", relativeurls: true }\n`,
    ),
  ),
  start(
    process.execPath,
    'test/registries/node_modules/verdaccio/bin/verdaccio',
    '--config',
    write(
      'verdaccio.yml',
      `storage: ${at('npm')}\nurl_prefix: /npm/\nauth: { htpasswd: { file: ${at('htpasswd')} } }\npackages: { "**": { access: $all, publish: $all, unpublish: $all } }\nlog: { type: stdout, level: fatal }\n`,
    ),
    '--listen',
    `127.0.0.1:${ports.npm}`,
  ),
];
// A package index is a page of links and an upload; what twine sends has the file in it.
const files = new Map<string, Buffer>();
const index = createServer(async (message, response) => {
  const body = await buffer(message);
  if (message.method === 'POST') {
    const text = body.toString('latin1');
    const [, name = ''] = /filename="([^"]+)"/.exec(text) ?? [];
    const begin = text.indexOf('\r\n\r\n', text.indexOf('filename="')) + 4;
    files.set(name, body.subarray(begin, text.indexOf('\r\n--', begin)));
    response.end();
  } else if (message.url?.startsWith('/py/files/'))
    response.end(files.get(message.url.slice('/py/files/'.length)));
  else
    response
      .setHeader('content-type', 'text/html')
      .end([...files.keys()].map(name => `<a href="/py/files/${name}">${name}</a>`).join(''));
}).listen(ports.py, '127.0.0.1');

let wrong = 0;
function run(
  expected: 'passes' | 'refused',
  what: string,
  program: string,
  words: readonly string[],
  more: { cwd?: string; env?: object } = {},
): Promise<void> {
  return new Promise(resolve => {
    console.log(`\n== ${what}: ${expected}`);
    const env = { PATH: process.env['PATH'], HOME: folder, ...more.env } as NodeJS.ProcessEnv;
    execFile(
      program,
      [...words],
      { cwd: more.cwd ?? folder, env, timeout: 120_000 },
      (error, out, errors) => {
        const came = error ? 'refused' : 'passes';
        if (came !== expected) wrong++;
        const said = `${out}${errors}`
          .replace(/eyJ[\w.-]+/g, '<token>')
          .trim()
          .split('\n')
          .slice(-6)
          .join('\n  ');
        console.log(`${came === expected ? 'ok' : 'WRONG'}\n  ${said}`);
        resolve();
      },
    );
  });
}

function digestOf(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
function image(text: string): string {
  mkdirSync(at(`image-${text}`), { recursive: true });
  const layer = gzipSync(Buffer.alloc(1024));
  const settings = Buffer.from(
    JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      config: { Cmd: [text] },
      rootfs: { type: 'layers', diff_ids: [`sha256:${digestOf(Buffer.alloc(1024))}`] },
    }),
  );
  const part = (type: string, content: Uint8Array) => {
    write(`image-${text}/${digestOf(content)}`, content);
    return { mediaType: type, size: content.length, digest: `sha256:${digestOf(content)}` };
  };
  write(`image-${text}/version`, 'Directory Transport Version: 1.1\n');
  write(
    `image-${text}/manifest.json`,
    JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
      config: part('application/vnd.docker.container.image.v1+json', settings),
      layers: [part('application/vnd.docker.image.rootfs.diff.tar.gzip', layer)],
    }),
  );
  return `dir:${at(`image-${text}`)}`;
}

try {
  await pause(6000);
  write('policy.json', '{"default":[{"type":"insecureAcceptAnything"}]}');
  type Expected = Parameters<typeof run>[0];
  const skopeo = (expected: Expected, what: string, words: readonly string[], more = {}) =>
    run(expected, `skopeo ${what}`, 'skopeo', ['--policy', at('policy.json'), ...words], more);
  const creds = async (pipeline: string) => `buildkite:${await mint(pipeline, AUDIENCES.images)}`;
  const to = `docker://${front}/acme/web:v1`;
  const pushAs = async (pipeline: string, text: string) => [
    ...['copy', '--dest-tls-verify=false', '--dest-creds', await creds(pipeline), image(text), to],
  ];
  const readAs = async (pipeline: string, from = to) => [
    ...['inspect', '--tls-verify=false', '--creds', await creds(pipeline), from],
  ];
  await skopeo('passes', 'pushes', await pushAs('writer', 'one'));
  await skopeo('passes', 'reads', await readAs('reader'));
  await skopeo('refused', 'pushes with a token that reads', await pushAs('reader', 'two'));
  await skopeo('refused', 'reads as a stranger', await readAs('other'));
  await skopeo('refused', 'reads without a credential', ['inspect', '--tls-verify=false', to]);
  const theirs = `docker://${front}/team-b/app:v1`;
  await skopeo('refused', 'reads from another team', await readAs('writer', theirs));

  // The same through docker-credential-kite-sts, as exec and the plugin set it up: a file of helpers, and no password.
  const programs = await createPrivateFolder();
  const helped = async (pipeline: string, entries = `${front}=${AUDIENCES.images}`) => {
    const self = [process.execPath, join(process.cwd(), 'lib/cli/main.ts')] as const;
    const environment = { PATH: process.env['PATH'], HOME: folder };
    const set = await setUpReach(entries.split(' '), environment, programs, self);
    return { env: { ...set, KITE_STS_ID_TOKEN: await mint(pipeline, AUDIENCES.images) } };
  };
  const login = ['login', '--tls-verify=false', '--get-login', front];
  await run('passes', 'skopeo knows a login by the helper', 'skopeo', login, await helped('writer'));
  const push = ['copy', '--dest-tls-verify=false', image('three'), `docker://${front}/acme/helped:v1`];
  await skopeo('passes', 'pushes by the helper', push, await helped('writer'));
  const pull = ['copy', '--src-tls-verify=false', `docker://${front}/acme/helped:v1`, `dir:${at('pulled')}`];
  await skopeo('passes', 'pulls by the helper', pull, await helped('reader'));
  await skopeo('refused', 'pushes by the helper of a job that reads', push, await helped('reader'));
  const elsewhere = `${front.replace(/\d+$/, '9')}=${AUDIENCES.images}`;
  await skopeo(
    'refused',
    'pulls by a helper that lists another host',
    pull,
    await helped('writer', elsewhere),
  );
  const written = readFileSync(programs.resolve('config.json'), 'utf8');
  console.log(`\n== what the set-up wrote\n  ${written}`);
  if (/eyJ/.test(written)) wrong++;
  await programs.remove();

  const oras = process.env['KITE_ORAS'];
  if (oras) {
    const ref = `${front}/acme/hello:v1`;
    const as = async (pipeline: string, verb: string, where = ref) => [
      ...[verb, where, 'buildkite', await mint(pipeline, AUDIENCES.images)],
    ];
    await run('passes', 'oras-go pushes', oras, await as('writer', 'push'));
    await run('passes', 'oras-go pulls', oras, await as('reader', 'pull'));
    const two = `${front}/acme/two:v1`;
    await run('refused', 'oras-go pushes with a token that reads', oras, await as('reader', 'push', two));
    await run('refused', 'oras-go pulls as a stranger', oras, await as('other', 'pull'));
  }

  const layer = `sha256:${digestOf(gzipSync(Buffer.alloc(1024)))}`;
  const tokenUrl = `http://${front}/registry/token?${new URLSearchParams({ service: AUDIENCES.images, scope: 'repository:acme/copy:pull,push' })}&scope=repository:acme/web:pull`;
  const given = (await (
    await fetch(tokenUrl, { headers: { authorization: `Basic ${btoa(await creds('writer'))}` } })
  ).json()) as { token: string };
  const mount = (from: string) => [
    ...['-sS', '--fail-with-body', '-X', 'POST', '-H', `Authorization: Bearer ${given.token}`],
    ...['-w', '%{http_code}\n', `http://${front}/v2/acme/copy/blobs/uploads/?mount=${layer}&from=${from}`],
  ];
  await run('passes', 'a mount within the registry', 'curl', mount('acme/web'));
  await run('refused', 'a mount from another registry', 'curl', mount('team-b/app'));

  const npmAs = async (pipeline: string, name: string) => {
    const token = await mint(pipeline, AUDIENCES.npm);
    const npmrc = `registry=http://${front}/npm/\n//${front}/npm/:_authToken=${token}\n`;
    const env = {
      npm_config_userconfig: write(`npmrc-${pipeline}`, npmrc),
      npm_config_cache: at(`cache-${pipeline}`),
      npm_config_audit: 'false',
      npm_config_update_notifier: 'false',
    };
    return { cwd: at(name), env };
  };
  for (const name of ['greeting', 'intruder', 'user']) {
    mkdirSync(at(name));
    write(`${name}/package.json`, JSON.stringify({ name, version: '1.0.0' }));
  }
  const publish = ['publish'];
  await run('passes', 'npm publishes', 'npm', publish, await npmAs('writer', 'greeting'));
  await run('passes', 'npm installs', 'npm', ['install', 'greeting'], await npmAs('reader', 'user'));
  await run(
    'refused',
    'npm publishes with a token that reads',
    'npm',
    publish,
    await npmAs('reader', 'intruder'),
  );
  await run('refused', 'npm reads as a stranger', 'npm', ['view', 'greeting'], await npmAs('other', 'user'));

  mkdirSync(at('wheel'));
  const python = `import zipfile
z = zipfile.ZipFile('wheel/greeting-1.0-py3-none-any.whl', 'w')
z.writestr('greeting.py', 'hello = 1\\n')
z.writestr('greeting-1.0.dist-info/METADATA', 'Metadata-Version: 2.1\\nName: greeting\\nVersion: 1.0\\n')
z.writestr('greeting-1.0.dist-info/WHEEL', 'Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
z.writestr('greeting-1.0.dist-info/RECORD', '')
`;
  await run('passes', 'a wheel is made', '/usr/bin/python3', ['-c', python]);
  const wheel = 'wheel/greeting-1.0-py3-none-any.whl';
  const twine = async (pipeline: string) => [
    ...['upload', '--non-interactive', '--disable-progress-bar', '--repository-url', `http://${front}/py/`],
    ...['-u', 'buildkite', '-p', await mint(pipeline, AUDIENCES.py), wheel],
  ];
  await run('passes', 'twine uploads', 'twine', await twine('writer'));
  await run('refused', 'twine uploads with a token that reads', 'twine', await twine('reader'));
  const pip = async (pipeline: string) => [
    ...['-m', 'pip', 'download', '--no-deps', '--retries', '0', '--disable-pip-version-check'],
    ...['-d', at(`pip-${pipeline}`), '--trusted-host', '127.0.0.1', '--index-url'],
    ...[`http://buildkite:${await mint(pipeline, AUDIENCES.py)}@${front}/py/simple/`, 'greeting'],
  ];
  await run('passes', 'pip installs', '/usr/bin/python3', await pip('reader'));
  await run('refused', 'pip installs as a stranger', '/usr/bin/python3', await pip('other'));
  console.log(wrong === 0 ? '\nall as expected' : `\n${wrong} not as expected`);
} finally {
  for (const each of started) each.kill();
  index.close();
  gateway.close();
  await pause(500);
  rmSync(folder, { recursive: true, force: true });
}
process.exit(wrong === 0 ? 0 : 1);
