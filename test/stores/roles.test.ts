import { describe, expect, test } from 'vitest';
import { createFixedRoles, digestPolicy } from '../../lib/stores/roles.ts';
import { arnOf } from '../harness/deploy.ts';
import { TRUST } from '../harness/grant.ts';
import { ISSUERS, PROVIDER, roleFrom, rowsFrom, settingOf } from '../harness/policy.ts';

const rows = rowsFrom(ISSUERS);
const YAML = `${TRUST}${PROVIDER}\n`;
const role = roleFrom(YAML);
const store = createFixedRoles(
  [
    { ...role, name: 'deploy-web' },
    { ...role, name: 'deploy-api' },
  ],
  rows,
);

describe('a role is found', () => {
  test('by its name, with its digest', () => {
    expect(store.find('deploy-web')).toEqual({
      role: { ...role, name: 'deploy-web' },
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  test.each(['deploy', 'Deploy-Web', '', '__proto__', 'constructor'])('T43: and %j is none', name => {
    expect(store.find(name)).toBeUndefined();
  });

  test('and a mistyped name has a near one, a strange one has none', () => {
    expect(store.findNear('deploy-wbe')).toBe('deploy-web');
    expect(store.findNear('something-else-altogether')).toBeUndefined();
  });
});

describe('a role is found by the ARN of its target', () => {
  const aimed = (name: string, target: string) => ({
    ...roleFrom(`${TRUST}aws: { role_arn: "${arnOf(target)}" }\n`),
    name,
  });
  const targets = createFixedRoles(
    [aimed('one', 'a'), aimed('two', 'b'), aimed('three', 'b'), { ...role, name: 'signed' }],
    rows,
  );

  test('where it alone has it', () => {
    expect(targets.find(arnOf('a'))).toBe(targets.find('one'));
  });

  test.each([arnOf('b'), arnOf('c'), arnOf('A'), `${arnOf('a')}/`, arnOf('a').replace('aws', 'aws-cn')])(
    'and %s is that of none',
    arn => {
      expect(targets.find(arn)).toBeUndefined();
    },
  );
});

test('T-11: the digest of a role is the same however its keys are ordered', () => {
  const aws = (tags: string): string =>
    `aws: { role_arn: "${arnOf('a')}", tags: ${tags}, policy: { Version: "2012-10-17", Statement: [{ Sid: a, Effect: Allow, Action: "*", Resource: "*" }] } }`;
  const one = roleFrom(`contact: me\n${TRUST}${aws('{ a: x, b: { value: "${sub}", else: y } }')}\n`);
  const turned = aws('{ b: { else: y, value: "${sub}" }, a: x }')
    .replace(
      'Version: "2012-10-17", Statement: [{ Sid: a, Effect: Allow,',
      'Statement: [{ Effect: Allow, Sid: a,',
    )
    .replace('Resource: "*" }] }', 'Resource: "*" }], Version: "2012-10-17" }')
    .replace(/(role_arn: "[^"]*"), (.*) }$/, '$2, $1 }');
  const other = roleFrom(`${turned}\n${TRUST}contact: me\n`);
  expect(digestPolicy(other, rows)).toBe(digestPolicy(one, rows));
});

describe('T39: the digest of a role', () => {
  const digestOf = (yaml: string, issuers = ISSUERS): string => {
    const used = rowsFrom(issuers);
    return digestPolicy(roleFrom(yaml, settingOf(used)), used);
  };

  test('is the same for the same role, however its file is laid out', () => {
    expect(digestOf(`${PROVIDER}\n${TRUST}`)).toBe(digestOf(YAML));
    expect(digestOf(`# a comment\n${YAML}`)).toBe(digestOf(YAML));
  });

  test.each([
    ['a condition changes', YAML.replace('build_branch: main', 'build_branch: release')],
    ['a deny is added', `${YAML}deny: [{ iss: https://agent.buildkite.com, claims: { build_branch: x } }]\n`],
    ['it is for one use', `${YAML}single_use: true\n`],
    ['its session is shorter', `${YAML}session: { seconds: 60 }\n`],
    ['it gives something else', YAML.replace('https://api.', 'https://other.')],
    ['its contact changes', `${YAML}contact: "#team"\n`],
  ])('is another when %s', (_name, yaml) => {
    expect(digestOf(yaml)).not.toBe(digestOf(YAML));
  });

  test('is another when a row that it uses changes, and not for any other row', () => {
    const guarded = (preset: string): string =>
      ISSUERS.replace(`- preset: ${preset}`, `- preset: ${preset}\n  max_token_lifetime: 60`);
    expect(digestOf(YAML, guarded('buildkite'))).not.toBe(digestOf(YAML));
    expect(digestOf(YAML, guarded('gitlab'))).toBe(digestOf(YAML));
  });
});
