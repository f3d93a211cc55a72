import { expect, test } from 'vitest';
import { valueNeverSent } from '../../../lib/lint/rules/value-never-sent.ts';
import { denying, foundInRole, trusting } from '../../harness/lint.ts';
import { GITHUB } from '../../harness/policy.ts';

const WEB = 'organization_slug: acme, pipeline_slug: web';
const github = (claims: string) => trusting(`repository: acme/web, ${claims}`, { iss: GITHUB });
const gitlab = (claims: string) => trusting(`project_id: "20", ${claims}`, { iss: 'https://gitlab.com' });

test.each([
  ['a source of another vendor', trusting(`${WEB}, build_source: push`), ['push']],
  ['one of a list', trusting(`${WEB}, build_source: { in: [webhook, cron] }`), ['cron']],
  ['a pattern that no word meets', trusting(`${WEB}, build_source: { matches: "s3*" }`), ['"s3*"']],
  ['a deny that stops nobody', denying(WEB, 'runner_environment: hosted'), ['hosted']],
  ['a branch written as a ref', trusting(`${WEB}, build_branch: refs/heads/main`), ['refs/heads/main']],
  ['a ref written as a branch', github('ref: main'), ['main']],
  ['a pattern for branches on a ref', github('ref: { matches: "release/*" }'), ['"release/*"']],
  ['a truth in capitals', gitlab('ref_protected: "True"'), ['"True"']],
  [
    'an id as the documentation of Buildkite shows it',
    trusting(`${WEB}, organization_id: 0184990a-477b-4fa8-9968-496074483k77`),
    ['0184990a-477b-4fa8-9968-496074483k77'],
  ],
])('finds %s', (_name, role, places) => {
  expect(foundInRole(valueNeverSent, role)).toEqual(places);
});

test.each([
  ['a source that is sent', trusting(`${WEB}, build_source: { in: [webhook, trigger_job] }`)],
  ['a pattern that a word meets', trusting(`${WEB}, build_source: { matches: "s*" }`)],
  ['a pattern that may yet be a ref', github('ref: { matches: "*/main" }')],
  ['a pattern of refs', github('ref: { matches: "refs/tags/v*" }')],
  ['null', trusting(`${WEB}, build_tag: null`)],
  ['an id that is one', trusting(`${WEB}, organization_id: 0184990a-477b-4fa8-9968-496074483cee`)],
  ['a claim of which nothing is known', trusting(`${WEB}, step_key: anything`)],
])('leaves %s alone', (_name, role) => {
  expect(foundInRole(valueNeverSent, role)).toEqual([]);
});
