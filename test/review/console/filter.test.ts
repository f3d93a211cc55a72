import { describe, expect, test } from 'vitest';
import {
  countFacets,
  createFilteredRole,
  type Filters,
  filterRoles,
  NO_FILTERS,
} from '../../../lib/review/console/filter.ts';
import { readPlace, writePlace } from '../../../lib/review/console/place.ts';
import { createSurveyGround, surveyRole } from '../../../lib/review/console/survey.ts';
import { heldOf } from '../../harness/console.ts';
import { NOW } from '../../harness/policy.ts';

function roleText(pipeline: string, more: string): string {
  return `
contact: "#web"
trust:
  - iss: https://agent.buildkite.com
    claims: { organization_slug: acme, pipeline_slug: ${pipeline}${more} }
jwt: { audience: https://${pipeline}.test.example }
`;
}

const MAIN = ', build_branch: main, build_tag: null, build_source: webhook';
const CASES = `
cases:
  - name: main is allowed
    from: buildkite/push
    claims: { organization_slug: acme, pipeline_slug: app }
    deny: no_statement_holds
`;
const held = heldOf({
  roles: [
    { name: 'web-app', text: roleText('app', MAIN) },
    { name: 'web-site', text: roleText('site', '') },
    { name: 'data-load', text: roleText('load', MAIN) },
  ],
  cases: [{ name: 'web-app', text: CASES }],
  teams: `
owners: ["@acme/platform"]
teams:
  web: { owners: ["@acme/web"], roles: ["web-*"], targets: { jwt: ["*"] } }
  data: { owners: ["@acme/data"], roles: ["data-*"], targets: { jwt: ["*"] } }
`,
});
const ground = createSurveyGround(held, NOW);
const roles = held.written.map(written =>
  createFilteredRole(surveyRole(written, ground), `${written.role.name} buildkite`),
);

function found(filters: Partial<Filters>): string[] {
  return filterRoles(roles, { ...NO_FILTERS, ...filters }).map(({ survey }) => survey.role.name);
}

describe('roles are found', () => {
  test.each<[string, Partial<Filters>, string[]]>([
    ['all, where nothing is asked', {}, ['web-app', 'web-site', 'data-load']],
    ['by words, each of them', { find: 'BUILDKITE site' }, ['web-site']],
    ['by their team', { team: 'web' }, ['web-app', 'web-site']],
    ['by the name of their team as a word', { find: 'data' }, ['data-load']],
    ['by a kind of job', { job: 'buildkite/fork-pull-request' }, ['web-site']],
    ['by who can cause such a job', { danger: 'outsider' }, ['web-site']],
    ['by a rule of lint', { rule: 'job-kind-admitted' }, ['web-site']],
    ['by the level of what lint says', { danger: 'warning', team: 'web' }, ['web-site']],
    ['by test cases that fail', { danger: 'failing' }, ['web-app']],
    ['by having no test cases', { danger: 'untested' }, ['web-site', 'data-load']],
    ['by all of these at once', { team: 'data', danger: 'outsider' }, []],
  ])('%s', (_name, filters, names) => {
    expect(found(filters)).toEqual(names);
  });
});

test('each count is of what the value would leave, with the other filters as they are', () => {
  const counts = countFacets(roles, { ...NO_FILTERS, team: 'web', danger: 'untested' });
  expect(counts.team).toEqual(
    new Map([
      ['web', 1],
      ['data', 1],
    ]),
  );
  expect(counts.danger.get('failing')).toBe(1);
  expect(counts.danger.get('outsider')).toBe(1);
  expect(counts.job.get('buildkite/fork-pull-request')).toBe(1);
});

describe('a place', () => {
  test.each([
    [{ view: 'decide', filters: NO_FILTERS } as const, '#decide'],
    [
      {
        view: 'roles',
        filters: { ...NO_FILTERS, team: 'web', job: 'github/pull_request', find: 'a & b' },
      } as const,
      '#roles?find=a+%26+b&team=web&job=github%2Fpull_request',
    ],
  ])('comes back from its fragment', (place, fragment) => {
    expect(writePlace(place)).toBe(fragment);
    expect(readPlace(fragment)).toEqual(place);
  });

  test.each(['', '#', '#state=abc', '#event=abc', '#elsewhere'])('is not "%s"', fragment => {
    expect(readPlace(fragment)).toBeUndefined();
  });
});
