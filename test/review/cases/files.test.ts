import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Config, loadConfig } from '../../../lib/config/load.ts';
import { Complaints } from '../../../lib/language/complaint.ts';
import { readAllCases, readPolicyCases, type TestedPolicy } from '../../../lib/review/cases/files.ts';
import { folderOf } from '../../harness/local.ts';
import { AUDIENCE, BUILDKITE, PROVIDER } from '../../harness/policy.ts';

const TRUST = `trust:\n  - { iss: ${BUILDKITE}, id: one, claims: { organization_slug: acme } }\n`;
const CASES = 'cases:\n  - { name: a, claims: { organization_slug: acme }, allow: one }\n';
const FILES = {
  'broker.yml': `url: ${AUDIENCE}\nissuers:\n  - preset: buildkite\n`,
  'roles/deploy.yml': `${TRUST}${PROVIDER}\n`,
  'roles/deploy.test.yml': CASES,
  'roles/publish.yml': `${TRUST}${PROVIDER}\n`,
  'registries/npm.yml': `audience: https://npm.test.example\npath: /npm\nmethods: { GET: read }\n${TRUST.replace('id: one', 'id: one, scopes: [read]')}`,
  'registries/npm.test.yml': CASES.replace('allow', 'method: GET, allow'),
};

function configOf(files: { readonly [path: string]: string }): Config {
  const { config, complaints } = loadConfig(folderOf(files));
  if (!config) throw new Error(JSON.stringify(complaints));
  return config;
}

function read(
  config: Config,
  by = (complaints: Complaints): readonly TestedPolicy[] => readAllCases(config, complaints),
): { tested: readonly TestedPolicy[]; refusals: string[] } {
  const complaints = new Complaints();
  const tested = by(complaints);
  const refusals = complaints.all.map(
    ({ rule, place: { file, line, column } }) =>
      `${file.slice(config.folder.length + 1)}:${line}:${column} ${rule}`,
  );
  return { tested, refusals };
}

test('the cases of every role and registry are read from beside it', () => {
  const config = configOf(FILES);
  const { tested, refusals } = read(config);
  expect(refusals).toEqual([]);
  expect(tested.map(({ policy, path, written }) => [policy.name, path, written?.cases.length])).toEqual([
    ['deploy', join(config.folder, 'roles/deploy.test.yml'), 1],
    ['publish', join(config.folder, 'roles/publish.test.yml'), undefined],
    ['npm', join(config.folder, 'registries/npm.test.yml'), 1],
  ]);
});

describe('complained of is', () => {
  test.each<[string, { [path: string]: string }, string[]]>([
    [
      'a file that is beside nothing',
      { 'roles/deploi.test.yml': CASES },
      ['roles/deploi.test.yml:1:1 file-name'],
    ],
    [
      'a file of a role beside the registries',
      { 'registries/deploy.test.yml': CASES },
      ['registries/deploy.test.yml:1:1 file-name'],
    ],
    [
      'all that is wrong in all files, at once',
      { 'roles/deploy.test.yml': 'cases: []', 'roles/publish.test.yml': `${CASES}more: 1\n` },
      ['roles/deploy.test.yml:1:8 empty', 'roles/publish.test.yml:3:1 unknown-key'],
    ],
  ])('%s', (_name, files, refusals) => {
    expect(read(configOf({ ...FILES, ...files })).refusals).toEqual(refusals);
  });
});

test('of one role alone, its file alone is read', () => {
  const config = configOf({ ...FILES, 'roles/publish.test.yml': 'cases: []' });
  const { tested, refusals } = read(config, complaints =>
    readPolicyCases(config.roles.slice(0, 1), config, complaints),
  );
  expect([refusals, tested.map(({ policy }) => policy.name)]).toEqual([[], ['deploy']]);
});

test('a configuration without registries has none to look for', () => {
  const { 'registries/npm.yml': _, 'registries/npm.test.yml': __, ...files } = FILES;
  expect(read(configOf(files)).refusals).toEqual([]);
});
