import { describe, expect, test } from 'vitest';
import { run } from '../../lib/cli/run.ts';
import { loadConfig } from '../../lib/config/load.ts';
import { lintFolder } from '../harness/lint.ts';
import { complaintsOf, folderOf, testTerminal } from '../harness/local.ts';
import { table } from '../harness/table.ts';

const BROKER = 'url: https://sts.test.example\nissuers: [{ preset: buildkite }]\n';
const CLAIMS =
  'organization_slug: acme, pipeline_slug: web, build_branch: main, build_tag: null, build_source: webhook';
const trust = (more = '', claims = CLAIMS): string =>
  `contact: "#us"\ntrust:\n  - iss: https://agent.buildkite.com\n${more}    claims: { ${claims} }\n`;

const ARN = 'arn:aws:iam::123456789012:role/web';
const TARGETS =
  '{ aws: ["123456789012"], github: [acme], buildkite: [acme], gcp: ["1", acme], jwt: ["https://api.test.example"] }';
const OPEN = 'aws: unbounded, github: unbounded, buildkite: unbounded, gcp: unbounded, jwt: unbounded';

/** One team with a ceiling, which says `unbounded` of what it does not bound. */
const files = (ceiling: string, role: string, more = ''): { [path: string]: string } => {
  const named = ceiling.split(':')[0] ?? '';
  const open = OPEN.split(', ')
    .filter(each => !each.startsWith(`${named}:`))
    .join(', ');
  return {
    'broker.yml': BROKER,
    'teams.yml': `owners: ["@a/b"]\nteams:\n  web: { owners: ["@a/b"], roles: ["*"], targets: ${TARGETS}, ceiling: { ${[ceiling, open].filter(Boolean).join(', ')} }${more} }\n`,
    'roles/web.yml': role,
  };
};

const S3 = 'aws: [{ actions: ["s3:GetObject"], resources: ["arn:aws:s3:::web/*"] }]';
const withPolicy = (action: string, resource: string): string =>
  `${trust()}aws:\n  role_arn: ${ARN}\n  policy: { Version: "2012-10-17", Statement: [{ Effect: Allow, Action: "${action}", Resource: "${resource}" }] }\n`;
const PLAIN = `${trust()}aws: { role_arn: ${ARN} }\n`;
const GITHUB = (permissions: string): string =>
  `${trust('    scopes: [token]\n')}github: { app: Iv1, owner: acme, repositories: [web], permissions: { token: { ${permissions} } } }\n`;
const BOT = (scopes: string): string =>
  `${trust(`    scopes: [${scopes}]\n`)}buildkite: { app: a1, organization: acme, user: bot@acme.example, scopes: [${scopes}] }\n`;
const POOL =
  '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci-pool/providers/kite-sts';
const GCP = (more: string): string => `${trust()}gcp: { audience: "${POOL}"${more} }\n`;
const SCOPE = 'https://www.googleapis.com/auth/devstorage.read_only';
const GOOGLE = `gcp: { scopes: ["${SCOPE}"], service_accounts: ["deploy@acme.iam.gserviceaccount.com"] }`;
const AS = ', service_account: deploy@acme.iam.gserviceaccount.com';

describe('T97: under a ceiling a role is loaded', () => {
  test.each<[says: string, ceiling: string, role: string]>([
    ['with a policy inside of it', S3, withPolicy('s3:GetObject', 'arn:aws:s3:::web/a')],
    ['without a policy', S3, PLAIN],
    [
      'with policy_arns, where AWS is unbounded',
      '',
      `${trust()}aws: { role_arn: ${ARN}, policy_arns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"] }\n`,
    ],
    ['with a permission of it', 'github: { contents: write }', GITHUB('contents: read')],
    ['with a scope of it', 'buildkite: [read_builds, write_builds]', BOT('read_builds')],
    ['with an account and a scope of it', GOOGLE, GCP(`${AS}, scopes: ["${SCOPE}"]`)],
  ])('%s', (_says, ceiling, role) => {
    expect(complaintsOf(files(ceiling, role))).toEqual([]);
  });
});

describe('T97: under a ceiling a role is refused', () => {
  test.each<[says: string, ceiling: string, role: string]>([
    ['with another action', S3, withPolicy('s3:PutObject', 'arn:aws:s3:::web/a')],
    ['with another resource', S3, withPolicy('s3:GetObject', 'arn:aws:s3:::api/a')],
    ['with every action', S3, withPolicy('*', '*')],
    [
      'with policy_arns, which are joined',
      S3,
      `${trust()}aws: { role_arn: ${ARN}, policy_arns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"] }\n`,
    ],
    [
      'with policy_arns beside a policy inside',
      S3,
      `${withPolicy('s3:GetObject', 'arn:aws:s3:::web/a')}  policy_arns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"]\n`,
    ],
    ['with a higher level', 'github: { contents: read }', GITHUB('contents: write')],
    ['with another permission', 'github: { contents: write }', GITHUB('contents: read, actions: read')],
    ['with another scope', 'buildkite: [read_builds]', BOT('write_builds')],
    ['with every scope of Google', GOOGLE, GCP(AS)],
    [
      'with another account',
      GOOGLE,
      GCP(`, service_account: root@acme.iam.gserviceaccount.com, scopes: ["${SCOPE}"]`),
    ],
    ['as the principal of a pool', GOOGLE, GCP(`, scopes: ["${SCOPE}"]`)],
  ])('%s', (_says, ceiling, role) => {
    const found = complaintsOf(files(ceiling, role));
    expect(found.length).toBeGreaterThan(0);
    expect(found.filter(each => !/^roles\/web\.yml:\d+:\d+ team-exceeded$/.test(each))).toEqual([]);
  });

  test('without a policy, where the ceiling is too long for a session', () => {
    const many = Array.from(
      { length: 40 },
      (_, at) => `"arn:aws:s3:::a-bucket-with-a-long-name-of-some-shop-${at}/*"`,
    );
    const long = `aws: [{ actions: ["s3:GetObject"], resources: [${many.join(', ')}] }]`;
    expect(complaintsOf(files(long, PLAIN))).toHaveLength(1);
    expect(
      complaintsOf(
        files(long, withPolicy('s3:GetObject', 'arn:aws:s3:::a-bucket-with-a-long-name-of-some-shop-7/x')),
      ),
    ).toEqual([]);
  });
});

