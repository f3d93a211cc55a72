/**
 * Somebody who can name a role or a tag in an account, who writes a role's file, or who left traces in the logs, and what
 * they got.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { run } from '../../lib/cli/run.ts';
import { loadConfig } from '../../lib/config/load.ts';
import { BROKER } from '../estate/aws/migrated.ts';
import { allow, details, GITHUB_HOST, policyOf, type RoleWish, subject } from '../estate/dumps.ts';
import { exchange, lineOf, ROLE } from '../estate/usage/exchanges.ts';
import { lintFolder } from '../harness/lint.ts';
import { folderOf, testTerminal } from '../harness/local.ts';

const TRUST = policyOf(allow(GITHUB_HOST, subject(GITHUB_HOST, 'repo:acme/web:*')));

/** What `import --account` writes of a role of this name and tag: into which files, and into each report. */
async function bring(wish: Partial<RoleWish>) {
  const folder = folderOf({
    'details.json': JSON.stringify(details([{ name: 'web', trust: TRUST, ...wish }])),
  });
  const reports = ['html', 'md', 'csv', 'txt'].map(ending => join(folder, `r.${ending}`));
  const words = [
    '--account',
    join(folder, 'details.json'),
    '--into',
    join(folder, 'config'),
    '--owners',
    '@a/b',
  ];
  await run(['import', ...words, ...reports.flatMap(path => ['--report', path])], testTerminal());
  const roles = join(folder, 'config/roles');
  const files = existsSync(roles) ? readdirSync(roles) : [];
  const [html = '', markdown = '', csv = '', text = ''] = reports.map(path => readFileSync(path, 'utf8'));
  return { folder, files, html, markdown, csv, text };
}

