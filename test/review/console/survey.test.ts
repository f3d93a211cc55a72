import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readConsoleData } from '../../../lib/config/console.ts';
import { loadConfig } from '../../../lib/config/load.ts';
import { compileRoleText, openData } from '../../../lib/review/console/held.ts';
import {
  createSurveyGround,
  lintRole,
  type RoleSurvey,
  surveyRole,
} from '../../../lib/review/console/survey.ts';
import { lintPolicies } from '../../../lib/review/lint/lint.ts';
import { heldOf } from '../../harness/console.ts';
import { ROOT } from '../../harness/markdown.ts';
import { NOW } from '../../harness/policy.ts';

const NARROW = `
contact: "#web"
trust:
  - iss: https://agent.buildkite.com
    claims: { organization_slug: acme, pipeline_slug: web, build_branch: main, build_tag: null, build_source: webhook }
jwt: { audience: https://packages.test.example }
`;
const OPEN = `
trust:
  - iss: https://agent.buildkite.com
    claims: { organization_slug: acme, pipeline_slug: web }
aws: { role_arn: "arn:aws:iam::123456789012:role/web" }
`;
const HUSHED = OPEN.replace(
  '  - iss',
  '  # kite-sts-ignore job-kind-admitted: every job of this pipeline may\n  - iss',
);
const TEAMS = `
owners: ["@acme/platform"]
teams:
  web: { owners: ["@acme/web"], roles: ["*"], targets: { aws: ["123456789012"], jwt: ["*"] } }
`;

function survey(text: string, teams?: string): RoleSurvey {
  const held = heldOf({ roles: [{ name: 'web', text }], teams });
  const [written] = held.written;
  if (!written) throw new Error('The role does not compile.');
  return surveyRole(written, createSurveyGround(held, NOW));
}

function rulesOf({ findings }: RoleSurvey): string[] {
  return findings.map(({ rule }) => rule);
}

describe('the kinds of jobs that a role admits', () => {
  test('come with the word of their vendor, those that others can cause first', () => {
    const { kinds } = survey(OPEN);
    expect(kinds.map(({ name }) => name)).toContain('buildkite/fork-pull-request');
    expect(kinds[0]?.kind.danger).toBe('outsider');
    expect(kinds.at(-1)?.kind.danger).toBeUndefined();
  });

  test('are few where it binds what tells them apart', () => {
    const { kinds } = survey(NARROW);
    expect(kinds.filter(({ kind }) => kind.danger === 'outsider')).toEqual([]);
  });
});

describe('what lint finds', () => {
  test('stands at the role that it is about', () => {
    expect(rulesOf(survey(OPEN))).toContain('job-kind-admitted');
    expect(rulesOf(survey(NARROW))).not.toContain('job-kind-admitted');
  });

  test('is hushed by a comment with a reason', () => {
    expect(rulesOf(survey(HUSHED))).not.toContain('job-kind-admitted');
  });

  test('is found in an edited text too, with its line', () => {
    const held = heldOf({ roles: [{ name: 'web', text: NARROW }] });
    const text = `# edited\n${OPEN}`;
    const { role, document } = compileRoleText('web', text, held.setting);
    if (!role || !document) throw new Error('The edited role does not compile.');
    const found = lintRole({ role, document }, text, createSurveyGround(held, NOW));
    expect(found.find(({ rule }) => rule === 'job-kind-admitted')?.place).toMatchObject({
      file: 'roles/web.yml',
      line: 4,
    });
  });
});

test('the team is that of teams.yml, and none where there is no such file', () => {
  expect(survey(OPEN, TEAMS).team).toBe('web');
  expect(survey(OPEN).team).toBeUndefined();
});

describe('a target is wide', () => {
  const GCP = `
trust:
  - iss: https://agent.buildkite.com
    claims: { organization_slug: acme, pipeline_slug: web }
gcp:
  audience: //iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/ci-pool/providers/kite-sts
  service_account: deploy-web@acme-prod.iam.gserviceaccount.com
  scopes: [https://www.googleapis.com/auth/SCOPE]
`;
  const GITHUB = `
trust:
  - iss: https://agent.buildkite.com
    claims: { organization_slug: acme, pipeline_slug: web }
    scopes: [all]
github:
  app: "12345"
  owner: acme
  repositories: [web]
  permissions: { all: { PERMISSION } }
`;
  test.each([
    ['a role of AWS that no session policy narrows', OPEN],
    ['all of Google Cloud', GCP.replace('SCOPE', 'cloud-platform')],
    ['the settings of a repository', GITHUB.replace('PERMISSION', 'administration: write')],
  ])('%s', (_name, text) => {
    expect(survey(text).wide).toBeTypeOf('string');
  });

  test.each([
    [
      'a role of AWS with a session policy',
      OPEN.replace(
        'role/web"',
        'role/web", policy: { Version: "2012-10-17", Statement: [{ Effect: Allow, Action: ["s3:GetObject"], Resource: ["arn:aws:s3:::web/*"] }] }',
      ),
    ],
    ['one service of Google Cloud', GCP.replace('SCOPE', 'devstorage.read_only')],
    ['the contents of a repository', GITHUB.replace('PERMISSION', 'contents: read')],
    ['a token for one service', NARROW],
  ])('and this is not: %s', (_name, text) => {
    expect(survey(text).wide).toBeUndefined();
  });
});

describe('in every example, lint finds in the page what the command line finds:', () => {
  const folders = readdirSync(join(ROOT, 'examples'), { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(({ name }) => join('examples', name, 'config'));

  test.each(['config', ...folders])('%s', folder => {
    const { data } = readConsoleData(folder);
    const loaded = loadConfig(folder);
    if (!data || !loaded.config) throw new Error('The example does not load.');
    const held = openData(data);
    const ground = createSurveyGround(held, NOW);
    const inPage = held.written.flatMap(written => surveyRole(written, ground).findings);
    const texts = new Map(
      ['broker.yml', ...held.roles.map(({ name }) => `roles/${name}.yml`)].map(file => [
        join(folder, file),
        readFileSync(join(folder, file), 'utf8'),
      ]),
    );
    const { findings } = lintPolicies(loaded.config, loaded.written, texts, NOW);
    const ofRoles = findings.filter(({ place }) => !place.file.includes('registries/'));
    const told = (file: string, rule: string, line: number) =>
      `${file.replace(`${folder}/`, '')}:${line} ${rule}`;
    expect(new Set(inPage.map(({ place, rule }) => told(place.file, rule, place.line)))).toEqual(
      new Set(ofRoles.map(({ place, rule }) => told(place.file, rule, place.line))),
    );
  });
});
