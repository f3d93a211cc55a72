import { beforeAll, describe, expect, test } from 'vitest';
import { run } from '../../../lib/cli/run.ts';
import { runLine, wordsOf } from '../../harness/command-line.ts';
import { type TestIssuer, testIssuer, tokenClaims } from '../../harness/issuer.ts';
import { fileOf, folderOf, testTerminal } from '../../harness/local.ts';
import { AUDIENCE, BUILDKITE } from '../../harness/policy.ts';

const FOLDER = folderOf({
  'broker.yml': `url: ${AUDIENCE}
issuers:
  - preset: buildkite
    require: { organization_slug: { in: [acme, other] } }
`,
  'roles/publish.yml': `trust:
  - iss: ${BUILDKITE}
    id: main of web
    scopes: [read, write]
    claims: { organization_slug: acme, pipeline_slug: web, build_branch: main, queue_key: deploy }
  - iss: ${BUILDKITE}
    id: from the office
    scopes: [read]
    claims: { organization_slug: acme }
    request: { source_ip: { in: [203.0.113.0/24] } }
deny:
  - iss: ${BUILDKITE}
    id: untrusted
    claims: { build_source: ui }
session: { seconds: 600, max_seconds: 900 }
jwt: { audience: https://packages.test.example }
`,
});

const MAIN = {
  organization_slug: 'acme',
  pipeline_slug: 'web',
  build_branch: 'main',
  queue_key: 'deploy',
  build_source: 'webhook',
};

function ran(...words: string[]) {
  return runLine(['explain', ...words], { KITE_STS_CONFIG: FOLDER });
}
function explained(claims: object, ...words: string[]) {
  return ran('--role', 'publish', '--claims', fileOf(claims), ...words);
}

describe('exit code 0 and the statement that allowed, for', () => {
  test.each<[name: string, claims: object, words: string, expected: object]>([
    [
      'claims that meet a statement',
      MAIN,
      '',
      { statement: 'main of web', seconds: 600, scopes: ['read', 'write'] },
    ],
    ['a scope of the grant', MAIN, '--scope read', { statement: 'main of web', scopes: ['read'] }],
    ['seconds up to the most', MAIN, '--expires-in 900', { seconds: 900 }],
    [
      'an address of the office',
      { organization_slug: 'acme', build_source: 'webhook' },
      '--source-ip 203.0.113.7',
      { statement: 'from the office', scopes: ['read'] },
    ],
    ['the issuer and audience as the role has them', { ...MAIN, iss: BUILDKITE, aud: AUDIENCE }, '', {}],
  ])('%s', async (_name, claims, words, expected) => {
    const { exits, out } = await explained(claims, '--json', ...wordsOf(words));
    expect(exits).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      role: 'publish',
      allowed: true,
      remedies: { step: [], policy: [] },
      ...expected,
    });
  });
});

describe('exit code 2 and the reason, for', () => {
  test.each<[name: string, claims: object, words: string[], reason: string]>([
    ['another branch', { ...MAIN, build_branch: 'next' }, [], 'no_statement_holds'],
    ['a claim that is absent', { ...MAIN, queue_key: undefined }, [], 'no_statement_holds'],
    ['a deny statement', { ...MAIN, build_source: 'ui' }, [], 'explicitly_denied'],
    ['a deny whose claim is absent', { ...MAIN, build_source: undefined }, [], 'explicitly_denied'],
    ['another audience', { ...MAIN, aud: 'https://other.example' }, [], 'audience_differs'],
    ['a scope beyond the grant', MAIN, ['--scope', 'read delete'], 'scope_beyond_grant'],
    ['seconds above the most', MAIN, ['--expires-in', '901'], 'seconds_above_maximum'],
    ['the guard, though the role would allow', { ...MAIN, organization_slug: 'third' }, [], 'guard_not_met'],
    ['an issuer of no row', { ...MAIN, iss: 'https://other.example' }, [], 'token_issuer_unknown'],
  ])('%s', async (_name, claims, words, reason) => {
    const { exits, out } = await explained(claims, '--json', ...words);
    expect(exits).toBe(2);
    expect(JSON.parse(out)).toMatchObject({ allowed: false, reason, trace: expect.any(Object) });
  });
});

test('the trace says of each condition what was expected, what came and how it is', async () => {
  const { out } = await explained({ ...MAIN, build_branch: 'next', queue_key: undefined }, '--json');
  const { trace } = JSON.parse(out) as { trace: { statements: { id: string; conditions: object[] }[] } };
  const statement = trace.statements.find(({ id }) => id === 'main of web');
  expect(statement?.conditions.slice(2)).toMatchObject([
    { condition: { name: 'build_branch', operands: ['main'] }, actual: 'next', truth: 'false' },
    { condition: { name: 'queue_key', operands: ['deploy'] }, truth: 'doubt', why: 'absent' },
  ]);
});

