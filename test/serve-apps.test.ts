import { beforeEach, describe, expect, test } from 'vitest';
import { testBroker } from './harness/broker.ts';
import { own, type Say, says, testClouds, withMembers } from './harness/clouds.ts';
import { TRUST } from './harness/grant.ts';
import { tokenClaims } from './harness/issuer.ts';
import { APPS } from './harness/signing.ts';

const SCOPES = '    scopes: [write_packages]\n';
const ROLES = {
  github: `${TRUST}${SCOPES}github: { app: Iv23li, owner: acme, repositories: [web], permissions: { write_packages: { packages: write } } }\n`,
  buildkite: `${TRUST}${SCOPES}buildkite: { app: app, organization: acme, user: bot@acme.example, scopes: [write_packages] }\n`,
};

const clouds = await testClouds();
const whole = await testBroker({ roles: ROLES, clouds: clouds.setting, apps: APPS });
beforeEach(() => {
  clouds.reply();
  whole.audit.length = 0;
  whole.faults.length = 0;
});

async function ask(audience: string, accept = 'application/json') {
  return whole.ask({ subject_token: await whole.issuer.sign(tokenClaims()), audience }, { accept });
}

describe.each([
  { role: 'github', names: ['KIND', 'GITHUB_TOKEN', 'GH_TOKEN', 'EXPIRES_AT'], begins: 'ghs_local' },
  { role: 'buildkite', names: ['KIND', 'BUILDKITE_API_TOKEN', 'EXPIRES_AT'], begins: 'bktx_local' },
])('a role of $role', ({ role, names, begins }) => {
  test('gives lines of text', async () => {
    const { status, body } = await ask(role, 'text/plain');
    const lines = body.trimEnd().split('\n');
    expect([status, lines.map(line => line.split('=')[0])]).toEqual([200, names]);
    expect(lines[1]).toContain(`=${begins}`);
  });

  test('gives JSON, and the audit event says so without the token', async () => {
    const { body } = await ask(role);
    const { access_token: token, ...rest } = JSON.parse(body);
    expect(rest).toMatchObject({
      kind: role,
      expires_in: 3600,
      scope: 'write_packages',
      token_type: 'Bearer',
    });
    expect(whole.event()).toMatchObject({ outcome: 'issued', provider: role, scopes: ['write_packages'] });
    expect(JSON.stringify(whole.audit)).not.toContain(token);
  });
});

test('D08: a caller is told for how long a rate limit of the provider lasts', async () => {
  clouds.reply(() => ({ status: 403, headers: { 'retry-after': '120' }, body: {} }));
  const { status, headers, body } = await ask('github');
  expect([status, headers['retry-after']]).toEqual([503, '120']);
  expect(JSON.parse(body).code).toBe('provider_unavailable');
  expect(whole.event().detail).toContain('a rate limit, for 120 s');
});

const WIDER = withMembers({ token: 'ghs_CanaryOfGitHub', repository_selection: 'all' });
const LONGER = withMembers({ access_token: 'bktx_CanaryOfBuildkite', expires_in: 86_400 });

describe('T54, T59: of a token that is refused nothing is anywhere', () => {
  test.each<{ role: string; name: string; replies: Say[] }>([
    { role: 'github', name: 'wider', replies: [own, WIDER, own] },
    { role: 'github', name: 'wider, and not to be revoked', replies: [own, WIDER, says(500, '')] },
    { role: 'buildkite', name: 'longer', replies: [LONGER] },
  ])('$role, $name', async ({ role, replies }) => {
    clouds.reply(...replies);
    const answer = await ask(role);
    expect([answer.status, answer.headers['retry-after']]).toEqual([400, undefined]);
    const told = [answer, whole.audit, whole.faults.map(({ detail, stack }) => [detail, stack])];
    expect(JSON.stringify(told)).not.toContain('Canary');
    expect(whole.event()).toMatchObject({ outcome: 'failed', code: 'provider_refused' });
  });
});
