import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../../lib/config/load.ts';
import { runLine, wordsOf } from '../../harness/command-line.ts';
import { fileOf, folderOf } from '../../harness/local.ts';
import { GITHUB } from '../../harness/policy.ts';

const ARN = 'arn:aws:iam::123456789012:role/deploy-web';
const STATEMENT = {
  Effect: 'Allow',
  Principal: { Federated: 'arn:aws:iam::123456789012:oidc-provider/agent.buildkite.com' },
  Action: ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession'],
  Condition: { StringEquals: { 'aws:RequestTag/organization_slug': 'acme' } },
};
const POLICY = { Version: '2012-10-17', Statement: [STATEMENT] };
const ROLE = { Role: { Arn: ARN, AssumeRolePolicyDocument: POLICY } };
const OCTO = `issuer: ${GITHUB}\nsubject: repo:acme/web:ref:refs/heads/main\n`;
const SECRET = '# of the secret\n- pipeline_slug: web\n';

const VAULT = { role_type: 'jwt', user_claim: 'sub', bound_claims: { project_path: 'acme/web' } };
const PROVIDER = {
  attributeCondition: "assertion.repository_owner == 'acme'",
  attributeMapping: { 'google.subject': 'assertion.sub' },
  oidc: { issuerUri: GITHUB },
};
function named(name: string, policy: object = POLICY) {
  return {
    RoleName: name,
    Arn: `arn:aws:iam::123456789012:role/ci/${name}`,
    AssumeRolePolicyDocument: policy,
  };
}
const OTHER = {
  Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
};

function imported(text: string, ...words: string[]) {
  return runLine(['import', fileOf(text, 'policy'), ...words]);
}

test('the output of get-role is a role that loads as it is', async () => {
  const { exits, out } = await imported(JSON.stringify(ROLE));
  expect(exits).toBe(0);
  const folder = folderOf({
    'broker.yml': 'url: https://sts.test.example\nissuers: [{ preset: buildkite }]\n',
    'roles/deploy-web.yml': out,
  });
  const { config, complaints } = loadConfig(folder);
  expect(complaints).toEqual([]);
  expect(config?.roles.map(({ template }) => template)).toMatchObject([{ kind: 'aws', role_arn: ARN }]);
});

describe('what a file is, is told by its look or by --from:', () => {
  test.each<[name: string, text: string, words: string, exits: number, claim: string]>([
    ['a trust policy that stands alone', JSON.stringify(POLICY), '', 2, 'organization_slug: acme'],
    ['a policy of octo-sts', OCTO, '', 2, 'repository: acme/web'],
    ['a policy of octo-sts below a comment', `# a\n---\n${OCTO}`, '', 2, 'repository: acme/web'],
    [
      'a role of Vault',
      JSON.stringify({ data: VAULT }),
      '--issuer https://gitlab.com',
      2,
      'project_path: acme/web',
    ],
    [
      'a role of Vault without its envelope',
      JSON.stringify(VAULT),
      '--issuer https://gitlab.com',
      2,
      'project_path: acme/web',
    ],
    ['a provider of Google Cloud', JSON.stringify(PROVIDER), '', 2, 'repository_owner: acme'],
    [
      'a condition of Google Cloud',
      PROVIDER.attributeCondition,
      `--issuer ${GITHUB}`,
      2,
      'repository_owner: acme',
    ],
    ['the policy of a secret', SECRET, '--organization acme', 2, 'pipeline_slug: web'],
    [
      'the policy of a secret as JSON',
      '[{ "pipeline_slug": "web" }]',
      '--organization acme',
      2,
      'pipeline_slug: web',
    ],
    [
      'JSON of octo-sts',
      JSON.stringify({ issuer: GITHUB, subject: 'repo:acme/web:a' }),
      '--from octo-sts',
      2,
      'repository: acme/web',
    ],
  ])('%s', async (_name, text, words, exits, claim) => {
    const answer = await imported(text, ...wordsOf(words));
    expect([answer.exits, answer.error]).toEqual([exits, expect.not.stringContaining('kite-sts import')]);
    expect(answer.out).toContain(`\n      ${claim}\n`);
  });
});

describe('R13: the output of list-roles', () => {
  const roles = (...all: object[]) => JSON.stringify({ Roles: all });
  test('is the one role that web identities come to', async () => {
    const { exits, out } = await imported(roles(named('ec2', OTHER), named('web')));
    expect([exits, out]).toEqual([0, expect.stringContaining('role/ci/web')]);
  });
  test('is the role that is chosen', async () => {
    const { exits, out } = await imported(roles(named('api'), named('web')), '--role', 'web');
    expect([exits, out]).toEqual([0, expect.stringContaining('role/ci/web')]);
  });
  test.each<[name: string, text: string, words: string, said: string]>([
    ['of several names them', roles(named('api'), named('web')), '', 'api, web'],
    ['without the role that is chosen', roles(named('api')), '--role web', '"web"'],
    ['without any is told so', roles(named('a', OTHER), named('b', OTHER)), '', 'No role'],
  ])('%s', async (_name, text, words, said) => {
    const answer = await imported(text, ...wordsOf(words));
    expect(answer).toMatchObject({ exits: 1, out: '' });
    expect(answer.error).toContain(said);
  });
});

