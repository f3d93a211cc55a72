import { describe, expect, test } from 'vitest';
import { grantAccess, isAccessCovered } from '../../../lib/policy/registries/access.ts';
import { type Access, writeAccess } from '../../../lib/policy/registries/grammar.ts';
import { registryFrom } from '../../harness/registry.ts';

function registryAt(path: string) {
  return registryFrom(`
audience: https://packages.example/images
path: ${path}
methods: { GET: read, HEAD: read, POST: write, PUT: write, DELETE: delete }
trust:
  - { iss: https://agent.buildkite.com, organization_slug: acme, scopes: [read, write, delete] }
`);
}

const ACME = registryAt('/v2/acme');
const WHOLE = registryAt('/v2');

/** `repository:acme/app:pull,push`, as a client asks for it. */
function read(text: string): Access {
  const [type = '', name = '', actions = ''] = text.split(':');
  return { type: type as Access['type'], name, actions: actions.split(',') };
}

describe('what is granted of a wish', () => {
  test.each<[wish: string, scopes: string[], granted: string]>([
    ['repository:acme/app:pull', ['read'], 'repository:acme/app:pull'],
    ['repository:acme/app:pull,push,delete', ['read'], 'repository:acme/app:pull'],
    ['repository:acme/app:push,pull', ['read', 'write'], 'repository:acme/app:push,pull'],
    ['repository:acme/app:delete', ['delete'], 'repository:acme/app:delete'],
    ['repository:acme/app:pull,pull', ['read'], 'repository:acme/app:pull'],
    ['repository:acme/app:*', ['read', 'write'], 'repository:acme/app:pull,push'],
    ['repository:acme/app:*,pull', ['read', 'write', 'delete'], 'repository:acme/app:pull,push,delete'],
    ['repository:acme/team/app:pull', ['read'], 'repository:acme/team/app:pull'],
  ])('%s by %j is %s', (wish, scopes, granted) => {
    expect(grantAccess(ACME, scopes, [read(wish)]).map(writeAccess)).toEqual([granted]);
  });

  test.each<[wish: string, scopes: string[]]>([
    ['repository:acme/app:push', ['read']],
    ['repository:acme/app:*', []],
    ['repository:acme/app:admin', ['read', 'write', 'delete']],
    ['repository:acme/app:constructor', ['read', 'write', 'delete']],
    ['repository:other/app:pull', ['read']],
    ['repository:acme-other/app:pull', ['read']],
    ['repository:acme/../other/app:pull', ['read']],
    ['repository:acme/App:pull', ['read']],
    ['registry:catalog:*', ['read']],
    ['registry:acme/app:*', ['read']],
  ])('nothing of %s by %j', (wish, scopes) => {
    expect(grantAccess(ACME, scopes, [read(wish)])).toEqual([]);
  });

  test.each<[wish: string, scopes: string[], count: number]>([
    ['registry:catalog:*', ['read'], 1],
    ['registry:catalog:*', ['write'], 0],
    ['registry:catalog:pull', ['read'], 0],
    ['registry:other:*', ['read'], 0],
  ])('of the whole of /v2: %s by %j is %i', (wish, scopes, count) => {
    expect(grantAccess(WHOLE, scopes, [read(wish)])).toHaveLength(count);
  });

  test('several wishes keep their order, and what is refused of one takes nothing from the others', () => {
    const wishes = ['repository:acme/b:pull', 'repository:other/x:pull', 'repository:acme/a:push'].map(read);
    const granted = grantAccess(ACME, ['read', 'write'], wishes);
    expect(granted.map(({ name }) => name)).toEqual(['acme/b', 'acme/a']);
  });
});

describe('an operation is covered by what was granted', () => {
  const granted = ['repository:acme/app:pull,push', 'repository:acme/base:pull'].map(read);
  test.each<[needed: string[], covered: boolean]>([
    [[], true],
    [['repository:acme/app:pull'], true],
    [['repository:acme/app:pull,push', 'repository:acme/base:pull'], true],
    [['repository:acme/app:delete'], false],
    [['repository:acme/app:pull,delete'], false],
    [['repository:acme/base:push'], false],
    [['repository:acme/app:pull', 'repository:acme/other:pull'], false],
    [['registry:acme/app:pull'], false],
  ])('%j: %s', (needed, covered) => {
    expect(isAccessCovered(granted, needed.map(read))).toBe(covered);
  });
});
