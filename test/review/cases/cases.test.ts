import { describe, expect, test } from 'vitest';
import { MAX_CASES, parseCases } from '../../../lib/review/cases/cases.ts';
import { casesFrom, readCases } from '../../harness/cases.ts';
import { NoComplaints } from '../../harness/complaints.ts';
import { BUILDKITE, GITHUB, roleFrom, rowsFrom, settingOf } from '../../harness/policy.ts';

const ROLE = roleFrom(`
trust:
  - iss: ${BUILDKITE}
    id: main of web
    scopes: [read, write]
    claims: { organization_slug: acme, build_branch: main }
  - iss: ${GITHUB}
    id: GitHub
    claims: { repository: acme/web }
`);
const ENDING = roleFrom(`
trust:
  - iss: ${BUILDKITE}
    id: until the move
    until: 2027-01-31T12:00:00Z
    claims: { organization_slug: acme }
`);
const SETTING = { role: ROLE, issuers: settingOf().issuers };

/** Two cases, of which the second begins on line 5 with its name. */
function mainAnd(second: string): string {
  return `cases:
  - name: main
    claims: { organization_slug: acme, build_branch: main, build_number: 5 }
    allow: main of web
  - name: second
${second.replace(/^/gm, '    ')}
`;
}

describe('a file of cases is read', () => {
  const [first, second] = casesFrom(
    mainAnd(`from: main
claims: { build_branch: feature/x, build_tag: null }
without: [build_number]
deny: scope_beyond_grant
source_ip: 203.0.113.9
at: 2027-01-15T08:00:00Z
request: { scopes: [delete], seconds: 900 }`),
    SETTING,
  );

  test('a case has its name, its place and its claims', () => {
    expect(first).toMatchObject({
      name: 'main',
      place: { file: 'tested.test.yml', line: 2, column: 5 },
      claims: { organization_slug: 'acme', build_branch: 'main', build_number: 5 },
      expected: { allow: 'main of web' },
    });
  });

  test('a case that says nothing of the request asks for all, from an unknown address', () => {
    expect(first).toMatchObject({
      access: { role: 'tested', scopes: undefined, seconds: undefined, kinds: undefined },
      context: { sourceAddress: undefined },
    });
  });

  test('a case takes the claims of another, with some changed and some left out', () => {
    expect({ ...second?.claims }).toEqual({
      organization_slug: 'acme',
      build_branch: 'feature/x',
      build_tag: null,
    });
  });

  test('a case says what is asked for, from where and when, and the reason of its denial', () => {
    expect(second).toMatchObject({
      access: { scopes: ['delete'], seconds: 900 },
      context: { now: 1_800_000_000, sourceAddress: '203.0.113.9' },
      expected: { deny: 'scope_beyond_grant' },
    });
  });

  test.each<[string, string, unknown]>([
    ['a list', '[a, 1, true, null]', ['a', 1, true, null]],
    ['an empty list', '[]', []],
    [
      'an object',
      '{ principal_tags: { pipeline_slug: [web] } }',
      { principal_tags: { pipeline_slug: ['web'] } },
    ],
    ['the negative safe integer', '-9007199254740991', -9007199254740991],
  ])('a claim may be %s', (_, written, value) => {
    const cases = casesFrom(
      mainAnd(`from: main\nclaims: { https://aws.amazon.com/tags: ${written} }\nallow: main of web`),
      SETTING,
    );
    expect(JSON.parse(JSON.stringify(cases[1]?.claims['https://aws.amazon.com/tags']))).toEqual(value);
  });

  test('T29: claims and what is inside of them have no prototype', () => {
    const nested = '{ https://aws.amazon.com/tags: { __proto__: { a: b } } }';
    const made = casesFrom(mainAnd(`claims: ${nested}\ndeny: no_statement_holds`), SETTING)[1]?.claims;
    const tags = made?.['https://aws.amazon.com/tags'] as object;
    expect([made, tags].map(each => Object.getPrototypeOf(each))).toEqual([null, null]);
    expect(Object.keys(tags)).toEqual(['__proto__']);
  });

  test('an issuer without a vocabulary may send any claim', () => {
    const plain = 'claims: { iss: https://plain.example, colour: red }\ndeny: no_statement_holds';
    expect(casesFrom(mainAnd(plain), SETTING)[1]?.claims).toMatchObject({ colour: 'red' });
  });

  test('a claim that broker.yml adds may be sent', () => {
    const issuers = rowsFrom('- preset: buildkite\n  claims: { team: string }\n- preset: github-actions');
    const cases = casesFrom(mainAnd('from: main\nclaims: { team: blue }\nallow: main of web'), {
      role: ROLE,
      issuers,
    });
    expect(cases[1]?.claims).toMatchObject({ team: 'blue' });
  });
});

