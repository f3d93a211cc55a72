import { decodeJwt, decodeProtectedHeader } from 'jose';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Code } from '../../lib/errors.ts';
import type { AzureTarget } from '../../lib/policy/targets/azure.ts';
import { createAzureProvider } from '../../lib/providers/azure.ts';
import type { SigningSetting } from '../../lib/providers/signed.ts';
import { cloudContract } from '../contract/cloud.ts';
import { says, testClouds, withMembers } from '../harness/clouds.ts';
import { codeOf } from '../harness/code.ts';
import { grantFor, TRUST } from '../harness/grant.ts';
import { NOW } from '../harness/policy.ts';
import {
  BROKEN_SIGNING,
  ourClaims,
  SIGNING,
  STRANGE_SIGNING,
  UNTRUSTED_SIGNING,
} from '../harness/signing.ts';

const clouds = await testClouds();
beforeEach(() => clouds.reply());

const TENANT = '11111111-2222-4333-8444-555555555555';
const CLIENT = '66666666-7777-4888-8999-000000000000';
const SCOPE = 'https://management.azure.com/.default';
function role(cloud = 'public'): string {
  return `${TRUST}
azure: { tenant_id: ${TENANT}, client_id: ${CLIENT}, scope: "${SCOPE}", cloud: ${cloud} }
`;
}

function issue(yaml = role(), using: SigningSetting = SIGNING, now = NOW) {
  return createAzureProvider(clouds.setting, using)(grantFor<AzureTarget>(yaml), now);
}
function formOf(index: number) {
  return Object.fromEntries(new URLSearchParams(clouds.asked[index]?.body));
}

cloudContract<AzureTarget>({
  clouds,
  make: setting => createAzureProvider(setting, SIGNING),
  grant: () => grantFor(role()),
  refusal: says(401, { error: 'invalid_client', error_description: 'AADSTS700213' }),
  failures: { 'the key cannot be used': () => createAzureProvider(clouds.setting, BROKEN_SIGNING) },
});

describe('T51: Entra is asked for exactly what the grant says', () => {
  test.each([
    ['public', 'login.microsoftonline.com', 'api://AzureADTokenExchange'],
    ['us-government', 'login.microsoftonline.us', 'api://AzureADTokenExchangeUSGov'],
    ['china', 'login.partner.microsoftonline.cn', 'api://AzureADTokenExchangeChina'],
  ])('in the cloud %s', async (cloud, host, audience) => {
    const credential = await issue(role(cloud));
    expect(credential).toMatchObject({ kind: 'azure', expiresAt: NOW + 4500, session: 'one-of-a-kind' });
    const { client_assertion: token = '', ...form } = formOf(0);
    expect(clouds.asked.map(({ path }) => path)).toEqual([`/${host}/${TENANT}/oauth2/v2.0/token`]);
    expect(form).toEqual({
      client_id: CLIENT,
      scope: SCOPE,
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    });
    expect(decodeProtectedHeader(token)).toMatchObject({ alg: 'RS256', typ: 'JWT' });
    expect(decodeJwt(token)).toEqual(ourClaims(audience));
  });
});

const OUR_CLOCK = 'broker_credentials_unavailable';

describe('Entra does not take', () => {
  test.each<[string, Code, () => Promise<unknown>]>([
    [
      'a JWT of an issuer of which it was not told',
      'provider_refused',
      () => issue(role(), UNTRUSTED_SIGNING),
    ],
    ['a JWT whose key it does not find', 'broker_misconfigured', () => issue(role(), STRANGE_SIGNING)],
    ['a JWT that has expired', OUR_CLOCK, () => issue(role(), SIGNING, NOW - 301)],
    ['a JWT of the future', OUR_CLOCK, () => issue(role(), SIGNING, NOW + 1)],
  ])('%s: %s, and is asked once', async (_name, is, work) => {
    expect(await codeOf(work)).toBe(is);
    expect(clouds.asked).toHaveLength(1);
  });
});

/** As Entra writes a token for an API that leaves its form to it. */
function jwt(claims: object): string {
  return [{ alg: 'RS256', typ: 'JWT' }, claims]
    .map(part => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
    .concat('.c2lnbmF0dXJl');
}

test('a token of the tenant and the application that were asked for is taken, in any case', async () => {
  const { tenantId, clientId } = grantFor<AzureTarget>(role()).target;
  for (const access_token of [
    jwt({ tid: tenantId.toUpperCase(), appid: clientId }),
    jwt({ tid: tenantId, azp: clientId.toUpperCase() }),
    jwt({}),
    'a.text.that-is-no-jwt',
  ]) {
    clouds.reply(withMembers({ access_token }));
    expect(await issue()).toMatchObject({ token: access_token });
  }
});

describe('an answer that was not asked for is refused', () => {
  test.each<[string, object]>([
    ['that lives longer', { expires_in: 5461 }],
    ['that has expired', { expires_in: -1 }],
    ['that ends in five seconds', { expires_in: 5 }],
    ['of another tenant', { access_token: jwt({ tid: '99999999-0000-0000-0000-000000000000' }) }],
    ['of another application', { access_token: jwt({ appid: '99999999-0000-0000-0000-000000000000' }) }],
    ['of another authorized party', { access_token: jwt({ azp: '99999999-0000-0000-0000-000000000000' }) }],
    ['whose end is text', { expires_in: '3600' }],
    ['without a token', { access_token: null }],
    ['of another type', { token_type: 'pop' }],
    ['with more scopes', { scope: `${SCOPE} https://graph.microsoft.com/.default` }],
  ])('%s', async (_name, members) => {
    clouds.reply(withMembers(members));
    expect(await codeOf(issue)).toBe('provider_refused');
    expect(clouds.asked).toHaveLength(1);
  });
});
