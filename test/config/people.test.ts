import { expect, test } from 'vitest';
import { loadConfig } from '../../lib/config/load.ts';
import { ALICE, BOB, SOURCE } from '../harness/job-events.ts';
import { folderOf } from '../harness/local.ts';
import { BUILDKITE, placesOf } from '../harness/policy.ts';

const ROLE = `trust: [{ iss: ${BUILDKITE}, organization_slug: a }]
approval: { step: release, by: [owners], within: 1h }
jwt: { audience: https://api.test.example }
`;
function broker(people: string): string {
  return `url: https://sts.test.example
issuers:
  - preset: buildkite
    events: [{ source: ${SOURCE.source}, organization_id: ${SOURCE.organizationId}, account: "${SOURCE.account}" }]
${people}`;
}
function loaded(people: string) {
  return loadConfig(folderOf({ 'broker.yml': broker(people), 'roles/web.yml': ROLE }));
}

test('a role names a group of broker.yml, and is compiled with the ids of its people', () => {
  const { config } = loaded(`people: { alice: ${ALICE}, bob: ${BOB} }\ngroups: { owners: [bob, alice] }\n`);
  expect(config?.roles[0]?.approval?.by).toEqual([
    { name: 'bob', id: BOB },
    { name: 'alice', id: ALICE },
  ]);
});

test.each([
  ['a person without an id', 'people: { owners: alice }', ['wrong-value 5:19']],
  [
    'an id in capitals, which no event has',
    `people: { owners: ${ALICE.toUpperCase()} }`,
    ['wrong-value 5:19'],
  ],
  [
    'a member whom people lacks',
    `people: { alice: ${ALICE} }\ngroups: { owners: [alcie] }`,
    ['wrong-value 6:20'],
  ],
  ['a group without anybody', `people: { alice: ${ALICE} }\ngroups: { owners: [] }`, ['empty 6:19']],
  ['a name for both', `people: { owners: ${ALICE} }\ngroups: { owners: [owners] }`, ['wrong-value 6:11']],
  ['a name with a space', `people: { owners: ${ALICE}, "a b": ${BOB} }`, ['wrong-value 5:57']],
  ['nobody at all', '', ['demand-refused 2:33']],
])('%s is refused', (_name, people, complaints) => {
  const found = placesOf(loaded(people).complaints);
  expect(found.filter(each => !each.startsWith('demand-refused') || people === '')).toEqual(complaints);
});
