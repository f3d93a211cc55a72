import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runVerb } from '../../../lib/cli/run.ts';
import { createInit } from '../../../lib/cli/verbs/init.ts';
import { type Config, loadConfig } from '../../../lib/config/load.ts';
import { runCases } from '../../../lib/review/cases/trial.ts';
import packageJson from '../../../package.json' with { type: 'json' };
import { casesBeside } from '../../harness/cases.ts';
import { emptyFolder, folderOf, testTerminal } from '../../harness/local.ts';

/** Packing is driven as a team does it, by test/pack/team.ts. */
const INIT = createInit(async () => Buffer.from('packed'));

async function initialized(folder: string, ...words: string[]) {
  const terminal = testTerminal();
  const exits = await runVerb('init', INIT, ['--folder', folder, ...words], terminal);
  return { exits, out: terminal.written.join(''), error: terminal.errors.join('') };
}

function files(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(each => each.isFile())
    .map(each => join(each.parentPath, each.name).slice(folder.length + 1))
    .sort();
}

function configIn(folder: string): Config {
  const { config, complaints } = loadConfig(join(folder, 'config'));
  if (!config) throw new Error(JSON.stringify(complaints));
  return config;
}

const TARBALL = `vendor/kite-sts-${packageJson.version}.tgz`;
const STARTER = [
  '.buildkite/policy.yml',
  '.gitignore',
  'config/broker.yml',
  'config/invariants.yml',
  'config/roles/deploy-web.test.yml',
  'config/roles/deploy-web.yml',
  'package.json',
  'serverless.yml',
  'vendor/check.sh',
  TARBALL,
  `${TARBALL}.sha256`,
];

test('it writes what a team needs, and names each file', async () => {
  const folder = emptyFolder();
  const { exits, out } = await initialized(folder, '--organization', 'acme');
  expect(exits).toBe(0);
  expect(files(folder)).toEqual(STARTER);
  for (const path of STARTER) expect(out).toContain(`${path}\n`);
});

test('a program is told the files and the digest of the tarball', async () => {
  const folder = emptyFolder();
  const { out } = await initialized(folder, '--organization', 'acme', '--json');
  const { files: written, tarball } = JSON.parse(out);
  expect([...written].sort()).toEqual(STARTER);
  const sha256 = createHash('sha256').update('packed').digest('hex');
  expect(tarball).toEqual({ path: TARBALL, sha256 });
});

test('T98: package.json pins the tarball in vendor/ and the Serverless Framework that it was tested with', async () => {
  const folder = emptyFolder();
  await initialized(folder, '--organization', 'acme');
  expect(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))).toMatchObject({
    private: true,
    dependencies: { 'kite-sts': `file:${TARBALL}`, serverless: packageJson.devDependencies.serverless },
  });
});

test('serverless.yml is three lines, with the region that was asked for', async () => {
  const folder = emptyFolder();
  await initialized(folder, '--organization', 'acme', '--region', 'eu-central-1');
  const written = readFileSync(join(folder, 'serverless.yml'), 'utf8');
  expect(written.trim().split('\n')).toHaveLength(3);
  expect(written).toContain('region: eu-central-1');
});

test('another config folder is written and named in serverless.yml', async () => {
  const folder = emptyFolder();
  await initialized(folder, '--organization', 'acme', '--config', 'policies/ci');
  expect(files(folder)).toContain('policies/ci/broker.yml');
  expect(readFileSync(join(folder, 'serverless.yml'), 'utf8')).toContain(
    'kiteSts: { config: "policies/ci" }',
  );
});

describe.each([
  ['buildkite', 'https://agent.buildkite.com', 'organization_slug'],
  ['github-actions', 'https://token.actions.githubusercontent.com', 'repository_owner'],
])('with --issuer %s', (name, issuer, guard) => {
  // Names that YAML would read as something else than text.
  test.each(['acme', 'Acme-2', 'null', '1e3', 'true'])(
    'T31: every role is guarded by the organization %s',
    async organization => {
      const folder = emptyFolder();
      await initialized(folder, '--organization', organization, '--issuer', name);
      const { rows, roles } = configIn(folder);
      expect([...rows.keys()]).toEqual([issuer]);
      expect(rows.get(issuer)?.require).toMatchObject([
        { name: guard, operator: 'equals', operands: [organization] },
      ]);
      expect(roles.map(role => role.name)).toEqual(['deploy-web']);
    },
  );

  test.each(['acme', 'null'])('the role of %s decides all of its cases as they say', async organization => {
    const folder = emptyFolder();
    await initialized(folder, '--organization', organization, '--issuer', name);
    const config = configIn(folder);
    const results = config.roles.flatMap(role => runCases(role, config.rows, casesBeside(role, config)));
    expect(results.filter(({ differences }) => differences.length > 0)).toEqual([]);
    expect(results.length).toBeGreaterThan(3);
  });
});

test.each(STARTER)('nothing is written when %s is there already, and it is left as it was', async path => {
  const folder = folderOf({ [path]: 'mine' });
  const { exits, error } = await initialized(folder, '--organization', 'acme');
  expect(exits).toBe(1);
  expect(error).toContain(path);
  expect(files(folder)).toEqual([path]);
  expect(readFileSync(join(folder, path), 'utf8')).toBe('mine');
});

describe('wrong usage exits with 64, and nothing is written:', () => {
  test.each<[name: string, words: string[]]>([
    ['no organization', []],
    ['an organization that is a path', ['--organization', 'acme/web']],
    ['an organization that would end its quotes', ['--organization', 'a" }']],
    ['an organization of nothing', ['--organization', '']],
    ['an issuer that is not one', ['--organization', 'acme', '--issuer', 'jenkins']],
    ['an issuer of every object', ['--organization', 'acme', '--issuer', 'constructor']],
    ['a region that is not one', ['--organization', 'acme', '--region', 'europe']],
    ['a config folder somewhere else', ['--organization', 'acme', '--config', '../policies']],
  ])('%s', async (_name, words) => {
    const folder = join(emptyFolder(), 'new');
    expect(await initialized(folder, ...words)).toMatchObject({ exits: 64, out: '' });
    expect(existsSync(folder)).toBe(false);
  });
});
