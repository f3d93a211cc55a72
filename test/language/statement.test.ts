import { describe, expect, test } from 'vitest';
import { MAX_STATEMENTS } from '../../lib/language/statement.ts';
import { BUILDKITE, refusalsOf, roleFrom, rowsFrom, settingOf } from '../harness/policy.ts';
import { takeWhole, testRefusals } from '../harness/refusals.ts';
import { table } from '../harness/table.ts';

/** A role whose one trust statement has these lines after its issuer, from line 3 and column 5 on. */
function trust(...lines: string[]): string {
  return ['trust:', `  - iss: ${BUILDKITE}`, ...lines.map(line => `    ${line}`), ''].join('\n');
}
/** The same with a statement that holds up, and this one as a deny: from line 6 and column 5 on. */
function deny(...lines: string[]): string {
  return `${trust(CLAIMS)}${trust(...lines).replace('trust', 'deny')}`;
}
const CLAIMS = 'claims: { organization_slug: acme }';

describe('a statement is compiled', () => {
  test('the flat form and the claims form say the same', () => {
    const flat = roleFrom(trust('organization_slug: acme', 'build_tag: null', 'scopes: [read]', 'id: one'));
    const form = roleFrom(
      trust('claims: { organization_slug: acme, build_tag: null }', 'scopes: [read]', 'id: one'),
    );
    expect({ ...flat.trust[0], flat: false }).toEqual(form.trust[0]);
    expect(flat.trust[0]?.flat).toBe(true);
  });

  test('its id is its place in the list unless the file names one', () => {
    const { trust: trusted, deny: denied } = roleFrom(`
trust:
  - { iss: ${BUILDKITE}, organization_slug: a }
  - { iss: ${BUILDKITE}, organization_slug: b, id: second one }
deny:
  - { iss: ${BUILDKITE}, build_source: ui }
`);
    expect([...trusted, ...denied].map(({ id }) => id)).toEqual(['trust[0]', 'second one', 'deny[0]']);
  });

  test('its until is kept as seconds since the epoch', () => {
    expect(roleFrom(trust(CLAIMS, 'until: 2027-01-15T08:00:00Z')).trust[0]?.until).toBe(1_800_000_000);
  });

  test('a deny statement needs not bind the tenant', () => {
    expect(refusalsOf(deny('claims: { build_source: ui }'))).toEqual([]);
  });

  test('conditions on the request stand beside those on claims', () => {
    const role = roleFrom(
      trust(CLAIMS, 'request: { source_ip: { in: [203.0.113.0/24], not_in: [203.0.113.9] } }'),
    );
    expect(
      role.trust[0]?.conditions.map(({ on, operator, operands }) => [on, operator, ...operands]),
    ).toEqual([
      ['claim', 'equals', 'acme'],
      ['source_ip', 'in', '203.0.113.0/24'],
      ['source_ip', 'not_in', '203.0.113.9'],
    ]);
  });
});

