import { describe, expect, test } from 'vitest';
import { type RegistryKind, readOperation } from '../../../lib/policy/registries/read.ts';
import { table } from '../../harness/table.ts';

const D = `sha256:${'a'.repeat(64)}`;

/** `GET /path?query` → what it does, with the scopes' methods that it needs; undefined for what is not known. */
function read(kind: RegistryKind | undefined, path: string, line: string) {
  const [method = '', whole = ''] = line.split(' ');
  const [at = '', query = ''] = whole.split('?');
  const operation = readOperation({ kind, path }, { method, path: at, query });
  return operation && [operation.name, operation.needs.join('+'), ...operation.access.map(accessText)];
}
function accessText({ type, name, actions }: { type: string; name: string; actions: readonly string[] }) {
  return `${type}:${name}:${actions.join(',')}`;
}

describe('a registry of container images knows', () => {
  test.each(table`
    a blob                                         | GET /v2/team-a/x/blobs/${D}                                      | GET of a blob, GET, repository:team-a/x:pull
    a manifest                                     | HEAD /v2/team-a/x/manifests/v1                                   | HEAD of a manifest, HEAD, repository:team-a/x:pull
    a tag that is written                          | PUT /v2/team-a/x/manifests/v1                                    | PUT of a manifest, PUT, repository:team-a/x:pull,push
    a manifest that is deleted                     | DELETE /v2/team-a/x/manifests/${D}                               | DELETE of a manifest, DELETE, repository:team-a/x:delete
    the begin of an upload                         | POST /v2/team-a/x/blobs/uploads/                                 | POST of a begin of an upload, POST, repository:team-a/x:pull,push
    an upload in one piece                         | POST /v2/team-a/x/blobs/uploads/?digest=${encodeURIComponent(D)} | POST of a begin of an upload, POST, repository:team-a/x:pull,push
    a piece, with what the reference registry adds | PATCH /v2/team-a/x/blobs/uploads/0-1-2?_state=abc_-%3D           | PATCH of a upload, PATCH, repository:team-a/x:pull,push
    the end of an upload                           | PUT /v2/team-a/x/blobs/uploads/0-1-2?_state=abc&digest=${D}      | PUT of a upload, PUT, repository:team-a/x:pull,push
    tags                                           | GET /v2/team-a/x/tags/list?n=10&last=v1                          | GET of a list of tags, GET, repository:team-a/x:pull
    referrers                                      | GET /v2/team-a/x/referrers/${D}?artifactType=application/vnd.a%2Bjson | GET of a list of referrers, GET, repository:team-a/x:pull
    D1: a mount, which reads elsewhere too         | POST /v2/team-a/x/blobs/uploads/?mount=${D}&from=team-a/y        | mount of a blob from team-a/y, POST+GET, repository:team-a/x:pull,push, repository:team-a/y:pull
  `)('%s', (_name, line, expected) => {
    expect(read('oci', '/v2/team-a', line)).toEqual(expected.split(', '));
  });

  test('the catalog, where all of it is one registry', () => {
    expect(read('oci', '/v2', 'GET /v2/_catalog?n=5')).toEqual([
      'GET of the catalog',
      'GET',
      'registry:catalog:*',
    ]);
  });

  test.each([
    ['D1: a mount from another registry', `POST /v2/team-a/x/blobs/uploads/?mount=${D}&from=team-b/app`],
    ['D1: a mount from a longer name', `POST /v2/team-a/x/blobs/uploads/?mount=${D}&from=team-a2/app`],
    ['D1: a mount from anywhere', `POST /v2/team-a/x/blobs/uploads/?mount=${D}`],
    [
      'D1: a mount that is another too',
      `POST /v2/team-a/x/blobs/uploads/?mount=${D}&from=team-a/y&from=team-b/app`,
    ],
    ['D1: a mount by an encoded name', `POST /v2/team-a/x/blobs/uploads/?mount=${D}&%66rom=team-b/app`],
    ['D1: a mount of what is above', `POST /v2/team-a/x/blobs/uploads/?mount=${D}&from=team-a/../team-b/app`],
    [
      'D1: a mount with a digest beside it',
      `POST /v2/team-a/x/blobs/uploads/?mount=${D}&from=team-a/y&digest=${D}`,
    ],
    ['a mirror of another registry', `GET /v2/team-a/x/manifests/v1?ns=docker.io`],
    ['an unknown parameter', 'GET /v2/team-a/x/manifests/v1?x=1'],
    ['a parameter that is repeated', 'GET /v2/team-a/x/tags/list?n=1&n=2'],
    ['a parameter behind a semicolon', 'GET /v2/team-a/x/tags/list?n=1;from=team-b'],
    ['bad encoding', 'GET /v2/team-a/x/tags/list?last=%zz'],
    ['a method of another row', 'DELETE /v2/team-a/x/tags/list'],
    ['a path of no row', 'GET /v2/team-a/x/secrets'],
    ['a repository in capitals', 'GET /v2/team-a/X/manifests/v1'],
    ['what is outside', 'GET /v2/team-b/x/manifests/v1'],
  ])('nothing of %s', (_name, line) => {
    expect(read('oci', '/v2/team-a', line)).toBeUndefined();
  });
});

describe('each other kind knows its own requests and no others:', () => {
  test.each<[RegistryKind | undefined, string, boolean]>([
    ['npm', 'GET /r/web', true],
    ['npm', 'GET /r/@acme/web?write=true', true],
    ['npm', 'PUT /r/@acme/web', true],
    ['npm', 'GET /r/web/1.0.0', true],
    ['npm', 'GET /r/@acme/web/-/web-1.0.0.tgz', true],
    ['npm', 'DELETE /r/web/-rev/3-a', true],
    ['npm', 'PUT /r/-/package/@acme/web/dist-tags/latest', true],
    ['npm', 'GET /r/-/v1/search?text=a&size=20&from=0', true],
    ['npm', 'POST /r/-/npm/v1/security/advisories/bulk', true],
    ['npm', 'PUT /r/-/user/org.couchdb.user:x', false],
    ['npm', 'POST /r/-/npm/v1/tokens', false],
    ['npm', 'GET /r/web?rev=3', false],
    ['pypi', 'GET /r/simple/web/', true],
    ['pypi', 'POST /r/', true],
    ['pypi', 'POST /r', true],
    ['pypi', 'POST /r/legacy/', true],
    ['pypi', 'POST /r/simple/', false],
    ['pypi', 'POST /r/?:action=remove_pkg', false],
    ['maven', 'PUT /r/com/acme/web/1/web-1.jar', true],
    ['maven', 'POST /r/com/acme', false],
    ['maven', 'PUT /r/com/acme/a?x=1', false],
    ['generic', 'PATCH /r/a', true],
    ['generic', 'GET /r/a?n=1', false],
    [undefined, 'GET /r/a?page=2&per_page=10', true],
    [undefined, 'GET /r/a?page=x', false],
    [undefined, 'GET /r/a?from=team-b', false],
    [undefined, 'PUT /r/a?n=1', false],
    [undefined, 'GET /r/a?', true],
  ])('%s: %s', (kind, line, known) => {
    expect(read(kind, '/r', line) !== undefined).toBe(known);
  });
});
