import { expect, test } from 'vitest';
import { nameNotId } from '../../../../lib/review/lint/rules/name-not-id.ts';
import { BROKER, foundBy, foundInRole, trusting } from '../../../harness/lint.ts';
import { GITHUB } from '../../../harness/policy.ts';

const ID = '0184990a-477b-4fa8-9968-496074483cee';
function guarded(guard: string): string {
  return BROKER.replace('preset: buildkite', `preset: buildkite\n    require: { ${guard} }`);
}
const WEB = trusting('organization_slug: acme, pipeline_slug: web');

test.each([
  ['an organization', WEB, ['organization_slug']],
  ['a repository', trusting('repository: acme/web', { iss: GITHUB }), ['repository']],
  ['a project', trusting('project_path: acme/web', { iss: 'https://gitlab.com' }), ['project_path']],
])('finds %s that is bound by its name', (_name, role, places) => {
  expect(foundInRole(nameNotId, role)).toEqual(places);
});

test.each([
  ['an organization', trusting(`organization_slug: acme, organization_id: ${ID}`)],
  ['a pipeline', trusting(`organization_slug: acme, pipeline_id: ${ID}`)],
  ['a repository', trusting('repository: acme/web, repository_id: "74"', { iss: GITHUB })],
  ['an issuer without names', trusting('tenant: acme', { iss: 'https://plain.example' })],
])('leaves %s with an id alone', (_name, role) => {
  expect(foundInRole(nameNotId, role)).toEqual([]);
});

test('a guard by name is found once, in broker.yml, for all roles', () => {
  const files = { 'broker.yml': guarded('organization_slug: acme'), 'roles/a.yml': WEB, 'roles/b.yml': WEB };
  expect(foundBy(nameNotId, files)).toEqual(['organization_slug']);
});

test('a guard by id speaks for all roles', () => {
  const files = { 'broker.yml': guarded(`organization_id: ${ID}`), 'roles/a.yml': WEB };
  expect(foundBy(nameNotId, files)).toEqual([]);
});
