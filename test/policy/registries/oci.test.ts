import { describe, expect, test } from 'vitest';
import { isRepository, readOci } from '../../../lib/policy/registries/oci.ts';
import { readQuery } from '../../../lib/policy/registries/query.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;

function read(method: string, target: string, within = '/v2/acme') {
  const [path = '', query = ''] = target.split('?');
  const parameters = readQuery(query) ?? new Map([['unread', '']]);
  return readOci({ method, path, below: path.slice(within.length), parameters }, within);
}

test.each([
  ['acme', true],
  ['acme/app', true],
  ['acme/a.b_c__d--e/f', true],
  ['a'.repeat(255), true],
  ['a'.repeat(256), false],
  ['', false],
  ['Acme', false],
  ['acme/', false],
  ['/acme', false],
  ['acme//app', false],
  ['acme/../app', false],
  ['acme/-app', false],
  ['acme\n', false],
])('the name %j is one of a repository: %s', (name, is) => {
  expect(isRepository(name)).toBe(is);
});

describe('a blob is mounted from one repository of the registry into another', () => {
  const from = (name: string) => `/v2/acme/app/blobs/uploads/?mount=${DIGEST}&from=${name}`;

  test('by whoever may write here and read there', () => {
    expect(read('POST', from('acme/base'))).toMatchObject({
      needs: ['POST', 'GET'],
      access: [
        { type: 'repository', name: 'acme/app', actions: ['pull', 'push'] },
        { type: 'repository', name: 'acme/base', actions: ['pull'] },
      ],
    });
  });

  test.each([
    ['of another registry', from('other/base')],
    ['from anywhere', `/v2/acme/app/blobs/uploads/?mount=${DIGEST}`],
    ['of no blob', '/v2/acme/app/blobs/uploads/?from=acme/base'],
    ['and sent at once', `${from('acme/base')}&digest=${DIGEST}`],
  ])('but not %s', (_, target) => {
    expect(read('POST', target)).toBeUndefined();
  });
});

test.each([
  ['GET', `/v2/${'a'.repeat(256)}/tags/list`],
  ['GET', '/v2/acme/app/tags/list?ns=docker.io'],
  ['POST', '/v2/acme/app/tags/list'],
  ['GET', '/v2/acme/app'],
])('%s %s is nothing that we know', (method, target) => {
  expect(read(method, target)).toBeUndefined();
});

test('the catalog is read by a right of its own', () => {
  expect(read('GET', '/v2/_catalog?n=10', '/v2')).toMatchObject({
    needs: ['GET'],
    access: [{ type: 'registry', name: 'catalog', actions: ['*'] }],
  });
});
