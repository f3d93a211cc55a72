import { expect, test } from 'vitest';
import { runLine } from '../../harness/command-line.ts';
import { configFiles, folderOf } from '../../harness/local.ts';
import { BUILDKITE } from '../../harness/policy.ts';

const FILES = configFiles();

function asked(
  role: string,
  words: readonly string[] = [],
  text = FILES['roles/deploy.yml'] ?? '',
  more: object = {},
) {
  const folder = folderOf({ ...FILES, 'roles/deploy.yml': text, ...more });
  return runLine(['who-can', role, ...words], { KITE_STS_CONFIG: folder });
}

test('each statement is told in words, with a token that it admits', async () => {
  const { exits, out } = await asked('deploy');
  expect([exits, out]).toEqual([0, expect.stringContaining('pipeline_slug is one of "web", "api"\n')]);
  expect(out).toMatch(/\n {4}such as \{"iss":"https:/);
});

test('T-15: what strikes is told too, and whom', async () => {
  const deny = `deny:\n  - { iss: ${BUILDKITE}, id: no forks, claims: { build_source: { in: [ui, api] } } }\n`;
  const { out } = await asked('deploy', [], `${FILES['roles/deploy.yml'] ?? ''}${deny}`);
  expect(out).toContain(
    `  unless "no forks" strikes, tokens of ${BUILDKITE} for which none of these is false:\n`,
  );
  expect(out).toContain('build_source is one of "ui", "api"');
});

test('what every token of the issuer must meet is told, be it one condition', async () => {
  const broker = (FILES['broker.yml'] ?? '').replace(
    '- preset: buildkite',
    '- preset: buildkite\n    require: { organization_slug: acme }',
  );
  const { out } = await asked('deploy', [], undefined, { 'broker.yml': broker });
  expect(out).toContain(`every token of ${BUILDKITE} meets the guard of broker.yml:\n    organization_slug`);
});

test('no answer stands there of which no kind of job is', async () => {
  const { out } = await asked('deploy');
  expect(out).not.toMatch(/: $/m);
});

test('as JSON too', async () => {
  expect(JSON.parse((await asked('deploy', ['--json'])).out)).toMatchObject([
    { name: 'deploy', of: 'role', found: [{ statement: { id: 'pushes to main' } }] },
  ]);
});

test('a role that nobody can have exits with 2', async () => {
  const text = (FILES['roles/deploy.yml'] ?? '').replace(
    'build_branch: main',
    'build_branch: { equals: main, matches: "v*" }',
  );
  expect((await asked('deploy', [], text)).exits).toBe(2);
});

test('a name that is mistyped gets the nearest', async () => {
  const { exits, error } = await asked('deplyo');
  expect([exits, error]).toEqual([1, expect.stringContaining('"deploy"')]);
});