describe('T100: a dump that somebody wrote', () => {
  test.each<[tried: string, name: string]>([
    ['a path', '../../../../../tmp/x'],
    ['an absolute path', '/etc/cron.d/x'],
    ['a path of another system', '..\\..\\x'],
    ['a name that a shell reads', '$(id)`id`;id'],
    ['a hidden file', '.npmrc'],
    ['a file of cases', 'web.test'],
    ['a lot of letters', 'x'.repeat(5000)],
    ['nothing', ''],
    ['a null character', 'a\u0000b'],
  ])('with a role whose name is %s gets one file of its own, or none', async (_tried, name) => {
    const { folder, files } = await bring({ name });
    expect(files.filter(file => !/^[a-z0-9][a-z0-9-]{0,63}(\.test)?\.yml$/.test(file))).toEqual([]);
    expect(readdirSync(folder).filter(each => !/^(config|details\.json|r\.\w+)$/.test(each))).toEqual([]);
  });

  test.each<[tried: string, value: string]>([
    ['an element', '<script>alert(1)</script>'],
    ['an attribute', '" onmouseover="alert(1)'],
    ['an element of SVG', '</text></svg><img src=x onerror=alert(1)>'],
    ['a link of Markdown', '[click](https://evil.example)'],
    ['a mention', '@everyone'],
    ['a code span that ends', '`</code><img src=x>`'],
    ['a formula', '=cmd|" /C calc"!A0'],
    ['a formula behind a space', ' +1+1'],
    ['a row of its own', 'a"\r\n=1+1,"'],
    ['a command of a terminal', '\u001b]0;x\u0007\u001b[31m'],
    ['text that reads backwards', 'a\u202ecod.exe'],
  ])('with a team that is %s gets text in each report', async (_tried, value) => {
    const { html, markdown, csv, text } = await bring({ tags: [{ Key: 'team', Value: value }] });
    expect(html.replace(/&[a-z#0-9]+;/g, '')).not.toMatch(/<(script|img|a)\b|<[^>]*\son\w+=/i);
    expect(markdown.replace(/`[^`\n]*`/g, '')).not.toMatch(/<img|<script|\]\(|@everyone/);
    const cells = [...csv.matchAll(/"((?:[^"]|"")*)"/g)].map(([, cell = '']) => cell);
    expect(cells.filter(cell => /^\s*[=+@|%-]/.test(cell))).toEqual([]);
    for (const each of [html, markdown, text]) expect(each).not.toMatch(/\p{Cf}|(?!\n|\r)\p{Cc}/u);
  });
});

const BROKER_YML = 'url: https://sts.test.example\nissuers: [{ preset: buildkite }]\n';
const CLAIMS =
  'organization_slug: acme, pipeline_slug: web, build_branch: main, build_tag: null, build_source: webhook';
const CEILING =
  'ceiling: { aws: [{ actions: ["s3:GetObject"], resources: ["arn:aws:s3:::web/*"] }], jobs: [push] }';

/** What a role's file gets that is written by whoever may write no more than that: `loaded`, or the rule that refuses it. */
function attempt(aws: string, claims = CLAIMS, more = ''): string {
  const folder = folderOf({
    'broker.yml': BROKER_YML,
    'teams.yml': `owners: ["@a/b"]\nteams:\n  web: { owners: ["@a/b"], roles: ["*"], targets: { aws: ["123456789012"] }, knowingly: [manual], ${CEILING} }\n`,
    'roles/web.yml': `contact: "#us"\ntrust:\n  - iss: https://agent.buildkite.com\n    claims: { ${claims} }\n${more}aws:\n  role_arn: "arn:aws:iam::123456789012:role/web"\n${aws}`,
  });
  const { config, complaints } = loadConfig(folder);
  if (!config) return complaints[0]?.rule ?? '';
  return lintFolder(folder).findings.find(({ level }) => level === 'error')?.rule ?? 'loaded';
}

const policy = (statement: string): string =>
  `  policy: { Version: "2012-10-17", Statement: [${statement}] }\n`;

describe('T97: under a ceiling the author of a role', () => {
  test.each<[tried: string, aws: string, got: string]>([
    ['without a policy', '', 'loaded'],
    [
      'with what the ceiling has',
      policy('{ Effect: Allow, Action: "s3:GetObject", Resource: "arn:aws:s3:::web/*" }'),
      'loaded',
    ],
    ['with everything', policy('{ Effect: Allow, Action: "*", Resource: "*" }'), 'team-exceeded'],
    [
      'with all but one action',
      policy('{ Effect: Allow, NotAction: "iam:PassRole", Resource: "arn:aws:s3:::web/*" }'),
      'team-exceeded',
    ],
    [
      'with all but one resource',
      policy('{ Effect: Allow, Action: "s3:GetObject", NotResource: "arn:aws:s3:::x/*" }'),
      'team-exceeded',
    ],
    [
      'with a second statement',
      policy(
        '{ Effect: Allow, Action: "s3:GetObject", Resource: "arn:aws:s3:::web/*" }, { Effect: Allow, Action: "s3:*", Resource: "*" }',
      ),
      'team-exceeded',
    ],
    [
      'with a condition that always holds',
      policy(
        '{ Effect: Allow, Action: "*", Resource: "*", Condition: { Bool: { "aws:SecureTransport": "true" } } }',
      ),
      'team-exceeded',
    ],
    [
      'with a claim for the bucket',
      policy('{ Effect: Allow, Action: "s3:GetObject", Resource: "arn:aws:s3:::${build_branch}/*" }'),
      'team-exceeded',
    ],
    [
      'with a managed policy beside it',
      '  policy_arns: ["arn:aws:iam::aws:policy/AdministratorAccess"]\n',
      'team-exceeded',
    ],
  ])('%s gets %s', (_tried, aws, got) => {
    expect(attempt(aws)).toBe(got);
  });

  test.each<[tried: string, claims: string, more: string]>([
    ['by loosening the statement', 'organization_slug: acme, pipeline_slug: web', ''],
    [
      'by a reason',
      CLAIMS.replace('webhook', '{ in: [webhook, ui] }'),
      '    knowingly: { jobs: [manual], reason: "hotfixes by hand" }\n',
    ],
  ])('opens no other kind of job %s', (_tried, claims, more) => {
    expect(attempt('', claims, more)).toBe('ceiling-exceeded');
  });
});

/** The tests' clock is the real one here. */
const AGO = (Date.parse('2026-12-01T00:00:00Z') - Date.now()) / 86_400_000;
const ago = (days: number, more: Parameters<typeof exchange>[0] = {}) =>
  exchange({ days: days + AGO, ...more });

async function used(lines: readonly string[], ...words: string[]) {
  const folder = folderOf({ 'config/broker.yml': BROKER_YML, 'config/roles/web.yml': ROLE });
  mkdirSync(join(folder, 'log'));
  writeFileSync(join(folder, 'log/events'), lines.join('\n'));
  writeFileSync(
    join(folder, 'trail'),
    JSON.stringify({
      Records: [
        {
          eventTime: '2026-11-30T00:00:00Z',
          eventSource: 'sts.amazonaws.com',
          eventName: 'AssumeRole',
          userIdentity: {
            type: 'AssumedRole',
            sessionContext: { sessionIssuer: { arn: 'arn:aws:iam::999999999999:role/evil' } },
          },
          requestParameters: { roleArn: 'x', roleSessionName: 'web.1.abc' },
          responseElements: { credentials: { accessKeyId: 'ASIA1' } },
        },
        {
          eventTime: '2026-11-30T00:00:00Z',
          eventSource: 'iam.amazonaws.com',
          eventName: 'CreateUser',
          userIdentity: { type: 'AssumedRole', accessKeyId: 'ASIA1' },
        },
      ],
    }),
  );
  const terminal = testTerminal();
  await run(
    [
      'usage',
      join(folder, 'log'),
      '--config',
      join(folder, 'config'),
      '--json',
      ...words.map(each => (each === 'trail' ? join(folder, each) : each)),
    ],
    terminal,
  );
  return JSON.parse(terminal.written.join(''));
}
const LINES = [ago(1), ago(2), ago(3), ago(100)].map((each, at) => lineOf(each, `id-${at}`));

describe('T96: whoever left traces', () => {
  test('as a job that came once stays, and is shown with how often it came', async () => {
    const { proposals } = await used([...LINES, lineOf(ago(4, { branch: 'release-evil' }), 'evil')]);
    const branch = proposals.find(({ edit }: { edit: { claim?: string } }) => edit.claim === 'build_branch');
    expect(branch.kept.find(({ value }: { value: string }) => value === 'release-evil').times).toBe(1);
  });

  test('by deleting the older part of the log gets nothing proposed', async () => {
    expect((await used(LINES.slice(0, 3))).proposals).toEqual([]);
  });

  test('by never being struck gets no deny taken away', async () => {
    const { proposals } = await used(LINES);
    expect(JSON.stringify(proposals)).not.toMatch(/queue_key|"deny"/);
  });

  test('with the name of one of our sessions is not taken for it', async () => {
    const { trail } = await used(
      [...LINES, lineOf(ago(1, { session: 'web.1.abc' }), 's')],
      '--cloudtrail',
      'trail',
      '--broker-role-arn',
      BROKER,
    );
    expect(trail.roles).toEqual([]);
  });
});
