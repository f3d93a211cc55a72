import { expect, test } from 'vitest';
import { readOptions } from '../../infra/options.ts';
import { HONOURED, REFUSED } from '../../infra/provider.ts';
import { code, read, rowsOf } from '../harness/markdown.ts';

const PAGE = 'docs/guides/deploy.md';

const { options } = readOptions({});

test('every option of serverless.yml is documented, and nothing that is not there is', () => {
  const documented = rowsOf(PAGE, 'option under custom.kiteSts').map(([option]) => code(option));
  // `provider` is the framework's, and has a table of its own.
  const { provider: _, ...own } = options ?? {};
  expect(documented.sort()).toEqual(Object.keys(own).sort());
});

test('I3: every setting of provider that is honoured or refused is documented', () => {
  const documented = rowsOf(PAGE, 'setting of provider').flatMap(row =>
    [...row.join(' ').matchAll(/`([\w.]+)`/g)].map(([, name]) => name?.split('.')[0]),
  );
  const words = ['rolePermissionsBoundary', 'role', 'iamManagedPolicies', 'iamRoleStatements'];
  const decided = [...HONOURED, ...Object.keys(REFUSED).map(path => path.split('.')[0] ?? '')];
  // The older words of the framework for the same things are in no table.
  expect(decided.filter(name => !documented.includes(name) && !words.includes(name))).toEqual([]);
});

test('the file that a target account applies is where the guide says', () => {
  const { files } = JSON.parse(read('package.json')) as { files: readonly string[] };
  const said = /node_modules\/kite-sts\/(\S+)/.exec(read(PAGE))?.[1] ?? '';
  expect(files.some(folder => said.startsWith(`${folder}/`))).toBe(true);
  expect(read(said)).toContain('BrokerRoleArn');
});
