import { expect, test } from 'vitest';
import { excerptBroker } from '../../lib/config/broker-excerpt.ts';
import { loadConfig } from '../../lib/config/load.ts';
import { listEntries, listItems } from '../../lib/language/tree.ts';
import { folderOf, ROLES } from '../harness/local.ts';
import { AUDIENCE } from '../harness/policy.ts';

const TEXT = `# the broker of the tests
url: ${AUDIENCE}
aws: { second_region: eu-central-1 }
issuers:
  # kite-sts-ignore name-not-id: the owner is ours for good
  - preset: buildkite
    require: { organization_slug: acme } # kite-sts-ignore pattern-on-null: it is never null
session: { seconds: 60 }
`;

function excerpt() {
  const loaded = loadConfig(folderOf({ 'broker.yml': TEXT, 'roles/publish.yml': ROLES.publish }));
  if (!loaded.config) throw new Error(JSON.stringify(loaded.complaints));
  return excerptBroker(loaded.written.broker, TEXT);
}

test('guards and lengths of sessions are kept, at their lines of a file without a folder', () => {
  const { tree } = excerpt();
  expect(listEntries(tree).map(({ key }) => key)).toEqual(['issuers', 'session']);
  const [row] = listItems(listEntries(tree)[0]?.value);
  expect(listEntries(row).map(({ key, place }) => [key, place])).toEqual([
    ['require', { file: 'broker.yml', line: 7, column: 5 }],
  ]);
});

test('of the text, what hushes a rule is kept, on its line, and nothing else', () => {
  expect(excerpt().comments.split('\n')).toEqual([
    '',
    'x',
    'x',
    'x',
    ' # kite-sts-ignore name-not-id: the owner is ours for good',
    'x',
    'x # kite-sts-ignore pattern-on-null: it is never null',
    'x',
    '',
  ]);
});
