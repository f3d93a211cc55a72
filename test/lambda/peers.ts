/** The peers of `npm run bench -- peers`, packaged as functions and in front of one fake STS. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import { SETTING } from '../../infra/build.ts';
import type { FloorSetting } from '../bench/peers/floor.ts';
import type { TestIssuer } from '../harness/issuer.ts';
import { AUDIENCE, BUILDKITE } from '../harness/policy.ts';

const PEERS = join(import.meta.dirname, '../bench/peers');

function writeEntry(file: string, create: string): string {
  return `
    import { ${create} } from './${file}';
    const peer = ${create}(JSON.parse(process.env.PEER_SETTING));
    export const handler = async ({ body, isBase64Encoded }) => {
      const { status, body: said } = await peer(Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8'));
      return { statusCode: status, headers: { 'content-type': 'application/json' }, body: said };
    };`;
}

/** As most bundle AWS's client: Node's modules as they are imported, and a `require` for those of its files that want one. */
const USUAL: BuildOptions = {
  plugins: [],
  banner: {
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  },
};

async function packPeer(contents: string, folder: string, more: BuildOptions): Promise<string> {
  const { outputFiles = [] } = await build({
    ...SETTING,
    ...more,
    write: false,
    stdin: { contents, resolveDir: PEERS, sourcefile: 'entry.js' },
  });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'index.mjs'), outputFiles[0]?.contents ?? '');
  return folder;
}

function describeSetting({ jwk }: TestIssuer, sts: string): FloorSetting {
  return {
    jwk: jwk as FloorSetting['jwk'],
    issuer: BUILDKITE,
    audience: AUDIENCE,
    organization: 'my-organization',
    roles: { deploy: { arn: 'arn:aws:iam::123456789012:role/deploy', branch: 'main' } },
    sts,
    keys: { id: 'AKIDEXAMPLE', secret: 'secret', session: 'session' },
  };
}

async function startSts(): Promise<{ readonly child: ChildProcess; readonly url: string }> {
  const child = fork(join(PEERS, 'sts.ts'), [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const [port] = (await once(child, 'message')) as [number];
  return { child, url: `http://127.0.0.1:${port}` };
}

/** A hand-written floor, and a broker of middy, jose and AWS's client, each in a folder; and the environment that both want. */
export async function packPeers(issuer: TestIssuer) {
  const root = mkdtempSync(join(tmpdir(), 'kite-sts-peers-'));
  const { child, url } = await startSts();
  return {
    of: {
      floor: await packPeer(writeEntry('floor.ts', 'createFloor'), join(root, 'floor'), {}),
      sdk: await packPeer(writeEntry('sdk.ts', 'createSdkBroker'), join(root, 'sdk'), USUAL),
    },
    environment: { PEER_SETTING: JSON.stringify(describeSetting(issuer, url)) },
    remove: () => {
      child.disconnect();
      rmSync(root, { recursive: true });
    },
  };
}
