import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { agentCall, emptyFolder, localBroker } from '../harness/local.ts';
import { AUDIENCE } from '../harness/policy.ts';
import { testSts } from '../harness/sts.ts';

const IDENTITY =
  '<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:sts::123456789012:assumed-role/r/s</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>';
const CALLS = 6;

let folder: string;

const broker = await localBroker();
const aws = await testSts();
aws.reply(() => ({ status: 200, body: IDENTITY }));

beforeEach(() => {
  folder = emptyFolder();
  broker.terminal.written.length = 0;
  aws.calls.length = 0;
  // Of this machine's own AWS settings none may be found.
  for (const name of Object.keys(process.env).filter(each => each.startsWith('AWS_')))
    vi.stubEnv(name, undefined);
  vi.stubEnv('HOME', folder);
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  vi.stubEnv('AWS_CONTAINER_CREDENTIALS_FULL_URI', `${broker.url}/credentials/deploy`);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

async function token(): Promise<string> {
  return String((await agentCall(broker.port, { audience: AUDIENCE })).json()['token']);
}

function tokenFile(content: string): string {
  const path = join(folder, 'token');
  writeFileSync(path, content);
  return path;
}

/** The SDK as a step has it: nothing but a region is said, and its default chain finds the rest. */
async function call(times: number): Promise<void> {
  const client = new STSClient({ region: 'eu-central-1', endpoint: String(aws.setting.endpoint) });
  for (let time = 0; time < times; time++) await client.send(new GetCallerIdentityCommand({}));
}

function events() {
  return broker.terminal.written.map(line => JSON.parse(line) as { readonly [name: string]: unknown });
}

describe('the default chain of the JavaScript SDK makes six calls with one exchange', () => {
  test.each<{ name: string; setToken: (subjectToken: string) => void }>([
    {
      name: 'by a token in the environment',
      setToken: subjectToken => vi.stubEnv('AWS_CONTAINER_AUTHORIZATION_TOKEN', subjectToken),
    },
    {
      name: 'by a Bearer token in the environment',
      setToken: subjectToken => vi.stubEnv('AWS_CONTAINER_AUTHORIZATION_TOKEN', `Bearer ${subjectToken}`),
    },
    {
      name: 'by a token file',
      setToken: subjectToken => vi.stubEnv('AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE', tokenFile(subjectToken)),
    },
  ])('$name', async ({ setToken }) => {
    setToken(await token());
    await call(CALLS);
    expect(aws.calls).toHaveLength(CALLS);
    expect(events()).toMatchObject([{ protocol: 'container', outcome: 'issued', role: 'deploy' }]);
  });
});
