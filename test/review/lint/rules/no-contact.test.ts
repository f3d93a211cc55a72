import { expect, test } from 'vitest';
import { noContact } from '../../../../lib/review/lint/rules/no-contact.ts';
import { foundBy, foundInRole, trusting } from '../../../harness/lint.ts';

const ROLE = trusting('organization_slug: acme');
function silent(text: string): string {
  return text.replace(/^contact:.*\n/, '');
}
const REGISTRY = ROLE.replace(
  /jwt:.*/,
  'audience: https://packages.test.example\npath: /npm\nmethods: { GET: read_packages }',
).replace('    claims', '    scopes: [read_packages]\n    claims');

test('finds a role whom nobody answers for', () => {
  expect(foundInRole(noContact, silent(ROLE))).toEqual(['trust']);
});

test('finds a registry whom nobody answers for', () => {
  expect(foundBy(noContact, { 'registries/npm.yml': silent(REGISTRY) })).toEqual(['trust']);
});

test('leaves those with a contact alone', () => {
  expect(foundBy(noContact, { 'roles/a.yml': ROLE, 'registries/npm.yml': REGISTRY })).toEqual([]);
});
