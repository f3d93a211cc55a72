import { createHash } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Code } from '../../lib/errors.ts';
import type { Resolve } from '../../lib/http/address.ts';
import type { AppSigners } from '../../lib/keys/apps.ts';
import { createLocalSigner } from '../../lib/keys/local.ts';
import type { GithubTarget } from '../../lib/policy/targets/github.ts';
import { createGithubProvider } from '../../lib/providers/github.ts';
import { cloudContract } from '../contract/cloud.ts';
import { own, type Say, says, testClouds, withMembers } from '../harness/clouds.ts';
import { codeOf, failureOf } from '../harness/code.ts';
import { grantFor } from '../harness/grant.ts';
import { BUILDKITE, NOW } from '../harness/policy.ts';
import { APPS, BROKEN_SIGNING } from '../harness/signing.ts';

const clouds = await testClouds();
beforeEach(() => clouds.reply());

function role(where: string): string {
  return `
trust:
  - iss: ${BUILDKITE}
    claims: { organization_slug: my-organization, build_branch: main, pipeline_slug: my-pipeline }
    scopes: [write]
github:
  app: Iv23li
  ${where}
  repositories: [web, "\${pipeline_slug}"]
  permissions: { write: { contents: write } }
`;
}
const OWNER = role('owner: acme');
const NUMBER = role('installation: 42');

function provider(apps: AppSigners = APPS) {
  return createGithubProvider({ ...clouds.setting, now: () => NOW }, apps);
}
function issue(yaml = NUMBER, apps: AppSigners = APPS, now = NOW) {
  return provider(apps)(grantFor<GithubTarget>(yaml), now);
}
function asked() {
  return clouds.asked.map(({ method, path }) => `${method} ${path.replace('/api.github.com', '')}`);
}

const CREATE = 'POST /app/installations/42/access_tokens';
const REVOKE = 'DELETE /installation/token';
function error(status: number, message: string) {
  return says(status, { message, documentation_url: 'https://docs.github.com/rest' });
}

describe.each([
  { way: 'by its owner', yaml: OWNER },
  { way: 'by its number', yaml: NUMBER },
])('an installation that is known $way', ({ yaml }) => {
  cloudContract<GithubTarget>({
    clouds,
    make: setting => createGithubProvider({ ...setting, now: () => NOW }, APPS),
    grant: () => grantFor(yaml),
    refusal: error(404, 'Not Found'),
    failures: {
      'the key cannot be used': () => provider(() => BROKEN_SIGNING.signer),
      'no key of the app is known': () => provider(() => undefined),
    },
  });
});

describe('T50: GitHub is asked for exactly what the grant says', () => {
  test('with a JWT of the App, and never for all', async () => {
    await issue();
    const [call] = clouds.asked;
    expect(asked()).toEqual([CREATE]);
    expect(JSON.parse(call?.body ?? '')).toEqual({
      repositories: ['web', 'my-pipeline'],
      permissions: { contents: 'write' },
    });
    expect(call?.headers).toMatchObject({
      accept: 'application/vnd.github+json',
      'user-agent': 'kite-sts',
      'x-github-api-version': '2022-11-28',
    });
    const jwt = String(call?.headers.authorization).replace('Bearer ', '');
    expect(decodeProtectedHeader(jwt)).toMatchObject({ alg: 'RS256', typ: 'JWT' });
    expect(decodeJwt(jwt)).toEqual({ iss: 'Iv23li', iat: NOW - 60, exp: NOW + 540 });
  });

  test('at the installation of the owner', async () => {
    await issue(OWNER);
    expect(asked()).toEqual([
      'GET /users/acme/installation',
      expect.stringMatching(/^POST \/app\/installations\/\d+\/access_tokens$/),
    ]);
  });

  test('and its answer is the credential, which GitHub’s own log knows by its hash', async () => {
    clouds.reply(withMembers({ token: 'ghs_APPID_eyJ.e30.c2ln' }));
    expect(await issue()).toEqual({
      kind: 'github',
      token: 'ghs_APPID_eyJ.e30.c2ln',
      expiresAt: NOW + 3600,
      session: createHash('sha256').update('ghs_APPID_eyJ.e30.c2ln').digest('base64'),
    });
  });
});

const SECRETS = { name: 'secrets', full_name: 'local/secrets' };
const TWO = [
  { name: 'web', full_name: 'local/web' },
  { name: 'my-pipeline', full_name: 'local/my-pipeline' },
];

describe('T50: a token that was not asked for is given back, and refused', () => {
  test.each<[string, object]>([
    ['with a repository more', { repositories: [...TWO, SECRETS] }],
    ['with all repositories', { repository_selection: 'all', repositories: undefined }],
    ['without a repository', { repositories: TWO.slice(1) }],
    ['with a permission more', { permissions: { contents: 'write', administration: 'write' } }],
    ['that lives longer', { expires_at: '2027-01-15T09:01:01Z' }],
    ['that ends long before', { expires_at: '2027-01-15T08:58:59Z' }],
    ['with a permission less', { permissions: {} }],
    ['that has expired', { expires_at: '2027-01-15T07:59:00Z' }],
    ['without an end', { expires_at: undefined }],
  ])('%s', async (_name, members) => {
    clouds.reply(withMembers(members), own);
    expect(await codeOf(issue)).toBe('provider_refused');
    expect(asked()).toEqual([CREATE, REVOKE]);
    const [, given] = clouds.asked;
    expect(given?.headers.authorization).toMatch(/^Bearer ghs_local/);
  });

  test.each([
    { name: 'is gone', say: own, said: 'that token was revoked' },
    {
      name: 'could not be given back',
      say: error(401, 'Bad credentials'),
      said: 'that token was not revoked',
    },
  ])('and the log says that it $name', async ({ say, said }) => {
    clouds.reply(withMembers({ repository_selection: 'all' }), say);
    const { detail } = await failureOf(issue);
    expect(detail).toContain(said);
    expect(detail).not.toContain('ghs_');
  });

  test('but for one that is no token', async () => {
    clouds.reply(withMembers({ token: 'a\nb' }));
    expect(await codeOf(issue)).toBe('provider_refused');
    expect(asked()).toEqual([CREATE]);
  });
});

