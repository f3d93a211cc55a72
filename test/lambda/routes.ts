import { deepStrictEqual, ok, strictEqual } from 'node:assert';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import type { FunctionName } from '../../lib/config/wiring.ts';
import type { HttpEvent } from '../../lib/lambda/event.ts';
import { PAGES } from '../../lib/protocols/discovery.ts';
import { GRANT_TYPE } from '../../lib/protocols/oauth.ts';
import { DOORS } from '../../lib/serve.ts';
import { stsRequest } from '../harness/door.ts';
import { httpEvent } from '../harness/gateway.ts';
import { type TestIssuer, tokenClaims } from '../harness/issuer.ts';
import { AUDIENCE } from '../harness/policy.ts';

type Result = APIGatewayProxyStructuredResultV2;
type Case = {
  readonly name: string;
  readonly of: FunctionName;
  readonly event: HttpEvent;
  readonly check: (result: Result) => unknown;
};

const OWN_ARN = 'arn:aws:iam::000000000000:role/kite-sts/deploy';

function bodyOf(result: Result): Record<string, unknown> {
  return JSON.parse(result.body ?? '') as Record<string, unknown>;
}

function refused(status: number, code: string) {
  return (result: Result) => {
    strictEqual(result.statusCode, status);
    strictEqual(bodyOf(result)['code'], code);
  };
}

/** Claims that hold at this hour: the function has the machine's own clock. */
function claims(changes: object = {}) {
  const now = Math.floor(Date.now() / 1000);
  return tokenClaims({ iat: now, nbf: now, exp: now + 3600, ...changes });
}

/** An event for the token endpoint, with a token of the issuer's. */
export async function exchangeEvent(
  issuer: TestIssuer,
  role: string,
  changes: object = {},
): Promise<HttpEvent> {
  return httpEvent({
    body: new URLSearchParams({
      grant_type: GRANT_TYPE,
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      subject_token: await issuer.sign(claims(changes)),
      audience: role,
    }).toString(),
  });
}

function page(path: string, check: Case['check']): Case[] {
  return (['discovery', 'exchange'] as const).map(of => ({
    name: `GET ${path}`,
    of,
    event: httpEvent({ method: 'GET', path }),
    check: result => {
      strictEqual(result.statusCode, 200);
      return check(result);
    },
  }));
}

const metadata = page('/.well-known/openid-configuration', result =>
  strictEqual(bodyOf(result)['issuer'], AUDIENCE),
);

/** Every route of the deployed functions, and what its answer must be. */
export async function cases(issuer: TestIssuer, published: () => JSONWebKeySet): Promise<Case[]> {
  const exchange = async (
    name: string,
    [role, changes]: readonly [string, object?],
    check: Case['check'],
  ): Promise<Case> => ({
    name: `POST /token: ${name}`,
    of: 'exchange',
    event: await exchangeEvent(issuer, role, changes),
    check,
  });
  const webIdentity = await issuer.sign(claims());
  const atSts = (path: string): Case => ({
    name: `POST ${path}: an AWS session`,
    of: 'exchange',
    event: httpEvent({
      path,
      body: Buffer.from(stsRequest({ RoleArn: OWN_ARN, WebIdentityToken: webIdentity }).body).toString(),
    }),
    check: result => {
      strictEqual(result.statusCode, 200);
      ok(result.body?.includes('ASIA'));
    },
  });
  const all = [
    ...['/', '/aws/sts', '/aws/sts/'].map(atSts),
    {
      name: 'GET /credentials/{role}: AWS keys',
      of: 'exchange' as const,
      event: httpEvent({
        method: 'GET',
        path: '/credentials/deploy',
        headers: { authorization: webIdentity },
      }),
      check: (result: Result) => {
        strictEqual(result.statusCode, 200);
        ok(String(bodyOf(result)['AccessKeyId']).startsWith('ASIA'));
      },
    },
    {
      name: 'GET /credentials/{role}: no token',
      of: 'exchange' as const,
      event: httpEvent({ method: 'GET', path: '/credentials/deploy' }),
      check: refused(401, 'parameter_missing'),
    },
    {
      name: 'POST /git/{role}: a role of another kind',
      of: 'exchange' as const,
      event: httpEvent({ path: '/git/deploy', headers: { authorization: `Bearer ${webIdentity}` } }),
      check: refused(403, 'requested_token_type_differs'),
    },
    {
      name: 'GET /: a presigned call',
      of: 'exchange' as const,
      event: httpEvent({ method: 'GET', path: '/', query: 'Action=GetCallerIdentity' }),
      check: (result: Result) => {
        strictEqual(result.statusCode, 400);
        ok(result.body?.includes('<Code>InvalidAction</Code>'));
      },
    },
    ...metadata,
    ...page('/.well-known/oauth-authorization-server', result =>
      strictEqual(bodyOf(result)['token_endpoint'], `${AUDIENCE}/token`),
    ),
    ...page('/.well-known/jwks.json', result =>
      strictEqual((bodyOf(result) as unknown as JSONWebKeySet).keys.length, 2),
    ),
    ...page('/health', result => strictEqual(result.body, 'ok\n')),
    ...page('/openapi.json', result => strictEqual(bodyOf(result)['openapi'], '3.1.0')),
    await exchange('an AWS credential', ['deploy'], result => {
      strictEqual(result.statusCode, 200);
      ok(JSON.stringify(bodyOf(result)).includes('ASIA'));
      strictEqual(result.headers?.['cache-control'], 'no-store');
    }),
    await exchange('our own token, signed by KMS', ['publish'], async result => {
      const token = String(bodyOf(result)['access_token']);
      const { payload } = await jwtVerify(token, createLocalJWKSet(published()), { issuer: AUDIENCE });
      strictEqual(payload.sub, 'role:publish');
    }),
    await exchange(
      'claims that are not enough',
      ['deploy', { build_branch: 'other' }],
      refused(400, 'trust_not_met'),
    ),
    await exchange(
      'a token that has expired',
      ['deploy', { iat: 1, nbf: 1, exp: 2 }],
      refused(400, 'token_expired'),
    ),
    {
      name: 'POST /token: no form',
      of: 'exchange' as const,
      event: httpEvent({ headers: { 'content-type': 'text/plain' }, body: '{}' }),
      check: refused(415, 'content_type_unsupported'),
    },
    {
      name: 'POST /v1/token: no form',
      of: 'exchange' as const,
      event: httpEvent({ path: '/v1/token', headers: { 'content-type': 'text/plain' }, body: '{}' }),
      check: refused(415, 'content_type_unsupported'),
    },
    {
      name: 'POST /token: a body that is not in base64, as by a Function URL',
      of: 'exchange' as const,
      event: httpEvent({ body: 'grant_type=x', isBase64Encoded: false }),
      check: refused(400, 'grant_type_unsupported'),
    },
    {
      name: 'GET /nowhere',
      of: 'discovery' as const,
      event: httpEvent({ method: 'GET', path: '/nowhere' }),
      check: (result: Result) => strictEqual(result.statusCode, 404),
    },
  ];
  const paths = Object.keys(DOORS).map(route => route.split(' ')[1]?.replace('{role}', 'deploy'));
  const missing = [...paths, ...Object.keys(PAGES)].filter(
    path => !all.some(({ event }) => event.rawPath === path),
  );
  deepStrictEqual(missing, [], 'a route without a case');
  return all;
}
