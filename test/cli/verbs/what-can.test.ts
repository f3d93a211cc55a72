import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run } from '../../../lib/cli/run.ts';
import { configFiles, emptyFolder, folderOf, testTerminal } from '../../harness/local.ts';

const FILES = configFiles();
const PUSH = { organization_slug: 'acme', pipeline_slug: 'web', build_branch: 'main' };

async function asked(claims: object, guard = '') {
  const broker = (FILES['broker.yml'] ?? '').replace('buildkite\n', `buildkite\n${guard}`);
  const terminal = testTerminal({ KITE_STS_CONFIG: folderOf({ ...FILES, 'broker.yml': broker }) });
  const file = join(emptyFolder(), 'claims.json');
  writeFileSync(file, JSON.stringify(claims));
  const exits = await run(['what-can', '--claims', file, '--json'], terminal);
  const roles = (JSON.parse(terminal.written.join('')) as { role: string }[]).map(({ role }) => role);
  return { exits, roles };
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

test('claims and a token at once are wrong usage', async () => {
  expect(await run(['what-can', '--claims', 'a', '--token-file', 'b'], testTerminal())).toBe(64);
});

test('what is no address is wrong usage', async () => {
  const file = join(folderOf({ 'claims.json': '{}' }), 'claims.json');
  const words = ['what-can', '--claims', file, '--source-ip', '203.0.113.0/24'];
  expect(await run(words, testTerminal({ KITE_STS_CONFIG: folderOf(configFiles()) }))).toBe(64);
});
