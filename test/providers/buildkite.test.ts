import { decodeJwt, decodeProtectedHeader } from 'jose';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Code } from '../../lib/errors.ts';
import type { AppSigners } from '../../lib/keys/apps.ts';
import { createLocalSigner } from '../../lib/keys/local.ts';
import type { BuildkiteTarget } from '../../lib/policy/targets/buildkite.ts';
import { createBuildkiteProvider } from '../../lib/providers/buildkite.ts';
import type { SigningSetting } from '../../lib/providers/signed.ts';
import { cloudContract } from '../contract/cloud.ts';
import { own, says, testClouds, withMembers } from '../harness/clouds.ts';
import { codeOf, failureOf } from '../harness/code.ts';
import { grantFor } from '../harness/grant.ts';
import { BUILDKITE, NOW } from '../harness/policy.ts';
import {
  APPS,
  BROKEN_SIGNING,
  ourClaims,
  SIGNING,
  STRANGE_SIGNING,
  UNTRUSTED_SIGNING,
} from '../harness/signing.ts';

const clouds = await testClouds();
beforeEach(() => clouds.reply());

const APP = '0123456789abcdef0123';
function role(user = 'packages-bot@acme.example', scopes = '[read_packages, write_packages]'): string {
  return `
trust:
  - iss: ${BUILDKITE}
    claims: { organization_slug: my-organization, build_branch: main }
    scopes: ${scopes}
session: { seconds: 600 }
buildkite: { app: ${APP}, organization: my-organization, user: ${user}, scopes: ${scopes} }
`;
}

let made = 0;
function randomId() {
  return `id-${++made}`;
}

function provider(apps: AppSigners = APPS, id = randomId) {
  return createBuildkiteProvider(clouds.setting, apps, { ...SIGNING, randomId: id });
}
function issue(yaml = role(), apps: AppSigners = APPS, now = NOW) {
  return provider(apps)(grantFor<BuildkiteTarget>(yaml), now);
}
function forms() {
  return clouds.asked.map(({ body }) => Object.fromEntries(new URLSearchParams(body)));
}

cloudContract<BuildkiteTarget>({
  clouds,
  make: setting => createBuildkiteProvider(setting, APPS, { ...SIGNING, randomId }),
  grant: () => grantFor(role()),
  refusal: says(400, { error: 'invalid_client', error_description: 'no' }),
  failures: {
    'the key cannot be used': () => provider(() => BROKEN_SIGNING.signer),
    'no key of the app is known': () => provider(() => undefined),
  },
});

describe('Buildkite is asked for exactly what the grant says', () => {
  test('by an assertion of the app’s own key', async () => {
    const { token, ...credential } = await issue();
    const [{ client_assertion: assertion = '', ...form } = {}] = forms();
    expect(clouds.asked).toMatchObject([{ method: 'POST', path: '/buildkite.com/oauth/token' }]);
    expect(form).toEqual({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      subject_token: 'packages-bot@acme.example',
      subject_token_type: 'urn:buildkite:params:oauth:token-type:user-email',
      audience: 'my-organization',
      scope: 'read_packages write_packages',
      expires_in: '600',
    });
    const { jti } = decodeJwt(assertion);
    expect(decodeProtectedHeader(assertion)).toMatchObject({ alg: 'RS256', typ: 'JWT' });
    expect(decodeJwt(assertion)).toEqual({
      iss: APP,
      sub: APP,
      aud: 'https://buildkite.com/oauth/token',
      iat: NOW,
      nbf: NOW,
      exp: NOW + 300,
      jti: expect.stringMatching(/^id-/),
    });
    expect(token).toMatch(/^bktx_local/);
    expect(credential).toEqual({ kind: 'buildkite', expiresAt: NOW + 600, session: jti });
  });

  test('as a user by their UUID', async () => {
    await issue(role('0184990a-4782-42b5-afc1-16715b10b8ff'));
    expect(forms()).toMatchObject([
      {
        subject_token: '0184990a-4782-42b5-afc1-16715b10b8ff',
        subject_token_type: 'urn:buildkite:params:oauth:token-type:user-uuid',
      },
    ]);
  });
});

test('an attempt whose answer was lost is made again with a new assertion: the first has been used', async () => {
  clouds.reply(() => undefined, own);
  const { session } = await issue();
  const [first = '', second = ''] = forms().map(({ client_assertion: each }) => decodeJwt(each ?? '').jti);
  expect(second).not.toBe(first);
  expect(session).toBe(second);
});

