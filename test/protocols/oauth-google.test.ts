import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GoogleAuth, IdentityPoolClient } from 'google-auth-library';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { GRANT_TYPE } from '../../lib/protocols/oauth.ts';
import { agentCall, call, configFrom, emptyFolder, localBroker } from '../harness/local.ts';
import { AUDIENCE, BUILDKITE } from '../harness/policy.ts';

const AUTH = 'https://www.googleapis.com/auth/';
const PLATFORM = `${AUTH}cloud-platform`;
function role(branch: string): string {
  return `
trust:
  - iss: ${BUILDKITE}
    claims: { organization_slug: acme, pipeline_slug: web, build_branch: ${branch} }
gcp: { audience: //iam.googleapis.com/projects/123/locations/global/workloadIdentityPools/ci-pool/providers/kite-sts }
`;
}

const broker = await localBroker(configFrom({ deploy: role('main'), release: role('release') }));

afterEach(() => void vi.unstubAllEnvs());

const WIF = '//iam.googleapis.com/projects/123/locations/global/workloadIdentityPools/kite-sts/providers';
const JWT = 'urn:ietf:params:oauth:token-type:jwt';

async function minted(): Promise<string> {
  return String((await agentCall(broker.port, { audience: AUDIENCE })).json()['token']);
}

/** The file that GOOGLE_APPLICATION_CREDENTIALS names, with the broker in the place of Google's STS. */
async function external(name: string, more: object = {}) {
  const file = join(emptyFolder(), 'subject-token');
  writeFileSync(file, `${await minted()}\n`);
  return {
    type: 'external_account',
    audience: `${WIF}/${name}`,
    subject_token_type: JWT,
    token_url: `${broker.url}/token`,
    credential_source: { file },
    ...more,
  };
}

async function clientFor(name: string, more: object = {}) {
  return new IdentityPoolClient(await external(name, more));
}

function events(): number {
  return broker.terminal.written.length;
}

describe("Google's own library, with the broker as its token_url,", () => {
  test('gets a token of Google Cloud, and keeps it', async () => {
    const before = events();
    const client = await clientFor('deploy');
    const first = await client.getAccessToken();
    expect(first.token).toMatch(/^ya29\.local-/);
    expect(await client.getAccessToken()).toMatchObject({ token: first.token });
    expect(events() - before).toBe(1);
  });

  test('gets one by a file that it finds as the default credentials', async () => {
    const path = join(emptyFolder(), 'credentials.json');
    writeFileSync(path, JSON.stringify(await external('deploy')));
    vi.stubEnv('GOOGLE_APPLICATION_CREDENTIALS', path);
    // Else the library asks Google which project the number in the audience is.
    vi.stubEnv('GOOGLE_CLOUD_PROJECT', 'acme-prod');
    expect(await new GoogleAuth({ scopes: PLATFORM }).getAccessToken()).toMatch(/^ya29\.local-/);
  });

  test('becomes a service account with it', async () => {
    const client = await clientFor('deploy', {
      service_account_impersonation_url: `${broker.url}/local/clouds/iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/a@b.iam.gserviceaccount.com:generateAccessToken`,
      service_account_impersonation: { token_lifetime_seconds: 1200 },
    });
    const { token, res } = await client.getAccessToken();
    expect(token).toMatch(/^ya29\.local-/);
    expect(res?.data).toMatchObject({ accessToken: token });
  });

  test('asks once when it is denied, and shows why', async () => {
    const before = events();
    const client = await clientFor('release');
    await expect(client.getAccessToken()).rejects.toThrow(/invalid_target/);
    expect(events() - before).toBe(1);
  });

  test.each([
    { asks: ['devstorage.read_only'], given: ['devstorage.read_only'] },
    { asks: ['cloud-platform', 'userinfo.email'], given: ['cloud-platform'] },
    {
      asks: ['iam', 'cloud-platform', 'devstorage.full_control'],
      given: ['iam', 'cloud-platform', 'devstorage.full_control'],
    },
  ])('asks for $asks and is given $given', async ({ asks, given }) => {
    const client = await clientFor('deploy');
    client.scopes = asks.map(each => AUTH + each);
    expect((await client.getAccessToken()).token).toMatch(/^ya29\.local-/);
    expect(JSON.parse(broker.terminal.written.at(-1) ?? '')).toMatchObject({
      scopes: given.map(each => AUTH + each),
    });
  });

  test('is refused where nothing of what it asks for is of Google Cloud', async () => {
    const client = await clientFor('deploy');
    client.scopes = [`${AUTH}drive.readonly`];
    await expect(client.getAccessToken()).rejects.toThrow(/invalid_scope/);
  });
});

test("the JSON of Google's action gets the same", async () => {
  const { status, json } = await call(broker.port, {
    method: 'POST',
    path: '/token',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      audience: `${WIF}/deploy`,
      grantType: GRANT_TYPE,
      requestedTokenType: 'urn:ietf:params:oauth:token-type:access_token',
      scope: PLATFORM,
      subjectTokenType: JWT,
      subjectToken: await minted(),
    }),
  });
  expect(status).toBe(200);
  // Google counts from when it is asked, in whole seconds: one or more of them may have passed.
  expect(Number(json()['expires_in'])).toSatisfy((seconds: number) => seconds > 3540 && seconds <= 3600);
  expect(json()).toMatchObject({
    access_token: expect.stringMatching(/^ya29\.local-/),
    issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    token_type: 'Bearer',
    scope: PLATFORM,
    kind: 'gcp',
  });
});
