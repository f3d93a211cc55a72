import { describe, expect, test } from 'vitest';
import { Complaints } from '../../lib/language/complaint.ts';
import { compileRole, parseRole, type RoleSetting } from '../../lib/language/role.ts';
import {
  AUDIENCE,
  BUILDKITE,
  compileText,
  GITHUB,
  placesOf,
  readWith,
  refusalsOf,
  roleFrom,
  settingOf,
} from '../harness/policy.ts';
import { takeWhole, testRefusals } from '../harness/refusals.ts';

const TRUST = `trust:\n  - { iss: ${BUILDKITE}, organization_slug: acme }\n`;
const JWT = 'jwt: { audience: https://api.test.example }\n';
const AWS = 'aws: { role_arn: "arn:aws:iam::123456789012:role/deploy" }\n';

function defaults(seconds: number | undefined, maxSeconds?: number): RoleSetting {
  return {
    ...settingOf(),
    session: { seconds, maxSeconds },
  };
}

test('a role says no more than its file', () => {
  expect(roleFrom(TRUST)).toMatchObject({
    name: 'tested',
    audience: AUDIENCE,
    description: undefined,
    contact: undefined,
    deny: [],
    singleUse: false,
    disabled: undefined,
    template: { kind: 'jwt' },
  });
});

test('a role says all that its file says', () => {
  const yaml = `description: Deploys
contact: "#team-web"
audience: https://deploy.test.example
single_use: true
disabled: The account moves on Monday
${TRUST}${AWS}`;
  expect(roleFrom(yaml)).toMatchObject({
    description: 'Deploys',
    contact: '#team-web',
    audience: 'https://deploy.test.example',
    singleUse: true,
    disabled: 'The account moves on Monday',
    template: { kind: 'aws' },
  });
});

test('a role is plain data, so that it can be hashed and bundled', () => {
  const role = roleFrom(`${TRUST}${AWS}`);
  const bundled = JSON.parse(JSON.stringify(role));
  expect(JSON.parse(JSON.stringify(structuredClone(role)))).toEqual(bundled);
  expect(bundled.trust[0]).toMatchObject({ id: 'trust[0]', issuer: BUILDKITE });
});

describe('the length of a session', () => {
  test.each<[string, string, RoleSetting, { seconds: number; max: number; min: number }]>([
    ['is that of its kind', JWT, defaults(undefined), { seconds: 900, max: 900, min: 60 }],
    ['is that of AWS', AWS, defaults(undefined), { seconds: 3600, max: 3600, min: 900 }],
    ['is that of broker.yml', JWT, defaults(1200, 1800), { seconds: 1200, max: 1800, min: 60 }],
    ['of broker.yml is fitted up to the kind', AWS, defaults(300), { seconds: 900, max: 900, min: 900 }],
    [
      'of broker.yml is fitted down to the kind',
      AWS,
      defaults(7200, 43_200),
      { seconds: 3600, max: 3600, min: 900 },
    ],
    [
      'is the least of its kind',
      `session: { seconds: 60, max_seconds: 60 }\n${JWT}`,
      defaults(1200),
      { seconds: 60, max: 60, min: 60 },
    ],
    [
      'P3: is its own greatest, whatever broker.yml allows',
      `session: { seconds: 300 }\n${JWT}`,
      defaults(300, 3600),
      { seconds: 300, max: 300, min: 60 },
    ],
    ['is its own', `session: { seconds: 300 }\n${JWT}`, defaults(1200), { seconds: 300, max: 300, min: 60 }],
    [
      'is its own up to its own greatest',
      `session: { seconds: 300, max_seconds: 600 }\n${JWT}`,
      defaults(1200, 3600),
      { seconds: 300, max: 600, min: 60 },
    ],
    [
      'of broker.yml is fitted down to its own greatest',
      `session: { max_seconds: 600 }\n${JWT}`,
      defaults(1200),
      { seconds: 600, max: 600, min: 60 },
    ],
    [
      'is that of the provider’s own key',
      'jwt: { audience: https://api.test.example, seconds: 120 }\n',
      defaults(undefined),
      { seconds: 120, max: 120, min: 60 },
    ],
  ])('%s', (_name, rest, setting, session) => {
    expect(roleFrom(TRUST + rest, setting).session).toEqual(session);
  });
});

