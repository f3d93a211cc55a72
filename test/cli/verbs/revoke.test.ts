import { describe, expect, test } from 'vitest';
import { Failure } from '../../../lib/cli/verb.ts';
import { createRevoke } from '../../../lib/cli/verbs/revoke.ts';
import { runLine, wordsOf } from '../../harness/command-line.ts';
import { TRUST } from '../../harness/grant.ts';
import { folderOf, testTerminal } from '../../harness/local.ts';
import { AUDIENCE, PROVIDER } from '../../harness/policy.ts';
import { type Said, testServer } from '../../harness/server.ts';

const AWS = 'aws: { role_arn: "arn:aws:iam::123456789012:role/ci/deploy"';
const FOLDER = folderOf({
  'broker.yml': `url: ${AUDIENCE}\nissuers:\n  - preset: buildkite\n`,
  'roles/deploy-web.yml': `${TRUST}session: { seconds: 900, max_seconds: 1800 }\n${AWS} }\n`,
  'roles/nameless.yml': `${TRUST}${AWS}, source_identity: false }\n`,
  'roles/publish.yml': `${TRUST}${PROVIDER}\n`,
});

function revoked(...words: readonly string[]) {
  return runLine(['revoke', ...words, '--config', FOLDER]);
}

/** The policy in the printed commands. */
function policyIn(out: string): unknown {
  return JSON.parse(/--policy-document '(.*)'\n/.exec(out)?.[1] ?? 'null');
}
const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
function denied(condition: object) {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'EndSessions',
        Effect: 'Deny',
        Action: '*',
        Resource: '*',
        Condition: { ...condition, DateLessThan: { 'aws:TokenIssueTime': TIME } },
      },
    ],
  };
}

describe('what began before now is ended by a policy of the target:', () => {
  const SESSION = 'web.1.46whkzzjo7ztw53u';

  test.each<[name: string, words: string, condition: object]>([
    ['every session of a role', 'role deploy-web', {}],
    [
      'one session, by its source identity',
      `session ${SESSION} --role deploy-web`,
      { StringEquals: { 'aws:SourceIdentity': SESSION } },
    ],
    [
      'one session that has none, by its name',
      `session ${SESSION} --role nameless`,
      { StringLike: { 'aws:userid': `*:${SESSION}` } },
    ],
  ])('%s', async (_name, words, condition) => {
    const { exits, out } = await revoked(...wordsOf(words));
    expect(exits).toBe(0);
    expect(policyIn(out)).toEqual(denied(condition));
    expect(out).toContain("put-role-policy --role-name 'deploy' ");
  });

  test('for a program as the policy itself, with all that the commands have', async () => {
    const { exits, out } = await revoked('session', SESSION, '--role', 'deploy-web', '--json');
    expect(exits).toBe(0);
    expect(JSON.parse(out)).toEqual({
      ended: false,
      account: '123456789012',
      role: 'deploy',
      session: SESSION,
      policy_name: `kite-sts-revoke-${SESSION}`,
      policy_document: denied({ StringEquals: { 'aws:SourceIdentity': SESSION } }),
      before: TIME,
      seconds: 1800,
    });
    expect(JSON.parse((await revoked('role', 'deploy-web', '--json')).out)).toMatchObject({ session: null });
  });

  test('and by when all of it has ended by itself', async () => {
    expect((await revoked('role', 'deploy-web')).out).toContain(' 1800 seconds ');
  });
});

test.each<[name: string, words: readonly string[], exits: number]>([
  ['a role whose tokens nothing ends', ['role', 'publish'], 1],
  ['a role that is not there', ['role', 'deploy-wbe'], 64],
  ['a session of no role', ['session', 'web.1.x'], 64],
  [
    'T57: what no session is named, such as a shell could read otherwise',
    ['session', "a'; id", '--role', 'deploy-web'],
    64,
  ],
  ['something of another kind', ['key', 'a'], 64],
])('%s is told, and no command is printed', async (_name, words, exits) => {
  expect(await revoked(...words)).toMatchObject({ exits, out: '' });
});

describe('a token of GitHub', () => {
  const TOKEN = 'ghs_secret';
  const ended = async (
    status: number,
    text = `${TOKEN}\n`,
    answer = async (): Promise<Said> => ({ status }),
    flags: object = {},
  ) => {
    const server = await testServer(answer);
    const terminal = testTerminal();
    const path = `${folderOf({ token: text })}/token`;
    const verb = createRevoke({
      fetch: (url, init) => fetch(server.url + new URL(url).pathname, init),
      patience: 500,
    });
    const result = await verb
      .run({ WHAT: 'token', NAME: path, ...flags }, terminal)
      .catch((error: unknown) => error);
    return { result, asked: server.asked, told: terminal.written.join('') };
  };

  test('ends itself', async () => {
    const { result, asked, told } = await ended(204);
    expect([result, told.includes(TOKEN)]).toEqual([0, false]);
    expect(asked).toMatchObject([
      { method: 'DELETE', path: '/installation/token', headers: { authorization: `Bearer ${TOKEN}` } },
    ]);
  });

  test('has ended, for a program too', async () => {
    expect(JSON.parse((await ended(204, TOKEN, undefined, { json: true })).told)).toEqual({ ended: true });
  });

  test.each([
    ['with dots, as the longer ones have', 'ghs_12345_eyJhbGciOi.eyJhdWQi.c2ln-bmF0'],
    ['between empty lines', `\n${TOKEN}\r\n`],
  ])('%s is sent', async (_name, text) => {
    expect((await ended(204, text)).asked).toHaveLength(1);
  });

  test.each([
    ['a token of a person', 'ghp_secret'],
    ['a private key', '-----BEGIN PRIVATE KEY-----\nghs_secret'],
    ['two tokens', `${TOKEN}\n${TOKEN}`],
    ['nothing', ''],
  ])('%s is sent to nobody', async (_name, text) => {
    const { result, asked } = await ended(204, text);
    expect([result instanceof Failure, asked.length, String(result).includes('secret')]).toEqual([
      true,
      0,
      false,
    ]);
  });

  test('is sent nowhere else when GitHub redirects', async () => {
    const thief = await testServer(() => ({ status: 204 }));
    const redirect = async () => ({ status: 307, headers: { location: `${thief.url}/installation/token` } });
    const { result, asked } = await ended(307, TOKEN, redirect);
    expect([result instanceof Failure, asked.length, thief.asked]).toEqual([true, 1, []]);
  });

  test('is not said to have ended when GitHub does not answer', async () => {
    const { result, told } = await ended(0, TOKEN, () => new Promise(() => {}));
    expect([result instanceof Failure, told]).toEqual([true, '']);
  });

  test.each([200, 302, 401, 500])('is not said to have ended when GitHub says %i', async status => {
    const { result, told } = await ended(status);
    expect([result instanceof Failure, told, String(result).includes(TOKEN)]).toEqual([true, '', false]);
  });
});