describe('T48: GitHub does not take', () => {
  const strange = createLocalSigner();
  const REFUSED = 'provider_refused';
  test.each<[string, Code, () => Promise<unknown>]>([
    ['a JWT of another key', 'broker_misconfigured', () => issue(NUMBER, () => strange)],
    ['a JWT that has expired', 'broker_credentials_unavailable', () => issue(NUMBER, APPS, NOW - 541)],
    ['a JWT of the future', 'broker_credentials_unavailable', () => issue(NUMBER, APPS, NOW + 61)],
  ])('%s: %s, and is asked once', async (_name, is, work) => {
    expect(await codeOf(work)).toBe(is);
    expect(clouds.asked).toHaveLength(1);
  });

  test.each([
    [422, 'There is at least one repository that does not exist.', 'each repository of the role', REFUSED],
    [
      422,
      'The permissions requested are not granted to this installation.',
      'its owner must accept them',
      REFUSED,
    ],
    [403, 'This installation has been suspended', 'is suspended', REFUSED],
    [404, 'Not Found', 'not installed there', REFUSED],
    [404, 'Integration not found', 'no such App', REFUSED],
    [401, 'Bad credentials', 'its client id', 'broker_misconfigured'],
    [418, 'Something new', 'the App of the role', REFUSED],
  ])('%i %s and the log is told who must mend what', async (status, message, mend, is) => {
    clouds.reply(error(status, message));
    const { code, detail } = await failureOf(issue);
    expect([code, asked()]).toEqual([is, [CREATE]]);
    expect(detail).toContain(mend);
  });

  test('the installation of another in the place of the owner’s', async () => {
    clouds.reply(withMembers({ account: { login: 'evil' } }));
    expect(await codeOf(() => issue(OWNER))).toBe('provider_refused');
    expect(asked()).toEqual(['GET /users/acme/installation']);
  });
});

describe('T48: an installation is', () => {
  const named = (client_id: string, app_id: number) => withMembers({ client_id, app_id });

  test('of another App in the place of the role’s', async () => {
    clouds.reply(named('Iv23other', 7));
    expect(await codeOf(() => issue(OWNER))).toBe('provider_refused');
    expect(asked()).toEqual(['GET /users/acme/installation']);
  });

  test('of the role’s own App', async () => {
    clouds.reply(named('Iv23li', 7), own);
    expect(await codeOf(() => issue(OWNER))).toBe('none');
  });
});

describe('a rate limit is told as one, with how long it lasts, and not made worse', () => {
  const limit =
    (headers: { readonly [name: string]: string }): Say =>
    () => ({
      status: 403,
      headers,
      body: { message: 'API rate limit exceeded', documentation_url: 'https://docs.github.com/rest' },
    });

  test.each<[string, Say, number]>([
    ['primary', limit({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(NOW + 900) }), 900],
    ['secondary', limit({ 'retry-after': '30' }), 30],
    ['in words', limit({}), 60],
  ])('%s', async (_name, say, retryAfter) => {
    clouds.reply(say);
    expect(await failureOf(issue)).toMatchObject({ code: 'provider_unavailable', retryAfter });
    expect(clouds.asked).toHaveLength(1);
  });
});

describe('an App that is not on github.com', () => {
  const elsewhere = (app: string) => OWNER.replace('Iv23li', app);
  const HOSTS = { 'Iv1.server': 'ghe.acme.example/api/v3', 'Iv1.resident': 'api.acme.ghe.com' };

  test.each(Object.entries(HOSTS))('%s is asked at %s alone', async (app, to) => {
    expect(await issue(elsewhere(app))).toMatchObject({ kind: 'github' });
    expect(clouds.asked.map(({ path }) => path.startsWith(`/${to}/`))).toEqual([true, true]);
  });

  test('gives a token back at its own host', async () => {
    clouds.reply(own, withMembers({ permissions: { contents: 'admin' } }), own);
    expect(await codeOf(() => issue(elsewhere('Iv1.server')))).toBe('provider_refused');
    expect(asked().at(-1)).toBe('DELETE /ghe.acme.example/api/v3/installation/token');
  });

  test.each([
    ['Iv1.resident', '10.0.0.1'],
    ['Iv1.server', '127.0.0.1'],
  ])('T91: the address of %s is judged: not %s', async (app, address) => {
    const resolve: Resolve = (_name, done) => done(null, [{ address, family: 4 }]);
    const judged = createGithubProvider({ random: () => 0, resolve }, APPS);
    expect(await codeOf(() => judged(grantFor<GithubTarget>(elsewhere(app)), NOW))).toBe(
      'broker_misconfigured',
    );
  });
});
