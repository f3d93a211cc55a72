import { describe, expect, test } from 'vitest';
import { runLine } from '../../harness/command-line.ts';
import { configFiles, folderOf } from '../../harness/local.ts';

const FILES = configFiles();
const CONFIG = folderOf(FILES);

/** The same folder with one role's text changed. */
function changed(role: string, from: string, to: string): string {
  const path = `roles/${role}.yml`;
  return folderOf({ ...FILES, [path]: (FILES[path] ?? '').replace(from, to) });
}

function compared(words: readonly string[]) {
  return runLine(['diff', ...words]);
}

const WIDER = changed('deploy', 'build_branch: main', 'build_branch: { matches: "*" }');
const NARROWER = changed('deploy', 'in: [web, api]', 'in: [web]');

test('of two forms of the answer neither is given', async () => {
  expect(await compared([CONFIG, WIDER, '--json', '--markdown'])).toMatchObject({ exits: 64, out: '' });
});

describe('the exit code', () => {
  test.each([
    ['0 for no change', CONFIG, CONFIG, 0],
    ['0 for less', CONFIG, NARROWER, 0],
    ['3 for more', CONFIG, WIDER, 3],
    ['0 for going back', WIDER, CONFIG, 0],
    ['1 for a folder that is none', CONFIG, '/nowhere', 1],
  ])('is %s', async (_name, before, after, exits) => {
    expect((await compared([before, after])).exits).toBe(exits);
  });

  test('is 0 for a report, whatever it says, and 1 where it cannot be made', async () => {
    expect((await compared([CONFIG, WIDER, '--report'])).exits).toBe(0);
    expect((await compared([CONFIG, '/nowhere', '--report'])).exits).toBe(1);
  });

  test('is 64 when a version is missing', async () => {
    expect((await compared([CONFIG])).exits).toBe(64);
  });
});

test('as text it shows each difference with a request', async () => {
  const { out } = await compared([CONFIG, WIDER]);
  expect(out).toMatch(
    /^role deploy: changed\n {2}gives aws: .*\n {2}newly admits .*ANY-BRANCH \(colleague\).*\n {2}newly allowed by "pushes to main": .*\n {4}build_branch: .*\n {4}\{"iss":"https:/,
  );
});

test('a sentence that must hold no more is wider, though no role changed', async () => {
  const sentence = `- id: one\n  says: A sentence.\n  issuers: [https://agent.buildkite.com]\n`;
  const guarded = folderOf({ ...FILES, 'invariants.yml': sentence });
  const { exits, out } = await compared([guarded, CONFIG]);
  expect([exits, out]).toEqual([3, expect.stringMatching(/^guardrails\n {2}invariants\.one was /)]);
  expect((await compared([CONFIG, guarded])).exits).toBe(0);
});

test('as JSON it names statements by their ids', async () => {
  const { out } = await compared([CONFIG, WIDER, '--json']);
  expect(JSON.parse(out)).toMatchObject({
    roles: [
      {
        role: 'deploy',
        is: 'changed',
        gained: [
          { statement: 'pushes to main', shown: { witness: { claims: { organization_slug: 'acme' } } } },
        ],
      },
    ],
    issuers: [],
  });
});

test('as Markdown every value stands in code, so that none can mention a person', async () => {
  const target = changed('publish', 'packages.test.example', 'test.example/@everyone`x');
  const { out } = await compared([CONFIG, target, '--markdown']);
  const bare = out.replaceAll(/`[^`\n]*`/g, '');
  expect(out).toContain('@everyone');
  expect(bare).not.toContain('@');
});

test('a configuration that does not load is told with its places', async () => {
  const broken = changed('deploy', 'trust:', 'trsut:');
  const { exits, error } = await compared([CONFIG, broken]);
  expect([exits, error]).toEqual([1, expect.stringContaining('roles/deploy.yml:')]);
});
