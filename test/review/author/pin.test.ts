import { describe, expect, test } from 'vitest';
import type { Claims } from '../../../lib/policy/claims.ts';
import { findPins, writePins } from '../../../lib/review/author/pin.ts';
import {
  BUILDKITE,
  buildkiteClaims,
  claims,
  GITHUB,
  githubClaims,
  ISSUERS,
  PROVIDER,
  roleFrom,
  rowsFrom,
} from '../../harness/policy.ts';

const ROWS = rowsFrom(ISSUERS);
const ORGANIZATION = '0184990a-477b-4fa8-9968-496074483cee';
const PIPELINE = '0184990a-4782-42b5-afc1-16715b10b8ff';
const TOKEN = buildkiteClaims({ organization_id: ORGANIZATION, pipeline_id: PIPELINE });

function pinsOf(rules: string, token: Claims = TOKEN, iss = BUILDKITE) {
  const [statement] = roleFrom(`trust: [{ iss: "${iss}", claims: ${rules} }]\n`).trust;
  const row = ROWS.get(iss);
  if (!statement || !row) throw new Error('nothing to pin');
  const { pins, absent, several } = findPins(statement, row, token);
  return {
    pins: Object.fromEntries(pins.map(({ id, value }) => [id, value])),
    absent: absent.map(({ id }) => id),
    several: several.map(({ name }) => name),
  };
}

test.each<[name: string, rules: string, token: Claims, iss: string, expected: object]>([
  [
    'organization and pipeline of a Buildkite job',
    '{ organization_slug: acme, pipeline_slug: web }',
    TOKEN,
    BUILDKITE,
    { pins: { organization_id: ORGANIZATION, pipeline_id: PIPELINE } },
  ],
  [
    'a list of one',
    '{ organization_slug: { in: [acme] } }',
    TOKEN,
    BUILDKITE,
    { pins: { organization_id: ORGANIZATION } },
  ],
  [
    'the repository of a GitHub job',
    '{ repository: acme/web }',
    githubClaims(),
    GITHUB,
    { pins: { repository_id: '74' } },
  ],
  [
    'nothing where the id stands already',
    `{ organization_slug: acme, organization_id: "${ORGANIZATION}" }`,
    TOKEN,
    BUILDKITE,
    {},
  ],
  ['nothing where no name is bound', `{ organization_id: "${ORGANIZATION}" }`, TOKEN, BUILDKITE, {}],
  [
    'no pipeline out of several: it would shut out the others',
    '{ organization_slug: acme, pipeline_slug: { in: [web, api] } }',
    TOKEN,
    BUILDKITE,
    { pins: { organization_id: ORGANIZATION }, several: ['pipeline_slug'] },
  ],
  [
    'no id that the token was not asked for',
    '{ organization_slug: acme, pipeline_slug: web }',
    buildkiteClaims(),
    BUILDKITE,
    { absent: ['organization_id', 'pipeline_id'] },
  ],
  [
    'no text that is no id',
    '{ organization_slug: acme }',
    claims({ ...TOKEN, organization_id: 'x\n  build_branch: main' }),
    BUILDKITE,
    { absent: ['organization_id'] },
  ],
])('a token pins %s', (_name, rules, token, iss, expected) => {
  expect(pinsOf(rules, token, iss)).toEqual({ pins: {}, absent: [], several: [], ...expected });
});

const PINS = [{ name: 'organization_slug', id: 'organization_id', value: ORGANIZATION }];

describe('an id is written behind its name, comments are kept:', () => {
  test.each<[name: string, before: string, after: string]>([
    [
      'in lines',
      `trust:\n  - iss: ${BUILDKITE}\n    claims:\n      organization_slug: acme  # us\n      build_branch: main\n`,
      `trust:\n  - iss: ${BUILDKITE}\n    claims:\n      organization_slug: acme  # us\n      organization_id: ${ORGANIZATION}\n      build_branch: main\n`,
    ],
    [
      'in braces',
      `trust:\n  - iss: ${BUILDKITE}\n    claims: { organization_slug: acme }\n`,
      `trust:\n  - iss: ${BUILDKITE}\n    claims: { organization_slug: acme, organization_id: ${ORGANIZATION} }\n`,
    ],
    [
      'in the flat form',
      `trust:\n  - iss: ${BUILDKITE}\n    organization_slug: acme\n    build_branch: main\n`,
      `trust:\n  - iss: ${BUILDKITE}\n    organization_slug: acme\n    organization_id: ${ORGANIZATION}\n    build_branch: main\n`,
    ],
  ])('%s', (_name, before, after) => {
    expect(writePins(before, 0, PINS)).toBe(after);
    expect(roleFrom(`${after}${PROVIDER}\n`).trust).toHaveLength(1);
  });
});

test('an id of digits alone stays text', () => {
  const role = `trust:\n  - iss: ${GITHUB}\n    claims: { repository: acme/web }\n`;
  const text = writePins(role, 0, [{ name: 'repository', id: 'repository_id', value: '74' }]);
  const [statement] = roleFrom(text).trust;
  expect(statement?.conditions.at(-1)).toMatchObject({ name: 'repository_id', operands: ['74'] });
});