describe('a role is refused for', () => {
  testRefusals(takeWhole, [
    ['missing-key 1:1', 'no trust', JWT],
    ['unknown-key 3:1', 'an unknown key', `${TRUST}truts: []\n${JWT}`],
    ['provider-count 1:1', 'two providers', TRUST + JWT + AWS],
    ['wrong-value 1:10', 'a contact of two lines', `contact: "a\\nb"\n${TRUST}${JWT}`],
    [
      'wrong-type 1:14',
      'T37: a description that is a date of digits',
      `description: 20270131\n${TRUST}${JWT}`,
    ],
    ['wrong-type 1:13', 'single_use that is text', `single_use: yes\n${TRUST}${JWT}`],
    ['wrong-type 1:11', 'disabled without a reason', `disabled: true\n${TRUST}${JWT}`],
    ['audience-shared 1:11', 'an audience that others accept', `audience: sigstore\n${TRUST}${JWT}`],
    ['wrong-value 3:21', 'a session that is too short for AWS', `${TRUST}session: { seconds: 300 }\n${AWS}`],
    [
      'wrong-value 3:25',
      'T45: a session that is too long for role chaining',
      `${TRUST}session: { max_seconds: 3601 }\n${AWS}`,
    ],
    [
      'wrong-value 3:39',
      'a greatest length below the usual one',
      `${TRUST}session: { seconds: 900, max_seconds: 600 }\n${JWT}`,
    ],
    ['wrong-type 3:21', 'a length in minutes', `${TRUST}session: { seconds: 15m }\n${JWT}`],
    [
      'wrong-value 3:21',
      'a length said twice',
      `${TRUST}session: { seconds: 300 }\njwt: { audience: https://api.test.example, seconds: 300 }\n`,
    ],
    [
      'scopes-refused 2:5',
      'scopes where the provider has none',
      TRUST.replace(' }', ', scopes: [read] }') + AWS,
    ],
  ]);

  test('no provider', () => {
    const { refusals } = readWith(TRUST, (tree, complaints) =>
      tree.kind === 'map' ? compileRole({ name: 'tested', tree }, settingOf(), complaints) : undefined,
    );
    expect(refusals).toEqual(['provider-count 1:1']);
  });

  test('being a list of statements, which the flat form of a registry is', () => {
    const complaints = new Complaints();
    expect(parseRole('tested', 'tested.yml', '- { iss: x }\n', complaints)).toBeUndefined();
    expect(placesOf(complaints.all)).toEqual(['wrong-type 1:1']);
  });
});

describe('a role is not compiled though each part can be read, for', () => {
  test.each<[string, string]>([
    [
      'two statements of one id',
      TRUST.replace(' }', ', id: x }')
        .repeat(2)
        .replace(/\ntrust:/, '') + JWT,
    ],
    ['an audience that others accept', `audience: sigstore\n${TRUST}${JWT}`],
    ['a length said twice', `${TRUST}session: { seconds: 300 }\n${JWT.replace(' }', ', seconds: 300 }')}`],
    ['scopes where the provider has none', TRUST.replace(' }', ', scopes: [read] }') + AWS],
    ['a claim that is not sent', `${TRUST}${JWT.replace(' }', ', claims: { a: "${pipline}" } }')}`],
    ['a deny that is dead', `${TRUST}deny:\n  - { iss: ${BUILDKITE}, build_number: "5" }\n${JWT}`],
  ])('%s', (_name, yaml) => {
    const { role, complaints } = compileText(yaml);
    expect(complaints).toHaveLength(1);
    expect(role).toBeUndefined();
  });
});

test('the issuers of a role stand in one order, whichever statement comes first', () => {
  const github = `  - { iss: ${GITHUB}, repository: acme/web }\n`;
  const [first, second] = [TRUST + github, `trust:\n${github}${TRUST.replace('trust:\n', '')}`].map(yaml =>
    Object.keys(roleFrom(yaml + JWT).issuers),
  );
  expect(first).toEqual(second);
  expect(first).toHaveLength(2);
});

test('all that is wrong with a role is told at once, each at its place', () => {
  const yaml = `descripton: Deploys
contact: 5
audience: sigstore
trust:
  - iss: ${BUILDKITE}
    claims:
      pipline_slug: web
      build_branch: { matches: "**" }
  - iss: https://evil.example
    claims: { a: b }
deny:
  - iss: ${BUILDKITE}
    scopes: [read]
    claims: { build_number: "5" }
session: { seconds: 5 }
aws:
  role_arn: deploy
  tags: { branch: "\${build_brunch}" }
`;
  expect(refusalsOf(yaml).sort()).toEqual(
    [
      'unknown-key 1:1',
      'wrong-type 2:10',
      'audience-shared 3:11',
      'binding-missing 5:5',
      'claim-unknown 7:7',
      'pattern-refused 8:32',
      'issuer-unknown 9:10',
      'scopes-refused 13:5',
      'operand-type 14:29',
      'wrong-value 15:21',
      'wrong-value 17:13',
      'template-refused 18:19',
    ].sort(),
  );
});
