import { expect, test } from 'vitest';
import { runLine } from '../../harness/command-line.ts';
import { configFiles, fileOf, folderOf } from '../../harness/local.ts';

const FILES = configFiles();
const PUSH = { organization_slug: 'acme', pipeline_slug: 'web', build_branch: 'main' };

async function asked(claims: object, guard = '') {
  const broker = (FILES['broker.yml'] ?? '').replace('buildkite\n', `buildkite\n${guard}`);
  const folder = folderOf({ ...FILES, 'broker.yml': broker });
  const words = ['what-can', '--claims', fileOf(claims), '--json'];
  const { exits, out } = await runLine(words, { KITE_STS_CONFIG: folder });
  return { exits, roles: (JSON.parse(out) as { role: string }[]).map(({ role }) => role) };
}

test.each<[name: string, claims: object, exits: number, roles: string[]]>([
  ['a push to main', PUSH, 0, ['deploy', 'publish']],
  ['a tag', { ...PUSH, build_tag: 'v1' }, 0, ['deploy', 'publish', 'release']],
  ['a branch', { ...PUSH, build_branch: 'next' }, 2, []],
])('%s can have these', async (_name, claims, exits, roles) => {
  expect(await asked(claims)).toEqual({ exits, roles });
});

test('a guard that the claims do not meet leaves none', async () => {
  expect(await asked(PUSH, '    require: { pipeline_slug: api }\n')).toEqual({ exits: 2, roles: [] });
});

test.each([
  ['claims and a token at once', ['--claims', 'a', '--token-file', 'b']],
  ['what is no address', ['--claims', fileOf({}), '--source-ip', '203.0.113.0/24']],
])('%s is wrong usage', async (_name, words) => {
  const environment = { KITE_STS_CONFIG: folderOf(FILES) };
  expect(await runLine(['what-can', ...words], environment)).toMatchObject({ exits: 64 });
});
