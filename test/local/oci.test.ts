import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createOciStore } from '../../lib/local/oci.ts';
import { httpRequest } from '../harness/broker.ts';

function digestOf(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}
function asked(store: ReturnType<typeof createOciStore>, method: string, target: string, text = '') {
  const [path = '', query = ''] = target.split('?');
  return store(httpRequest({ method, path, query, headers: {}, body: new TextEncoder().encode(text) }));
}
const BLOBS = '/v2/acme/web/blobs';

test('a layer comes in several pieces', () => {
  const store = createOciStore();
  const upload = asked(store, 'POST', `${BLOBS}/uploads/`).headers['location'] ?? '';
  for (const piece of ['a', 'b']) expect(asked(store, 'PATCH', upload, piece).status).toBe(202);
  expect(asked(store, 'PUT', `${upload}?digest=${digestOf('abc')}`, 'c').status).toBe(201);
  expect(Buffer.from(asked(store, 'GET', `${BLOBS}/${digestOf('abc')}`).body).toString()).toBe('abc');
});

test('a layer comes in one', () => {
  const store = createOciStore();
  expect(asked(store, 'POST', `${BLOBS}/uploads/?digest=${digestOf('abc')}`, 'abc').status).toBe(201);
  expect(asked(store, 'HEAD', `${BLOBS}/${digestOf('abc')}`)).toMatchObject({
    status: 200,
    headers: { 'content-length': '3', 'docker-content-digest': digestOf('abc') },
  });
});

test('a manifest is had by its tag and by its digest, until it is deleted', () => {
  const store = createOciStore();
  const at = (reference: string): string => `/v2/acme/web/manifests/${reference}`;
  expect(asked(store, 'PUT', at('latest'), '{}').status).toBe(201);
  expect(asked(store, 'GET', at(digestOf('{}'))).status).toBe(200);
  const statuses = ['GET', 'DELETE', 'GET'].map(method => asked(store, method, at('latest')).status);
  expect(statuses).toEqual([200, 202, 404]);
});

test('what is of one image is not of another', () => {
  const store = createOciStore();
  asked(store, 'PUT', '/v2/acme/web/manifests/latest', '{}');
  expect(asked(store, 'GET', '/v2/acme/api/manifests/latest').status).toBe(404);
});

describe('refused is', () => {
  test.each([
    ['content with another digest', 'POST', `${BLOBS}/uploads/?digest=${digestOf('abc')}`, 'abd', 400],
    ['an upload that was never begun', 'PATCH', `${BLOBS}/uploads/none`, 'abc', 404],
    ['a layer that is not there', 'GET', `${BLOBS}/${digestOf('abc')}`, '', 404],
    ['a path of another shape', 'GET', '/v2/acme/web', '', 404],
  ])('%s', (_name, method, target, text, status) => {
    expect(asked(createOciStore(), method, target, text).status).toBe(status);
  });
});
