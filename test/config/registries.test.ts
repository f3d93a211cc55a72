import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../lib/config/load.ts';
import { folderOf } from '../harness/local.ts';
import { AUDIENCE, BUILDKITE } from '../harness/policy.ts';

const TRUST = `trust:\n  - { iss: ${BUILDKITE}, organization_slug: acme }\n`;
function registry(audience: string, path: string): string {
  return `audience: ${audience}\npath: ${path}\nmethods: { GET: read_packages }\n${TRUST}`;
}
const NPM = registry('https://packages.test.example/npm', '/npm');
const BROKER = `url: ${AUDIENCE}\nissuers:\n  - { preset: buildkite, audiences: [https://row.test.example] }\n`;

function loaded(files: { readonly [path: string]: string }) {
  const folder = folderOf({ 'broker.yml': BROKER, 'registries/npm.yml': NPM, ...files });
  const { config, complaints } = loadConfig(folder);
  return {
    config,
    complaints: complaints.map(
      ({ rule, place: { file, line } }) => `${rule} ${file.slice(folder.length + 1)}:${line}`,
    ),
  };
}

test('registries are read beside roles, in the order of their names, without their test cases', () => {
  const { config, complaints } = loaded({
    'registries/images.yml': registry('https://packages.test.example/images', '/v2/acme'),
    'registries/npm.test.yml': 'cases: []\n',
    'roles/deploy.yml': `${TRUST}jwt: { audience: https://api.test.example }\n`,
  });
  expect(complaints).toEqual([]);
  expect(config?.registries.map(({ name }) => name)).toEqual(['images', 'npm']);
  expect(config?.roles.map(({ name }) => name)).toEqual(['deploy']);
});

test('where there are registries, there need be no roles', () => {
  expect(loaded({}).config).toMatchObject({ roles: [], registries: [{ name: 'npm' }] });
});

describe('refused at load:', () => {
  test.each([
    ['a name that no file may have', { 'registries/NPM.yml': NPM }, ['file-name registries/NPM.yml:1']],
    [
      'a mistake in one',
      { 'registries/npm.yml': `${NPM}paths: [/a]\n` },
      ['unknown-key registries/npm.yml:6'],
    ],
    [
      "T19: the broker's audience",
      { 'registries/npm.yml': registry(AUDIENCE, '/npm') },
      ['wrong-value registries/npm.yml:1'],
    ],
    [
      'T19: an audience that a row takes',
      { 'registries/npm.yml': registry('https://row.test.example', '/npm') },
      ['wrong-value registries/npm.yml:1'],
    ],
    [
      'T92: what a role makes tokens for',
      { 'roles/deploy.yml': `${TRUST}jwt: { audience: https://packages.test.example/npm }\n` },
      ['wrong-value registries/npm.yml:1'],
    ],
    [
      'T19: the audience of a role',
      {
        'roles/deploy.yml': `audience: https://packages.test.example/npm\n${TRUST}jwt: { audience: https://api.test.example }\n`,
      },
      ['wrong-value registries/npm.yml:1'],
    ],
    [
      'T19: the audience of another registry',
      { 'registries/other.yml': registry('https://packages.test.example/npm', '/other') },
      ['wrong-value registries/other.yml:1'],
    ],
    [
      'T56: the path of another',
      { 'registries/other.yml': registry('https://other.test.example', '/npm') },
      ['wrong-value registries/other.yml:2'],
    ],
    [
      'T56: a path below another',
      { 'registries/other.yml': registry('https://other.test.example', '/npm/private') },
      ['wrong-value registries/other.yml:2'],
    ],
    [
      'T56: a path above another',
      {
        'registries/npm.yml': registry('https://packages.test.example/npm', '/a/npm'),
        'registries/other.yml': registry('https://other.test.example', '/a'),
      },
      ['wrong-value registries/other.yml:2'],
    ],
  ])('%s', (_name, files, complaints) => {
    expect(loaded(files)).toEqual({ config: undefined, complaints });
  });

  test('what is wrong with roles and registries, all at once', () => {
    expect(
      loaded({ 'roles/deploy.yml': TRUST, 'registries/npm.yml': `${NPM}paths: [/a]\n` }).complaints,
    ).toEqual(['provider-count roles/deploy.yml:1', 'unknown-key registries/npm.yml:6']);
  });
});

describe('P23: only a regular file is read:', () => {
  const SECRET = 'AKIA-not-to-be-shown: [';
  const complaintsWith = (folder: string) =>
    loadConfig(folder).complaints.map(({ rule, place, message }) => [
      rule,
      place.file.slice(folder.length + 1),
      message.includes('AKIA'),
    ]);

  test.each(['roles/x.yml', 'registries/x.yml', 'teams.yml'])('no symbolic link is %s', path => {
    const folder = folderOf({
      'broker.yml': BROKER,
      'registries/npm.yml': NPM,
      'roles/deploy.yml': `${TRUST}jwt: { audience: https://api.test.example }\n`,
      secret: SECRET,
    });
    symlinkSync(join(folder, 'secret'), join(folder, path));
    expect(complaintsWith(folder)).toEqual([['text-refused', path, false]]);
  });

  test('nor does a folder lie elsewhere', () => {
    const folder = folderOf({ 'broker.yml': BROKER, 'registries/npm.yml': NPM, 'elsewhere/x.yml': SECRET });
    symlinkSync(join(folder, 'elsewhere'), join(folder, 'roles'));
    expect(complaintsWith(folder)).toEqual([['text-refused', 'roles/x.yml', false]]);
  });
});

test('a kind is as it says, and as the path says below /v2', () => {
  const kinds = loaded({
    'registries/images.yml': registry('https://packages.test.example/images', '/v2/acme'),
    'registries/nuget.yml': `${registry('https://packages.test.example/nuget', '/v2/nuget')}kind: generic\n`,
    'registries/py.yml': `${registry('https://packages.test.example/py', '/py')}kind: pypi\n`,
  }).config?.registries.map(({ name, kind }) => [name, kind]);
  expect(kinds).toEqual([
    ['images', 'oci'],
    ['npm', undefined],
    ['nuget', 'generic'],
    ['py', 'pypi'],
  ]);
  const wrong = loaded({ 'registries/npm.yml': `${NPM}kind: oci\n` });
  expect(wrong.complaints).toEqual(['wrong-value registries/npm.yml:2']);
});
