import { beforeEach, describe, expect, test } from 'vitest';
import { testBroker } from './harness/broker.ts';
import { own, type Say, says, testClouds, withMembers } from './harness/clouds.ts';
import { TRUST } from './harness/grant.ts';
import { tokenClaims } from './harness/issuer.ts';
import { SIGNING } from './harness/signing.ts';
import { stsError, testSts } from './harness/sts.ts';

const GUID = '11111111-2222-4333-8444-555555555555';
const POOL =
  '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci-pool/providers/kite-sts';
const ROLES = {
  aws: `${TRUST}session: { seconds: 43200 }\naws: { role_arn: "arn:aws:iam::123456789012:role/deploy", via: web_identity }\n`,
  gcp: `${TRUST}contact: "#team-web"\ngcp: { audience: ${POOL}, service_account: a@b.iam.gserviceaccount.com }\n`,
  azure: `${TRUST}contact: "#team-web"\nazure: { tenant_id: ${GUID}, client_id: ${GUID}, scope: "https://management.azure.com/.default" }\n`,
};

const sts = await testSts();
const clouds = await testClouds();
const { signer } = SIGNING;
const whole = await testBroker({ roles: ROLES, aws: sts.setting, clouds: clouds.setting, signer });
beforeEach(() => {
  sts.reply();
  clouds.reply();
  whole.audit.length = 0;
});

async function ask(audience: string, accept: string, form: object = {}) {
  return whole.ask({ subject_token: await whole.issuer.sign(tokenClaims()), audience, ...form }, { accept });
}

describe('by our own JWT a role gives', () => {
  test.each([
    {
      role: 'aws',
      names: [
        'KIND',
        'AWS_ACCESS_KEY_ID',
        'AWS_SECRET_ACCESS_KEY',
        'AWS_SESSION_TOKEN',
        'AWS_CREDENTIAL_EXPIRATION',
      ],
    },
    { role: 'gcp', names: ['KIND', 'CLOUDSDK_AUTH_ACCESS_TOKEN', 'GOOGLE_OAUTH_ACCESS_TOKEN', 'EXPIRES_AT'] },
    { role: 'azure', names: ['KIND', 'AZURE_ACCESS_TOKEN', 'EXPIRES_AT'] },
  ])('$role as lines of text', async ({ role, names }) => {
    const { status, body } = await ask(role, 'text/plain');
    expect(status).toBe(200);
    const lines = body
      .trimEnd()
      .split('\n')
      .map(line => line.split('='));
    expect(lines.map(([name]) => name)).toEqual(names);
    expect(lines[0]).toEqual(['KIND', role]);
  });

  test.each([
    { role: 'aws', seconds: 43_200 },
    { role: 'gcp', seconds: 3600 },
    { role: 'azure', seconds: 4500 },
  ])('$role as JSON, and the audit event says so', async ({ role, seconds }) => {
    const { body } = await ask(role, 'application/json');
    expect(JSON.parse(body)).toMatchObject({ kind: role, expires_in: seconds });
    expect(whole.event()).toMatchObject({ outcome: 'issued', provider: role, session: expect.any(String) });
  });

  test.each(['gcp', 'azure'])('%s to a client that asks for an access token', async role => {
    const type = 'urn:ietf:params:oauth:token-type:access_token';
    const { body } = await ask(role, 'application/json', { requested_token_type: type });
    expect(JSON.parse(body)).toMatchObject({ issued_token_type: type, token_type: 'Bearer' });
  });
});

const WORDS = 'CanaryWordsOfTheCloud';
const TOKEN = `ya29.${'CanaryTokenOfTheCloud'.repeat(3)}`;

describe('T54, T59: the caller is told a code, the operator what the cloud said and who must mend what', () => {
  const refused = says(400, { error: 'invalid_grant', error_description: WORDS });

  test.each<{ name: string; role: string; replies: Say[]; code: string; detail: string }>([
    { name: 'Google', role: 'gcp', replies: [refused], code: 'provider_refused', detail: 'in Google Cloud' },
    {
      name: 'the service account',
      role: 'gcp',
      replies: [own, says(403, { error: { code: 403, status: 'PERMISSION_DENIED', message: WORDS } })],
      code: 'provider_refused',
      detail: 'roles/iam.workloadIdentityUser',
    },
    {
      name: 'Entra',
      role: 'azure',
      replies: [says(401, { error: 'invalid_client', error_description: `AADSTS700213: ${WORDS}` })],
      code: 'provider_refused',
      detail: 'a federated credential',
    },
  ])('$name refuses', async ({ role, replies, code, detail }) => {
    clouds.reply(...replies);
    const { status, body, headers } = await ask(role, 'application/json');
    expect([status, headers['retry-after']]).toEqual([400, undefined]);
    expect(JSON.parse(body)).toMatchObject({ error: 'invalid_target', code, contact: '#team-web' });
    expect(body).not.toContain(WORDS);
    expect(whole.event().detail).toContain(WORDS);
    expect(whole.event().detail).toContain(detail);
  });

  test('AWS refuses', async () => {
    sts.reply(stsError('InvalidIdentityToken', 400));
    const { body } = await ask('aws', 'application/json');
    expect(JSON.parse(body).code).toBe('provider_refused');
    expect(whole.event().detail).toContain('OIDC provider');
  });

  test.each<[name: string, role: string, replies: Say[], is: number]>([
    ['gcp', 'gcp', [own, withMembers({ accessToken: TOKEN, expireTime: 'never' })], 400],
    ['azure', 'azure', [withMembers({ access_token: TOKEN, expires_in: 999_999 })], 400],
    ['a page', 'azure', [says(200, `<p>${TOKEN}</p>`)], 503],
  ])('and no token that was not given out is anywhere: %s', async (_name, role, replies, is) => {
    clouds.reply(...replies);
    const answer = await ask(role, 'application/json');
    expect(answer.status).toBe(is);
    expect(
      JSON.stringify([answer, whole.audit, whole.faults.map(({ detail, stack }) => [detail, stack])]),
    ).not.toContain(TOKEN);
  });

  test('nor one that was', async () => {
    clouds.reply(own, withMembers({ accessToken: TOKEN }));
    const answer = await ask('gcp', 'application/json');
    expect(JSON.parse(answer.body).access_token).toBe(TOKEN);
    expect(JSON.stringify(whole.audit)).not.toContain(TOKEN);
    for (const { body } of clouds.asked) {
      const presented = new URLSearchParams(body).get('subject_token')?.split('.')[2];
      if (presented) expect(JSON.stringify([whole.audit, answer])).not.toContain(presented);
    }
  });
});