describe('T48: Buildkite does not take', () => {
  const [REFUSED, OUR_KEY] = ['provider_refused', 'broker_misconfigured'];
  const OUR_CLOCK = 'broker_credentials_unavailable';
  const strange = createLocalSigner();
  test.each<[string, Code, () => Promise<unknown>]>([
    ['an assertion of another key', 'broker_misconfigured', () => issue(role(), () => strange)],
    ['an assertion that has expired', 'broker_credentials_unavailable', () => issue(role(), APPS, NOW - 300)],
    ['a scope that there is not', 'provider_refused', () => issue(role(undefined, '[everything]'))],
  ])('%s: %s, and is asked once', async (_name, is, work) => {
    expect(await codeOf(work)).toBe(is);
    expect(clouds.asked).toHaveLength(1);
  });

  test('T08: an assertion for the second time', async () => {
    const replaying = provider(APPS, () => 'always-the-same');
    const grant = grantFor<BuildkiteTarget>(role());
    await replaying(grant, NOW);
    const { code, detail } = await failureOf(() => replaying(grant, NOW));
    expect([code, clouds.asked.length]).toEqual(['broker_credentials_unavailable', 2]);
    expect(detail).toContain('not the first of its id');
  });

  test.each([
    ['invalid_client', 'Invalid client assertion signature', 'the key set of the app', OUR_KEY],
    ['invalid_client', 'JWT `exp` claim must be in the future', 'our clock', OUR_CLOCK],
    ['invalid_scope', 'Requested scopes exceed grantable scopes', 'the grantable scopes', REFUSED],
    ['invalid_target', 'Invalid audience organization', 'organization of the role', REFUSED],
    [
      'invalid_request',
      'Subject user must be an active member of the organization',
      'user of the role',
      REFUSED,
    ],
    [
      'unsupported_grant_type',
      'Token exchange is not enabled for this organization',
      'does not have',
      REFUSED,
    ],
  ])('%s: %s, and the log is told who must mend what', async (error, error_description, mend, is) => {
    clouds.reply(says(400, { error, error_description }));
    const { code, detail } = await failureOf(issue);
    expect(code).toBe(is);
    expect(detail).toContain(mend);
  });
});

describe('an answer that was not asked for is refused', () => {
  test.each<[string, object]>([
    ['that lives longer', { expires_in: 661 }],
    ['that has expired', { expires_in: 0 }],
    ['without a token', { access_token: undefined }],
    ['of another type', { token_type: 'N_A' }],
    ['that ends long before', { expires_in: 539 }],
    ['of another organization', { organization: 'globex' }],
    ['for another organization', { audience: 'globex' }],
    ['that is of no exchange', { access_token: 'bkua_0123456789' }],
    ['of another kind', { issued_token_type: 'urn:ietf:params:oauth:token-type:refresh_token' }],
    ['with fewer scopes', { scope: 'read_packages' }],
    ['with more scopes', { scope: 'read_packages write_packages delete_packages' }],
  ])('%s', async (_name, members) => {
    clouds.reply(withMembers(members));
    expect(await codeOf(issue)).toBe('provider_refused');
    expect(clouds.asked).toHaveLength(1);
  });
});

describe('by a workload identity that trusts our own JWT', () => {
  const identity = `
trust:
  - iss: ${BUILDKITE}
    claims: { organization_slug: my-organization, build_branch: main }
    scopes: [read_builds]
buildkite: { client_id: wi_1, organization: my-organization, scopes: [read_builds] }
`;
  const issueBy = (using: SigningSetting = { ...SIGNING, randomId }, now = NOW) =>
    createBuildkiteProvider(clouds.setting, () => undefined, using)(grantFor<BuildkiteTarget>(identity), now);

  test('T90: Buildkite is asked for exactly what the grant says, and no key of an app is needed', async () => {
    expect(await issueBy()).toMatchObject({ kind: 'buildkite', session: `id-${made}` });
    const [{ client_assertion: token = '', ...form } = {}] = forms();
    expect(form).toEqual({
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_id: 'wi_1',
      scope: 'read_builds',
    });
    const claims = ourClaims('https://buildkite.com/my-organization', { jti: `id-${made}` });
    expect(decodeJwt(token)).toEqual(claims);
  });

  test.each<[string, Code, () => Promise<unknown>]>([
    ['an issuer that it does not trust', 'provider_refused', () => issueBy(UNTRUSTED_SIGNING)],
    ['a JWT whose key it does not find', 'broker_misconfigured', () => issueBy(STRANGE_SIGNING)],
    ['a JWT that has expired', 'broker_credentials_unavailable', () => issueBy(SIGNING, NOW - 301)],
  ])('%s: %s', async (_name, code, work) => {
    expect(await codeOf(work)).toBe(code);
    expect(clouds.asked).toHaveLength(1);
  });

  test.each<[string, object]>([
    ['that lives longer', { expires_in: 3661 }],
    ['that never ends', { expires_in: undefined }],
    ['with wider scopes', { scope: 'read_builds write_builds' }],
    ['of another organization', { organization: 'other' }],
  ])('T91: an answer is refused %s', async (_name, members) => {
    clouds.reply(withMembers(members));
    expect(await codeOf(issueBy)).toBe('provider_refused');
  });

  test('a shorter life is taken: Buildkite says how long', async () => {
    clouds.reply(withMembers({ expires_in: 300 }));
    expect(await issueBy()).toMatchObject({ expiresAt: NOW + 300 });
  });
});
