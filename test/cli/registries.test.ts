import { beforeAll, describe, expect, test } from 'vitest';
import { runLine } from '../harness/command-line.ts';
import { BROKER } from '../harness/lint.ts';
import { folderOf } from '../harness/local.ts';
import { FLAT, METHODS, type TestAuthorizer, testAuthorizer } from '../harness/registry.ts';
import { FLAT_SEED } from '../harness/seeds.ts';

const REGISTRY = `${METHODS}\ntrust:${FLAT_SEED}`;
function folder(registry = REGISTRY): string {
  return folderOf({ 'broker.yml': BROKER, 'registries/tested.yml': registry });
}
const CONFIG = folder();

function ran(words: readonly string[], config = CONFIG) {
  return runLine(words, { KITE_STS_CONFIG: config });
}

const JOB = {
  iss: 'https://agent.buildkite.com',
  organization_slug: 'my-organization',
  pipeline_slug: 'my-pipeline',
  build_branch: 'main',
};
function claims(more: object = {}): string {
  return `${folderOf({ 'claims.json': JSON.stringify({ ...JOB, ...more }) })}/claims.json`;
}

describe('explain decides what a registry does with a whole request', () => {
  test.each([
    ['a package is written', 'PUT /npm/left-pad', {}, 0, undefined],
    ['nobody deletes', 'DELETE /npm/left-pad', {}, 2, 'method_beyond_grant'],
    ['a query that is not known', 'GET /npm/left-pad?_method=DELETE', {}, 2, 'request_not_understood'],
    ['another branch', 'PUT /npm/left-pad', { build_branch: 'next' }, 2, 'no_statement_holds'],
  ])('%s', async (_name, request, more, exits, reason) => {
    const words = ['--registry', 'tested', '--request', request, '--claims', claims(more), '--json'];
    const answer = await ran(['explain', ...words]);
    expect(answer.exits).toBe(exits);
    expect(JSON.parse(answer.out)).toMatchObject({ registry: 'tested', allowed: exits === 0 });
    expect(JSON.parse(answer.out).reason).toBe(reason);
  });

  test.each([
    ['a registry that is none, with the nearest', ['--registry', 'testde', '--request', 'GET /npm'], 1],
    ['no request', ['--registry', 'tested'], 64],
    ['half a request', ['--registry', 'tested', '--request', 'GET'], 64],
    ['a role beside it', ['--registry', 'tested', '--request', 'GET /npm', '--role', 'a'], 64],
  ])('refused is %s', async (_name, words, exits) => {
    expect((await ran(['explain', ...words, '--claims', claims()])).exits).toBe(exits);
  });
});

test('who-can and what-can know registries', async () => {
  const who = await ran(['who-can', 'tested']);
  expect([who.exits, who.out.split('\n')[0]]).toEqual([0, 'tested, the registry at /npm, can be used']);
  const what = await ran(['what-can', '--claims', claims(), '--json']);
  expect([what.exits, JSON.parse(what.out)]).toEqual([
    0,
    [{ registry: 'tested', statement: 'trust[0]', methods: ['GET', 'HEAD', 'PUT'] }],
  ]);
  expect((await ran(['what-can', '--claims', claims({ organization_slug: 'evil' })])).exits).toBe(2);
});

describe('an event of the authorizer', () => {
  let door: TestAuthorizer;
  beforeAll(async () => {
    door = await testAuthorizer([FLAT]);
    await door.asked({ method: 'PUT' });
    await door.asked({ method: 'DELETE' });
  });
  const log = (): string => `${folderOf({ 'audit.jsonl': door.audit.join('\n') })}/audit.jsonl`;

  test('is explained by its id, as it was decided then', async () => {
    const [first = '', second = ''] = door.audit.map(line => String(JSON.parse(line).decision_id));
    const [allowed, denied] = [
      await ran(['explain', '--decision', first, '--audit', log(), '--json']),
      await ran(['explain', '--decision', second, '--audit', log(), '--json']),
    ];
    expect([allowed.exits, denied.exits]).toEqual([0, 2]);
    expect(JSON.parse(denied.out)).toMatchObject({
      registry: 'tested',
      reason: 'method_beyond_grant',
      recorded: { outcome: 'denied', policyChanged: false },
    });
  });

  test('is replayed', async () => {
    const same = await ran(['replay', log()]);
    expect([same.exits, same.out]).toEqual([0, '2 events, 2 as before.\n']);
    const other = folder(REGISTRY.replace('build_branch: main', 'build_branch: next'));
    const changed = await ran(['replay', log(), '--json'], other);
    expect(changed.exits).toBe(2);
    expect(JSON.parse(changed.out)).toMatchObject({
      exchanges: 2,
      otherwise: [{ role: 'tested', turn: 'denied', times: 1 }],
    });
  });
});
