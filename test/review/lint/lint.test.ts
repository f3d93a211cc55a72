import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { lintFolder } from '../../harness/lint.ts';
import { folderOf } from '../../harness/local.ts';
import { blocks, ROOT, read } from '../../harness/markdown.ts';
import { PROVIDER } from '../../harness/policy.ts';

const OURS = [
  'config',
  ...readdirSync(join(ROOT, 'examples'), { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(({ name }) => `examples/${name}/config`),
];

function told(folder: string): string[] {
  return lintFolder(folder).findings.map(({ rule, place: { file, line } }) => `${rule} ${file}:${line}`);
}

test.each(OURS)('%s is clean, or what is found has its reason', folder => {
  expect(told(join(ROOT, folder))).toEqual([]);
});

describe('what is found', () => {
  const BROKER = 'url: https://sts.test.example\nissuers:\n  - preset: buildkite\n';
  const ROLE = `trust:\n  - iss: https://agent.buildkite.com\n    claims: { organization_slug: acme, build_branch: main }\n${PROVIDER}\n`;

  test('comes in the order of files, lines and columns', () => {
    const folder = folderOf({ 'broker.yml': BROKER, 'roles/b.yml': ROLE, 'roles/a.yml': ROLE });
    const places = lintFolder(folder).findings.map(
      ({ rule, place: { file, line, column } }) =>
        `${file.slice(folder.length + 1)}:${line}:${column} ${rule}`,
    );
    expect(places).toEqual(
      ['a', 'b'].flatMap(role => [
        `roles/${role}.yml:1:1 no-contact`,
        `roles/${role}.yml:2:5 pipeline-unbound`,
        `roles/${role}.yml:2:5 job-kind-admitted`,
        `roles/${role}.yml:3:15 name-not-id`,
      ]),
    );
  });

  test('of a file that does not load is what is wrong with it, and nothing else', () => {
    const folder = folderOf({ 'broker.yml': BROKER, 'roles/a.yml': ROLE, 'roles/b.yml': 'trust: []\n' });
    const levels = lintFolder(folder).findings.map(({ level }) => level);
    expect(new Set(levels)).toEqual(new Set(['error']));
  });
});

/** What Buildkite's documentation of registries shows, as of 2026-08; scopes are those of a role with jwt. */
const DOCUMENTED = {
  basic: ['organization_slug: organization-slug', 'pipeline_slug: pipeline-slug', 'build_branch: main'],
  provenance: ['organization_slug: "nova-corp"', 'pipeline_slug: "ruby-logger-gem"'],
  suite: ['organization_slug: "your-org"', 'pipeline_slug: { in: ["your-pipeline", "another-pipeline"] }'],
};

test.each<[name: keyof typeof DOCUMENTED, found: string[]]>([
  ['basic', ['job-kind-admitted']],
  ['provenance', ['job-kind-admitted']],
  ['suite', ['job-kind-admitted']],
])('of the policy "%s" in the documentation of Buildkite, only %j is a warning', (name, found) => {
  const claims = DOCUMENTED[name].map(line => `      ${line}\n`).join('');
  const folder = folderOf({
    'broker.yml': 'url: https://sts.test.example\nissuers:\n  - preset: buildkite\n',
    'roles/a.yml': `trust:\n  - iss: https://agent.buildkite.com\n    claims:\n${claims}${PROVIDER}\n`,
  });
  const warnings = lintFolder(folder).findings.filter(({ level }) => level === 'warning');
  expect(warnings.map(({ rule }) => rule)).toEqual(found);
});

describe('the role that is recommended for', () => {
  const pages = readdirSync(join(ROOT, 'docs/issuers')).filter(page => page !== 'README.md');

  test.each(pages)('%s has no warning', page => {
    const all = blocks(read(`docs/issuers/${page}`));
    const text = (kind: string) => all.find(({ words }) => words.includes(kind))?.text ?? '';
    const folder = folderOf({ 'broker.yml': text('broker'), 'roles/a.yml': text('role') });
    expect(lintFolder(folder).findings.filter(({ level }) => level !== 'note')).toEqual([]);
  });
});