test('R7: a policy of octo-sts is a whole role that loads', async () => {
  const policy = `${OCTO}permissions:\n  contents: write\n`;
  const words = ['--app', 'Iv23liAbCdEfGhIjKlMn', '--owner', 'acme', '--repository', 'web'];
  const { exits, out } = await imported(policy, ...words);
  expect(exits).toBe(0);
  const { config, complaints } = loadConfig(
    folderOf({
      'broker.yml': 'url: https://sts.test.example\nissuers: [{ preset: github-actions }]\n',
      'roles/release.yml': out,
    }),
  );
  expect(complaints).toEqual([]);
  expect(config?.roles.map(({ template }) => template)).toMatchObject([
    { kind: 'github', repositories: ['web'] },
  ]);
});

test('what was left out is told on standard error, in the role, and by exit code 2', async () => {
  const wide = { ...STATEMENT, Sid: 'Wide', Condition: {} };
  const { exits, out, error } = await imported(JSON.stringify({ ...POLICY, Statement: [STATEMENT, wide] }));
  expect(exits).toBe(2);
  expect(out).toMatch(/^ {2}# Wide was left out: /m);
  expect(error).toMatch(/^Wide was left out: /m);
});

test('a statement of other actions is no matter of a token', async () => {
  const other = { ...STATEMENT, Action: 'sts:AssumeRole', Principal: { AWS: '123456789012' }, Condition: {} };
  const { Role } = ROLE;
  const role = { ...Role, AssumeRolePolicyDocument: { ...POLICY, Statement: [STATEMENT, other] } };
  expect((await imported(JSON.stringify(role))).exits).toBe(0);
});

describe('could not be read, and nothing is printed:', () => {
  test.each<[name: string, text: string, words: string, exits: number, said: string]>([
    ['JSON that is cut off', '{ "Statement": [', '', 1, 'policy: '],
    ['a policy without statements', '{ "Statement": [{}] }', '', 1, 'Statement[0]'],
    ['two roles', JSON.stringify([ROLE, ROLE]), '--from aws', 1, 'more than one role'],
    ['two texts', `${JSON.stringify(ROLE)}\n${JSON.stringify(ROLE)}`, '', 1, 'more than one'],
    ['an empty file', '', '--from aws', 1, 'policy: '],
    ['YAML with an anchor', 'issuer: &a b\n', '', 1, 'yaml-feature'],
    ['a list that octo-sts has not', '- a\n', '--from octo-sts', 1, 'octo-sts'],
    ['a mapping that a secret has not', 'a: b\n', '--from buildkite --organization acme', 1, 'list'],
    ['the policy of a registry', '- iss: a\n  claims: {}\n', '--organization acme', 1, 'trust:'],
    ['R1: what octo-sts refuses', `${OCTO}actor: a\n`, '', 1, '"actor"'],
    ['R13: Terraform', 'resource "aws_iam_role" "web" {\n}\n', '', 1, 'aws iam get-role'],
    [
      'R13: CloudFormation',
      'Resources:\n  A:\n    Type: AWS::IAM::Role\n    B: !Sub "${C}"\n',
      '',
      1,
      'aws iam get-role',
    ],
    [
      'R13: a template as JSON',
      '{ "Resources": { "A": { "Type": "AWS::IAM::Role" } } }',
      '',
      1,
      'aws iam get-role',
    ],
    ['a role of Vault that is none', '{ "user_claim": "sub" }', '', 1, 'vault read'],
    ['a provider that takes everybody', '{ "attributeCondition": "" }', '', 1, 'condition'],
    ['a condition of nobody', 'assertion.a == "b"', '', 64, '--issuer'],
    ['an App that is of no use', SECRET, '--organization acme --app x', 64, '--app'],
    ['a source that is mistyped', OCTO, '--from octosts', 64, '"octo-sts"'],
    ['a secret of nobody', SECRET, '', 64, '--organization'],
    ['an organization that is of no use', OCTO, '--organization acme', 64, '--organization'],
  ])('%s', async (_name, text, words, exits, said) => {
    const answer = await imported(text, ...wordsOf(words));
    expect(answer).toMatchObject({ exits, out: '' });
    expect(answer.error.split('\n\n')[0]).toContain(said);
    expect(answer.error).not.toMatch(/\n\s+at /);
  });
});

test('a file that is not there is named', async () => {
  const error = expect.stringContaining('/nowhere/policy.json');
  expect(await runLine(['import', '/nowhere/policy.json'])).toMatchObject({ exits: 1, error });
});
