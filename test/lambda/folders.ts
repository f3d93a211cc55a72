import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeArtifact } from '../../infra/artifact.ts';
import { type Config, loadConfig } from '../../lib/config/load.ts';
import { FUNCTIONS, type FunctionName } from '../../lib/config/wiring.ts';
import { optionsFrom, STACK } from '../harness/deploy.ts';
import { TRUST } from '../harness/grant.ts';
import type { TestIssuer } from '../harness/issuer.ts';
import { PLENTY } from '../harness/limits.ts';
import { AUDIENCE } from '../harness/policy.ts';

const ROLES = {
  deploy: `${TRUST}aws: { role_arn: "arn:aws:iam::123456789012:role/deploy", tags: { Branch: "\${build_branch}" } }\n`,
  publish: `${TRUST}jwt: { audience: https://packages.test.example }\n`,
} as const;

function configOf(folder: string, { jwk }: TestIssuer): Config {
  mkdirSync(join(folder, 'roles'), { recursive: true });
  const row = { preset: 'buildkite', jwks: { keys: [jwk] }, max_token_lifetime: 3600 };
  // JSON is YAML.
  writeFileSync(join(folder, 'broker.yml'), JSON.stringify({ url: AUDIENCE, issuers: [row] }));
  for (const [name, yaml] of Object.entries(ROLES)) writeFileSync(join(folder, 'roles', `${name}.yml`), yaml);
  const { config, complaints } = loadConfig(folder);
  if (!config) throw new Error(JSON.stringify(complaints));
  // One token is asked for again and again, which is what limits are against.
  return { ...config, limits: PLENTY };
}

/** What each ratio is taken to: it answers, and does nothing else. */
const EMPTY = `export const handler = async () => ({ statusCode: 200, headers: {}, body: 'ok' });\n`;

export type Folders = {
  readonly of: { readonly [name in FunctionName | 'empty']: string };
  /** Bytes of each bundle. */
  readonly sizes: { readonly [name: string]: number };
  remove(): void;
};

/** The functions as they are packaged, each unpacked into a folder of its own, and an empty one beside them. */
export async function folders(issuer: TestIssuer): Promise<Folders> {
  const root = mkdtempSync(join(tmpdir(), 'kite-sts-lambda-'));
  const folder = (name: string): string => join(root, name);
  mkdirSync(folder('empty'));
  writeFileSync(join(folder('empty'), 'index.mjs'), EMPTY);
  const config = configOf(folder('config'), issuer);
  for (const name of FUNCTIONS) {
    const archive = join(root, `${name}.zip`);
    await writeArtifact(name, { config, options: optionsFrom(), stack: STACK }, archive);
    execFileSync('unzip', ['-q', archive, '-d', folder(name)]);
  }
  const sizes = FUNCTIONS.map(name => [name, statSync(join(folder(name), 'index.mjs')).size]);
  return {
    of: {
      empty: folder('empty'),
      exchange: folder('exchange'),
      discovery: folder('discovery'),
      rotation: folder('rotation'),
      refresher: folder('refresher'),
      authorizer: folder('authorizer'),
      events: folder('events'),
    },
    sizes: Object.fromEntries(sizes),
    remove: () => rmSync(root, { recursive: true }),
  };
}
