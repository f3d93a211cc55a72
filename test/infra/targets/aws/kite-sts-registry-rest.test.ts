import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createLocalRegistries } from '../../../../lib/local/registry.ts';
import { httpRequest } from '../../../harness/broker.ts';
import { tokenClaims } from '../../../harness/issuer.ts';
import { CLAIMS, FLAT, IMAGES, REGISTRY_AUDIENCE, testAuthorizer } from '../../../harness/registry.ts';
import { answerAsRest, type RestApi } from '../../../harness/rest.ts';

const TEMPLATE = readFileSync('infra/targets/aws/kite-sts-registry-rest.yml', 'utf8');
const D = `sha256:${'a'.repeat(64)}`;

/** The same authorizer behind a REST API as that file makes it, and behind the local broker. */
async function bothWays(api: RestApi['images']) {
  const door = await testAuthorizer([FLAT, CLAIMS]);
  const local = createLocalRegistries(door.authorizer, [FLAT, CLAIMS]);
  const audience = api ? IMAGES : REGISTRY_AUDIENCE;
  const token = await door.issuer.sign(
    tokenClaims({
      aud: audience,
      ...(api ? { organization_slug: 'your-org', pipeline_slug: 'one-pipeline' } : {}),
    }),
  );
  const rest = answerAsRest({ template: TEMPLATE, images: api }, door.authorizer);
  return { door, token, rest, local };
}

/** Both differ by the id of the decision alone. */
function compared(answer: { status: number; headers: object; body: string | Uint8Array } | undefined) {
  return JSON.stringify(answer).replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '<id>');
}

type Row = readonly [name: string, line: string, authorization: string | undefined];

const IMAGE_ROWS: readonly Row[] = [
  ['no credential', 'GET /v2/your-org/web/manifests/latest', undefined],
  ['no credential for a push', 'POST /v2/your-org/web/blobs/uploads/', undefined],
  ['a ping', 'GET /v2/', undefined],
  ['a mount from elsewhere', `POST /v2/your-org/web/blobs/uploads/?mount=${D}&from=b/app`, 'Bearer <token>'],
  ['a method that is not listed', 'PUT /v2/your-org/web/manifests/latest', 'Bearer <token>'],
  ['garbage', 'GET /v2/your-org/web/manifests/latest', 'Bearer garbage'],
];
const NPM_ROWS: readonly Row[] = [
  ['no credential', 'GET /npm/web', undefined],
  ['a method beyond the grant', 'DELETE /npm/web', 'Bearer <token>'],
  ['a token for the other registry', 'GET /npm/web', 'Bearer a.b.c'],
  ['an override of the method', 'GET /npm/web?%5fmethod=DELETE', 'Bearer <token>'],
];

describe('D2: the local broker answers as this REST API does, to the byte, for', () => {
  test.each([
    ...IMAGE_ROWS.map(row => [true, ...row] as const),
    ...NPM_ROWS.map(row => [false, ...row] as const),
  ])('images %s: %s', async (images, _name, line, authorization) => {
    const { token, rest, local } = await bothWays(images);
    const [method = '', whole = ''] = line.split(' ');
    const [path = '', query = ''] = whole.split('?');
    const headers = authorization ? { authorization: authorization.replace('<token>', token) } : {};
    const request = httpRequest({ method, path, query, headers });
    const deployed = await rest(request);
    expect(deployed?.status).toBeGreaterThan(400);
    expect(compared(await local(request))).toBe(compared(deployed));
  });

  test('a fault of ours, which nobody takes for a denial', async () => {
    const keys = () => Promise.reject(new Error('away'));
    const { authorizer, issuer } = await testAuthorizer([FLAT], { keys });
    const token = await issuer.sign(tokenClaims({ aud: REGISTRY_AUDIENCE }));
    const headers = { authorization: `Bearer ${token}` };
    const request = httpRequest({ method: 'GET', path: '/npm/web', query: '', headers });
    const deployed = await answerAsRest({ template: TEMPLATE, images: false }, authorizer)(request);
    expect(deployed?.status).toBe(503);
    expect(compared(await createLocalRegistries(authorizer, [FLAT])(request))).toBe(compared(deployed));
  });
});

test('whom the authorizer lets through, the API lets through', async () => {
  const { token, rest } = await bothWays(false);
  const headers = { authorization: `Bearer ${token}` };
  expect(await rest(httpRequest({ method: 'GET', path: '/npm/web', query: '', headers }))).toBeUndefined();
});