describe('as text', () => {
  test('an allowed one begins with ALLOWED and shows every condition as met', async () => {
    const { exits, out, error } = await explained(MAIN);
    expect([exits, error]).toEqual([0, '']);
    expect(out).toMatch(/^ALLOWED: publish by "main of web"/);
    expect(out.match(/^ {4}yes /gm)).toHaveLength(4);
  });

  test('a denied one shows what is not met and what is in doubt, and how the step can send it', async () => {
    const { exits, out } = await explained({ ...MAIN, queue_key: undefined }, '--source-ip', '198.51.100.1');
    expect(exits).toBe(2);
    expect(out).toMatch(/^DENIED: publish/);
    expect(out).toMatch(/^ {4}in doubt +queue_key/m);
    expect(out).toMatch(/^ {4}no +source_ip/m);
    expect(out).toContain('--claim queue_key');
  });

  test('a denied one tells both sides what to change', async () => {
    const { out } = await explained({ ...MAIN, build_branch: 'next' });
    expect(out).toMatch(
      /\n\nIn the step:\n(?: {2}.+\n)+\nIn the policy, .+\n {2}In "main of web": build_branch: \{ in: \[main, next\] \}\n$/,
    );
  });

  test('it has colors for a person alone', async () => {
    const file = fileOf(MAIN);
    const terminal = { ...testTerminal({ KITE_STS_CONFIG: FOLDER }), colors: true };
    await run(['explain', '--role', 'publish', '--claims', file], terminal);
    expect(terminal.written.join('')).toContain('\u001b[32mALLOWED\u001b[39m');
    expect((await explained(MAIN)).out).not.toContain('\u001b');
  });

  test('a guard that is not met is told before the role', async () => {
    const { exits, out } = await explained({ ...MAIN, organization_slug: 'third' });
    expect(exits).toBe(2);
    expect(out.split('\n')[0]).toMatch(/^DENIED: .*\bguard\b/);
    expect(out).toContain('DENIED: publish');
  });

  test('an issuer of no row is told with the nearest, and no guard is blamed', async () => {
    const { out } = await explained({ ...MAIN, iss: BUILDKITE.replace('kite', 'kitte') });
    expect(out.split('\n')[0]).toContain(`"${BUILDKITE}"`);
    expect(out).not.toContain('guard');
  });
});

describe('from a token', () => {
  let issuer: TestIssuer;
  beforeAll(async () => {
    issuer = await testIssuer();
  });

  const fromToken = (token: string) => ran('--role', 'publish', '--token-file', fileOf(token));

  test.each([
    ['an allowed one', { ...MAIN }, 0],
    ['a denied one', { ...MAIN, build_source: 'ui' }, 2],
  ])('%s is explained, though its times are long past', async (_name, claims, exits) => {
    const token = await issuer.sign(tokenClaims({ ...claims, exp: 2, iat: 1, nbf: 1 }));
    expect(await fromToken(`${token}\n`)).toMatchObject({ exits, error: '' });
  });

  test('what is no token exits with 1', async () => {
    const error = expect.not.stringContaining('not a token');
    expect(await fromToken('not a token')).toMatchObject({ exits: 1, error });
  });
});

test.each<[name: string, exits: number, words: string, said: string]>([
  ['no role', 64, '--claims -', '--role'],
  ['neither claims nor token', 64, '--role publish', '--claims'],
  ['both claims and token', 64, '--role publish --claims a --token-file b', '--token-file'],
  [
    'seconds that are no number',
    64,
    `--role publish --claims ${fileOf('{}')} --expires-in 1h`,
    '--expires-in',
  ],
  ['what is no address', 64, `--role publish --claims ${fileOf('{}')} --source-ip 999.1.1.1`, '--source-ip'],
  ['a role that is mistyped', 1, `--role publsh --claims ${fileOf('{}')}`, '"publish"'],
  ['a file that is not there', 1, '--role publish --claims /nowhere/claims.json', '/nowhere/claims.json'],
  ['claims that are not JSON', 1, `--role publish --claims ${fileOf('organization_slug: acme')}`, 'JSON'],
  ['claims with a member twice', 1, `--role publish --claims ${fileOf('{"a":1,"a":2}')}`, 'JSON'],
  ['claims that are a list', 1, `--role publish --claims ${fileOf('[]')}`, 'JSON'],
])('%s exits with %i', async (_name, exits, words, said) => {
  const answer = await ran(...wordsOf(words));
  expect(answer).toMatchObject({ exits, out: '' });
  expect(answer.error.split('\n\n')[0]).toContain(said);
});