describe('a statement is refused for', () => {
  testRefusals(takeWhole, [
    ['missing-key 2:5', 'no issuer', 'trust:\n  - organization_slug: acme\n'],
    ['wrong-type 2:10', 'an issuer that is no text', 'trust:\n  - iss: 5\n'],
    ['issuer-unknown 2:12', 'T22: an unknown issuer', 'trust:\n  - { iss: https://evil.example, a: b }\n'],
    ['issuer-unknown 2:12', 'T22: a slash after the issuer', `trust:\n  - { iss: ${BUILDKITE}/, a: b }\n`],
    ['wrong-type 1:9', 'being text', 'trust: [everyone]\n'],
    ['statement-form 4:5', 'claims beside a flat claim', trust(CLAIMS, 'build_branch: main')],
    ['statement-form 4:5', 'a mistyped key beside claims', trust(CLAIMS, 'scope: [read]')],
    [
      'statement-form 4:19',
      'an operator in the flat form',
      trust('organization_slug: acme', 'build_branch: { in: [main] }'),
    ],
    [
      'statement-form 4:19',
      'a list in the flat form',
      trust('organization_slug: acme', 'build_branch: [main]'),
    ],
    [
      'statement-form 4:5',
      'a request in the flat form',
      trust('organization_slug: acme', 'request: { source_ip: { in: [::1] } }'),
    ],
    [
      'claim-unknown 4:5',
      'an unknown claim in the flat form',
      trust('organization_slug: acme', 'pipline: web'),
    ],
    ['wrong-value 4:9', 'an id with other characters', trust(CLAIMS, 'id: "a[0]"')],
    ['wrong-value 4:9', 'an id that is too long', trust(CLAIMS, `id: ${'x'.repeat(65)}`)],
    ['wrong-type 4:9', 'an id that is a number', trust(CLAIMS, 'id: 5')],
    ['wrong-type 4:13', 'scopes that are no list', trust(CLAIMS, 'scopes: read')],
    ['empty 4:13', 'empty scopes', trust(CLAIMS, 'scopes: []')],
    ['wrong-value 4:20', 'a scope with a space', trust(CLAIMS, 'scopes: [read, "a b"]')],
    ['wrong-value 4:12', 'an until with an offset', trust(CLAIMS, 'until: 2027-01-15T08:00:00+00:00')],
    ['wrong-value 4:12', 'an until without a time', trust(CLAIMS, 'until: 2027-01-15')],
    ['wrong-value 4:12', 'an until that is no date', trust(CLAIMS, 'until: 2027-02-30T08:00:00Z')],
    ['wrong-value 4:12', 'an until that is no hour', trust(CLAIMS, 'until: 2027-02-20T25:00:00Z')],
    ['wrong-type 4:12', 'an until that is a number', trust(CLAIMS, 'until: 1800000000')],
    ['wrong-type 4:14', 'a request that is empty', trust(CLAIMS, 'request: {}')],
    ['wrong-type 4:14', 'a request that is text', trust(CLAIMS, 'request: ::1')],
    [
      'unknown-key 4:16',
      'a request on a header',
      trust(CLAIMS, 'request: { x_forwarded_for: { in: [::1] } }'),
    ],
    ['wrong-type 4:27', 'a source_ip without operators', trust(CLAIMS, 'request: { source_ip: [::1] }')],
    ['unknown-key 4:29', 'a source_ip that equals', trust(CLAIMS, 'request: { source_ip: { equals: ::1 } }')],
    ['empty 4:33', 'an empty range list', trust(CLAIMS, 'request: { source_ip: { in: [] } }')],
    [
      'wrong-value 4:46',
      'a range with host bits',
      trust(CLAIMS, 'request: { source_ip: { in: [10.0.0.0/8, 10.0.0.1/8] } }'),
    ],
    ['wrong-value 4:34', 'a range that is a number', trust(CLAIMS, 'request: { source_ip: { in: [10] } }')],
    ['scopes-refused 7:5', 'scopes on a deny', deny('claims: { build_source: ui }', 'scopes: [read]')],
  ]);

  testRefusals(
    trust,
    table`
      empty 2:5           | no claims                               | id: one
      empty 3:13          | empty claims                            | claims: {}
      wrong-type 3:13     | claims that are a list                  | claims: [a]
      binding-missing 2:5 | a flat form that leaves the tenant open | pipeline_slug: web
    `,
  );

  testRefusals(
    deny,
    table`
      empty 5:5          | a deny without claims      | id: nobody
      claim-unknown 6:15 | a mistyped claim in a deny | claims: { queue_kye: untrusted }
      operand-type 6:29  | a dead operand in a deny   | claims: { build_number: "5" }
    `,
  );
});

describe('a list of statements is refused for', () => {
  const statement = (index: number): string => `  - { iss: ${BUILDKITE}, organization_slug: a${index} }\n`;
  const many = (count: number): string =>
    Array.from({ length: count }, (_, index) => statement(index)).join('');

  testRefusals(takeWhole, [
    ['empty 1:8', 'no statement', 'trust: []\n'],
    ['empty 4:7', 'no deny statement', `${trust(CLAIMS)}deny: []\n`],
    ['wrong-type 1:8', 'being a mapping', `trust: { iss: ${BUILDKITE} }\n`],
    [
      'duplicate-id 6:5',
      'two of one id',
      `${trust(CLAIMS, 'id: one')}${trust('build_source: ui', 'id: one').replace('trust', 'deny')}`,
    ],
    ['too-many 1:1', 'one too many', `trust:\n${many(MAX_STATEMENTS + 1)}`],
    [
      'too-many 1:1',
      'one too many in trust and deny together',
      `trust:\n${many(MAX_STATEMENTS)}deny:\n${statement(0)}`,
    ],
  ]);

  test('as many as the limit are taken', () => {
    expect(refusalsOf(`trust:\n${many(MAX_STATEMENTS)}`)).toEqual([]);
  });
});

describe('the rows of broker.yml decide what a statement may say', () => {
  test('a row may add a claim to the vocabulary of a preset', () => {
    const setting = settingOf(rowsFrom('- { preset: buildkite, claims: { cost_center: number } }\n'));
    expect(refusalsOf(trust('organization_slug: acme', 'cost_center: 7'), setting)).toEqual([]);
    expect(refusalsOf(trust('organization_slug: acme', 'cost_center: x'), setting)).toEqual([
      'operand-type 4:18',
    ]);
  });

  test('T31: a row may add a binding to a preset, and never take one away', () => {
    const setting = settingOf(rowsFrom('- { preset: buildkite, bind: [pipeline_slug] }\n'));
    expect(refusalsOf(trust('organization_slug: acme'), setting)).toEqual(['binding-missing 2:5']);
    expect(refusalsOf(trust('pipeline_slug: web'), setting)).toEqual(['binding-missing 2:5']);
    expect(refusalsOf(trust('organization_slug: acme', 'pipeline_slug: web'), setting)).toEqual([]);
  });

  test('an issuer with one tenant needs no binding', () => {
    const setting = settingOf(
      rowsFrom(
        '- { issuer: https://one.example, jwks_uri: https://one.example/jwks, single_tenant: true }\n',
      ),
    );
    expect(refusalsOf('trust:\n  - { iss: https://one.example, team: web }\n', setting)).toEqual([]);
  });
});