describe('a ceiling is refused', () => {
  test.each(table`
    that says nothing of a kind      | { aws: ["1"], jwt: ["*"] }, ceiling: { aws: unbounded }          | missing-key
    of a kind that cannot be bounded | { azure: ["*"] }, ceiling: { jobs: [push] }                      | missing-key
    of scopes of Entra               | { azure: ["*"] }, ceiling: { azure: [x] }                        | wrong-type
    with half an ARN                 | { aws: ["1"] }, ceiling: { aws: [{ actions: ["s3:*"], resources: ["arn:aws:s3"] }] } | wrong-value
    with a claim                     | { aws: ["1"] }, ceiling: { aws: [{ actions: ["s3:*"], resources: ["arn:aws:s3:::\${pipeline_slug}"] }] } | wrong-value
    with a wildcard in an action     | { aws: ["1"] }, ceiling: { aws: [{ actions: ["s3:*Object"], resources: ["*"] }] } | wrong-value
    with an empty list               | { aws: ["1"] }, ceiling: { aws: [] }                             | empty
    with an unknown level            | { github: [acme] }, ceiling: { github: { contents: all } }       | wrong-value
    with a key that is mistyped      | { aws: ["1"] }, ceiling: { asw: unbounded, aws: unbounded }      | unknown-key
  `)('%s', (_says, targets, rule) => {
    const teams = `owners: ["@a/b"]\nteams:\n  web: { owners: ["@a/b"], roles: ["*"], targets: ${targets} }\n`;
    const found = complaintsOf({ 'broker.yml': BROKER, 'teams.yml': teams, 'roles/.keep': '' });
    expect(found.map(each => each.split(' ')[1])).toContain(rule);
  });
});

test('a role without a policy is issued with the ceiling as its session policy, and its digest says so', () => {
  const { config } = loadConfig(folderOf(files(S3, PLAIN)));
  const [role] = config?.roles ?? [];
  expect(role?.template).toMatchObject({
    policy: { Statement: [{ Effect: 'Allow', Action: ['s3:GetObject'], Resource: ['arn:aws:s3:::web/*'] }] },
  });
});

const answer = async (verb: string, ...words: string[]) => {
  const terminal = testTerminal();
  const exits = await run([verb, ...words], terminal);
  return [exits, terminal.written.join('')] as const;
};

describe('prove knows a ceiling', () => {
  test('that holds', async () => {
    const [exits, out] = await answer('prove', '--config', folderOf(files(`${S3}, jobs: [push]`, PLAIN)));
    expect([exits, out]).toEqual([0, expect.stringMatching(/^proved +ceiling of team web \(1 role\)/)]);
  });

  test('that a role breaks by the jobs that it admits', async () => {
    const wide = `${trust('', 'organization_slug: acme, pipeline_slug: web')}aws: { role_arn: ${ARN} }\n`;
    const folder = folderOf(files(`${S3}, jobs: [push]`, wide));
    const [exits, out] = await answer('prove', '--config', folder, '--json');
    const [proof] = JSON.parse(out);
    expect([exits, proof.id, proof.verdict]).toEqual([2, 'ceiling.web', 'refuted']);
    expect(lintFolder(folder).findings.filter(({ rule }) => rule === 'ceiling-exceeded')).toHaveLength(1);
  });

  test('that names a kind of job which nobody has', async () => {
    const [exits, out] = await answer(
      'prove',
      '--config',
      folderOf(files(`${S3}, jobs: [push, pushh]`, PLAIN)),
    );
    expect([exits, out]).toEqual([2, expect.stringContaining('pushh')]);
  });
});

test('T97: a reason that hushes a warning opens no ceiling', () => {
  const manual = trust('', CLAIMS.replace('webhook', '{ in: [webhook, ui] }'));
  const role = `${manual}    knowingly: { jobs: [manual], reason: hotfixes by hand }\naws: { role_arn: ${ARN} }\n`;
  const hushed = role.replace(
    '    claims',
    '    # kite-sts-ignore ceiling-exceeded: we need this\n    claims',
  );
  const found = [role, hushed].map(text =>
    lintFolder(folderOf(files(`${S3}, jobs: [push]`, text, ', knowingly: [manual]'))).findings.map(
      ({ rule }) => rule,
    ),
  );
  expect(found.map(rules => rules.includes('ceiling-exceeded'))).toEqual([true, true]);
});

describe('diff shows a ceiling', () => {
  const wider = S3.replace('"s3:GetObject"', '"s3:GetObject", "s3:PutObject"');
  test.each<[says: string, before: string, after: string, exits: number]>([
    ['that is loosened as wider', S3, wider, 3],
    ['that is tightened as not wider', wider, S3, 0],
    ['that is new as not wider', '', S3, 0],
    ['that is gone as wider', S3, '', 3],
  ])('%s', async (_says, before, after, exits) => {
    const [old, now] = [before, after].map(ceiling => folderOf(files(ceiling, PLAIN)));
    expect((await answer('diff', old ?? '', now ?? ''))[0]).toBe(exits);
  });
});
