import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { blocks, code, DOCUMENTS, ROOT, read, rowsOf } from '../harness/markdown.ts';
import { CONFIGURATION, PLUGIN, refusedOptions, usesOf } from '../harness/pipeline.ts';

const README = `${PLUGIN}/README.md`;
const declared = Object.keys(CONFIGURATION.properties).sort();
const documented = rowsOf(README, 'option').map(([option, value]) => ({
  option: code(option),
  usual: code(value),
}));

/** Where the hooks read an option: its name and, when it stands there, its default. Comments are not read. */
const readOptions = readdirSync(join(ROOT, PLUGIN, 'lib')).flatMap(file =>
  [...read(`${PLUGIN}/lib/${file}`).matchAll(/^[^#\n]*\bkite_(?:get|list) ([A-Z_]+)(?: ([\w:/.-]+))?/gm)].map(
    ({ 1: name = '', 2: usual }) => ({ option: name.toLowerCase().replaceAll('_', '-'), usual }),
  ),
);

test('the README, plugin.yml and the hooks have the same options', () => {
  expect(documented.map(({ option }) => option).sort()).toEqual(declared);
  expect([...new Set(readOptions.map(({ option }) => option))].sort()).toEqual(declared);
});

test('the defaults of the README are those of the hooks', () => {
  const usual = readOptions.filter(each => each.usual !== undefined);
  expect(usual.length).toBeGreaterThan(5);
  for (const each of usual) expect(documented).toContainEqual(each);
});

test('plugin.yml has what the directory of plugins asks for, and refuses unknown options', () => {
  const plugin = read(`${PLUGIN}/plugin.yml`);
  for (const member of ['name', 'description', 'author', 'requirements', 'configuration'])
    expect(plugin).toMatch(new RegExp(`^${member}:`, 'm'));
  expect(CONFIGURATION.additionalProperties).toBe(false);
});

describe('the pipelines that are documented', () => {
  const uses = [README, ...DOCUMENTS].flatMap(page =>
    blocks(read(page))
      .filter(({ words }) => words.includes('pipeline'))
      .flatMap(({ text, line }) => usesOf(text).map(use => ({ at: `${page}:${line}`, ...use }))),
  );

  test.each(uses)('at $at are taken by an agent', ({ options }) => {
    expect(refusedOptions(options)).toEqual([]);
  });

  test('name the version of this package', () => {
    const { version } = JSON.parse(read('package.json')) as { version: string };
    expect(new Set(uses.map(({ reference }) => reference.split('#')[1]))).toEqual(new Set([`v${version}`]));
  });

  test('begin in the README with four lines', () => {
    const [first] = blocks(read(README));
    expect(first?.words).toContain('pipeline');
    expect(first?.text.trimEnd().split('\n')).toHaveLength(4);
  });
});

test.each<[name: string, options: { [option: string]: unknown }, refused: string[]]>([
  ['an unknown option', { 'role-arn': 'a' }, ['role-arn']],
  ['a mode that is none', { mode: 'file' }, ['mode']],
  ['a lifetime as text', { 'oidc-token-lifetime': '60' }, ['oidc-token-lifetime']],
  ['a lifetime of 0', { 'oidc-token-lifetime': 0 }, ['oidc-token-lifetime']],
  ['no role in the list', { role: [] }, ['role']],
  ['a role that is no text', { role: [1] }, ['role']],
  ['a switch as text', { 'propagate-environment': 'yes' }, ['propagate-environment']],
])('an agent refuses %s', (_name, options, refused) => {
  expect(refusedOptions({ broker: 'https://sts.test.example', role: 'deploy', ...options })).toEqual(refused);
});

test('an agent refuses a step without a broker and a role', () => {
  expect(refusedOptions({})).toEqual(['broker', 'role']);
});
