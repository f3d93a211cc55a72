import { expect, test } from 'vitest';
import { loadConfig } from '../../../../lib/config/load.ts';
import { lintConfig } from '../../../../lib/review/findings.ts';
import { untilPassed } from '../../../../lib/review/lint/rules/until-passed.ts';
import { BROKER, trusting } from '../../../harness/lint.ts';
import { folderOf } from '../../../harness/local.ts';

const END = '2027-01-31T12:00:00Z';
const ending = trusting('organization_slug: acme').replace('    claims', `    until: ${END}\n    claims`);

function foundAt(role: string, time: string): number {
  const loaded = loadConfig(folderOf({ 'broker.yml': BROKER, 'roles/a.yml': role }));
  return lintConfig(loaded, Date.parse(time) / 1000).findings.filter(({ rule }) => rule === untilPassed.rule)
    .length;
}

test.each([
  ['a second after it', ending, '2027-01-31T12:00:01Z', 1],
  ['at it', ending, END, 1],
  ['a second before it', ending, '2027-01-31T11:59:59Z', 0],
  [
    'a deny after it',
    `${ending}deny:\n  - iss: https://agent.buildkite.com\n    until: ${END}\n    claims: { pipeline_slug: web }\n`,
    '2028-01-01T00:00:00Z',
    2,
  ],
  ['none', trusting('organization_slug: acme'), '2028-01-01T00:00:00Z', 0],
])('P15: until, looked at %s', (_name, role, time, count) => {
  expect(foundAt(role, time)).toBe(count);
});
