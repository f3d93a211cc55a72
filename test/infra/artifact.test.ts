import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { beforeAll, describe, expect, test } from 'vitest';
import { writeArtifact } from '../../infra/artifact.ts';
import { loadConfig } from '../../lib/config/load.ts';
import { DUMMY_KEYS } from '../../lib/local/sts.ts';
import { SWITCH_TABLE } from '../../lib/stores/switches.ts';
import { testAws } from '../harness/aws.ts';
import { optionsFrom, STACK } from '../harness/deploy.ts';
import { httpEvent } from '../harness/gateway.ts';
import { type TestIssuer, testIssuer, tokenClaims } from '../harness/issuer.ts';
import { emptyFolder, folderOf } from '../harness/local.ts';
import { AUDIENCE, BUILDKITE } from '../harness/policy.ts';
import { METHODS, REGISTRY_AUDIENCE } from '../harness/registry.ts';
import { unzip } from '../harness/unzip.ts';

const TRUST = `trust:\n  - { iss: ${BUILDKITE}, organization_slug: my-organization }\n`;

/** Calls the handler as Lambda does, and prints what it gave after what it wrote. */
const CALL = `
  const { handler } = await import(process.argv[1]);
  process.stdout.write(JSON.stringify({ result: await handler(JSON.parse(process.argv[2])) }));
  process.exit();
`;

describe('the artifact of authorizer', () => {
  let issuer: TestIssuer;
  let folder: string;
  let paths: readonly string[];
  beforeAll(async () => {
    issuer = await testIssuer();
    const jwks = JSON.stringify({ keys: [issuer.jwk] });
    const { config, complaints } = loadConfig(
      folderOf({
        'broker.yml': `url: ${AUDIENCE}\nissuers:\n  - { preset: buildkite, jwks: ${jwks}, max_token_lifetime: 3600 }\n`,
        'roles/deploy.yml': `${TRUST}jwt: { audience: https://api.test.example }\n`,
        'registries/npm.yml': METHODS + TRUST,
      }),
    );
    if (!config) throw new Error(JSON.stringify(complaints));
    folder = emptyFolder();
    const input = { config, options: optionsFrom(), stack: STACK };
    await writeArtifact('authorizer', input, join(folder, 'authorizer.zip'));
    const files = unzip(readFileSync(join(folder, 'authorizer.zip')));
    mkdirSync(join(folder, 'config'));
    for (const [path, content] of files) writeFileSync(join(folder, path), content);
    paths = [...files.keys()];
  });

  test('has the registries, and no role', () => {
    expect(paths).toContain('config/registries.json');
    expect(readFileSync(join(folder, 'config/roles.jsonl'), 'utf8')).toBe('');
  });

  const call = (event: object, environment: object): Promise<string> => {
    const words = ['--input-type=module', '-e', CALL, join(folder, 'index.mjs'), JSON.stringify(event)];
    const env = {
      AWS_REGION: 'us-east-1',
      KITE_STS_LOG_LEVEL: 'info',
      KITE_STS_SIGNING_KEYS: 'k',
      ...environment,
    };
    return new Promise(resolve =>
      execFile(process.execPath, words, { env }, (_, out, errors) => resolve(out + errors)),
    );
  };

  test('does not start without its table of switches, and names it', async () => {
    expect(await call(httpEvent(), {})).toContain('KITE_STS_SWITCH_TABLE');
  });

  test('answers on Node 24 with no more than its environment has', async () => {
    const aws = await testAws();
    const now = Math.floor(Date.now() / 1000);
    const token = await issuer.sign(
      tokenClaims({ aud: REGISTRY_AUDIENCE, iat: now, nbf: now, exp: now + 300 }),
    );
    const event = httpEvent({
      method: 'PUT',
      path: '/npm/left-pad',
      headers: { authorization: `Bearer ${token}` },
    });
    const output = await call(event, {
      KITE_STS_SWITCH_TABLE: await aws.dynamo.makeTable(SWITCH_TABLE.key),
      KITE_STS_AWS_ENDPOINT: aws.setting.endpoint,
      AWS_ACCESS_KEY_ID: DUMMY_KEYS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: DUMMY_KEYS.secretAccessKey,
      AWS_SESSION_TOKEN: 'session',
    });
    const [audit = '', answer = ''] = output.split('\n');
    expect(JSON.parse(audit)).toMatchObject({ event: 'authorization', outcome: 'authorized' });
    expect(JSON.parse(answer)).toMatchObject({
      result: { isAuthorized: true, context: { registry: 'npm', scopes: 'read_packages write_packages' } },
    });
  });
});