describe('a mutant may be accepted', () => {
  const accepting = (entry: string): string =>
    `${mainAnd('from: main\nallow: main of web')}accept_survivors:\n  - ${entry}\n`;

  test('with the reason why no case need notice it', () => {
    const source = accepting('{ mutant: "GitHub: statement dropped", reason: it is being moved }');
    expect(parseCases('tested.test.yml', source, SETTING, new NoComplaints())?.accepted).toMatchObject([
      { value: { mutant: 'GitHub: statement dropped', reason: 'it is being moved' }, place: { line: 9 } },
    ]);
  });

  test.each<[string, string, string[]]>([
    ['without a reason', '{ mutant: x }', ['missing-key 9:5']],
    ['with none that says anything', '{ mutant: x, reason: ok }', ['wrong-value 9:26']],
    ['without being named', '{ reason: it is being moved }', ['missing-key 9:5']],
    ['with another key', '{ mutant: x, reason: it is being moved, by: me }', ['unknown-key 9:45']],
  ])('but not %s', (_name, entry, refusals) => {
    expect(readCases(accepting(entry), SETTING)).toEqual({ cases: undefined, refusals });
  });
});

describe('a file of cases is refused', () => {
  test.each<[string, string, string[]]>([
    ['that is empty', '', ['empty 1:1']],
    ['that is a bare list', '- name: x', ['wrong-type 1:1']],
    [
      'with another key',
      'cases: [{ name: x, claims: { sub: x }, allow: GitHub }]\nroles: 1',
      ['unknown-key 2:1'],
    ],
    ['without cases', 'cases: []', ['empty 1:8']],
    ['with a key twice', 'cases: []\ncases: []', ['duplicate-key 2:1', 'empty 1:8']],
    [
      'T36: with an anchor',
      'cases:\n  - { name: x, claims: &c { sub: x }, allow: GitHub }',
      ['yaml-feature 2:27', 'missing-key 2:5'],
    ],
    ['with a case that is text', 'cases: [x]', ['wrong-type 1:9']],
    [
      `with more than ${MAX_CASES} cases`,
      `cases:\n${'  - { name: x, claims: { sub: x }, allow: GitHub }\n'.repeat(MAX_CASES + 1)}`,
      ['too-many 2:3'],
    ],
  ])('%s', (_, source, refusals) => {
    expect(readCases(source, SETTING)).toEqual({ cases: undefined, refusals });
  });

  test.each<[string, string, string[]]>([
    ['with an unknown key', 'from: main\nalow: GitHub\nallow: GitHub', ['unknown-key 7:5']],
    ['without claims', 'allow: GitHub', ['missing-key 5:5']],
    ['from a case that is not there', 'from: mian\nallow: GitHub', ['wrong-value 6:11']],
    ['from itself', 'from: second\nallow: GitHub', ['wrong-value 6:11']],
    ['without a decision', 'from: main', ['missing-key 5:5']],
    ['with both decisions', 'from: main\nallow: GitHub\ndeny: explicitly_denied', ['wrong-value 8:11']],
    ['with a statement that is not there', 'from: main\nallow: main of wbe', ['wrong-value 7:12']],
    ['with a reason that is none', 'from: main\ndeny: no_statement_hold', ['wrong-value 7:11']],
    ['with scopes though denied', 'from: main\ndeny: role_disabled\nscopes: [read]', ['wrong-value 8:13']],
    ['with seconds though denied', 'from: main\ndeny: role_disabled\nseconds: 60', ['wrong-value 8:14']],
    ['without a claim it never had', 'from: main\nwithout: [build_tga]\nallow: GitHub', ['wrong-value 7:15']],
    [
      'with a source that is no address',
      'from: main\nsource_ip: office\nallow: GitHub',
      ['wrong-value 7:16'],
    ],
    [
      'with a range for a source',
      'from: main\nsource_ip: 203.0.113.0/24\nallow: GitHub',
      ['wrong-value 7:16'],
    ],
    [
      'at a time with an offset',
      'from: main\nat: 2027-01-31T12:00:00+01:00\nallow: GitHub',
      ['wrong-value 7:9'],
    ],
    ['with an unknown request', 'from: main\nrequest: { scope: [a] }\nallow: GitHub', ['unknown-key 7:16']],
  ])('for a case %s', (_, second, refusals) => {
    expect(readCases(mainAnd(second), SETTING)).toEqual({ cases: undefined, refusals });
  });

  test.each<[string, string, string[]]>([
    ['that the issuer never sends', 'build_brnach: main', ['claim-unknown 6:15']],
    ['of another issuer', 'repository: acme/web', ['claim-unknown 6:15']],
    ['of an issuer that is not listed', 'iss: https://agent.buildkite.com/', ['issuer-unknown 6:20']],
    ['sub that is not text', 'sub: null', ['wrong-type 6:20']],
    ['aud that is a list', 'aud: [a, b]', ['wrong-type 6:20']],
    ['that is a fraction', 'build_number: 1.5', ['wrong-value 6:29']],
    ['that is a bare commit which reads as a number', 'build_commit: 1234567e10', ['wrong-value 6:29']],
    ['T28: beyond the safe integers', 'build_number: 9007199254740993', ['wrong-value 6:29']],
    ['with a number inside a list', 'https://aws.amazon.com/tags: [1.0]', ['wrong-value 6:45']],
    ['without a value', 'sub: x, build_tag: ', ['wrong-value 6:35']],
  ])('for a claim %s', (_, claim, refusals) => {
    const source = mainAnd(`claims: { ${claim} }\ndeny: no_statement_holds`);
    expect(readCases(source, SETTING)).toEqual({ cases: undefined, refusals });
  });

  test('for two cases of one name', () => {
    const source = mainAnd('from: main\nallow: GitHub').replace('second', 'main');
    expect(readCases(source, SETTING).refusals).toEqual(['duplicate-id 5:11']);
  });

  test('with all complaints at once, and none for what follows from another', () => {
    const source = `cases:
  - name: main
    claims: { build_brnach: main }
    allow: main
  - name: second
    from: main
    seconds: 0
    deny: denied
  - from: second
    claims: {}
`;
    expect(readCases(source, SETTING).refusals).toEqual([
      'claim-unknown 3:15',
      'wrong-value 4:12',
      'wrong-value 7:14',
      'wrong-value 8:11',
      'empty 10:13',
      'missing-key 9:5',
    ]);
  });

  test('for a role that ends, unless each case says at which time it asks', () => {
    const source = `cases:
  - { name: early, claims: { organization_slug: acme }, at: 2027-01-31T00:00:00Z, allow: until the move }
  - { name: someday, from: early, allow: until the move }
`;
    expect(readCases(source, { ...SETTING, role: ENDING }).refusals).toEqual(['missing-key 3:5']);
  });
});
