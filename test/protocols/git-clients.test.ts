import { execFile } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { beforeEach, describe, expect, test } from 'vitest';
import { configFrom, emptyFolder, localBroker } from '../harness/local.ts';
import { AUDIENCE, BUILDKITE } from '../harness/policy.ts';
import { testServer } from '../harness/server.ts';

function role(branch: string): string {
  return `
contact: "#team-web"
trust:
  - iss: ${BUILDKITE}
    claims: { organization_slug: acme, pipeline_slug: web, build_branch: ${branch} }
    scopes: [push]
github:
  app: Iv23li
  owner: acme
  repositories: [web]
  permissions: { push: { contents: write } }
`;
}

/** What Buildkite's helper does for `get`: its two calls, what it prints, and what it shows of a refusal. */
const HELPER = `#!/usr/bin/env bash
[ "$1" = get ] || exit 0
set -euo pipefail
token=$(curl -sS "$AGENT/jobs/job-1/oidc/tokens" -H 'Authorization: Token local' \\
  -d '{"audience":"${AUDIENCE}","claims":["build_id"],"lifetime":300}' | cut -d'"' -f4)
body=$(curl -sS --fail-with-body -X POST "$EXCHANGE" -H "Authorization: Bearer $token") || {
  echo "token exchange endpoint refused: $body" >&2
  exit 1
}
[[ $body =~ \\"token\\":\\"([^\\"]+)\\" ]] && echo "username=buildkite-agent" && echo "password=\${BASH_REMATCH[1]}"
[[ $body =~ \\"expires_at\\":([0-9]+) ]] && echo "password_expiry_utc=\${BASH_REMATCH[1]}"
`;

const COMMIT = '9f3182061f1e2cca4702c368cbc039b7dc9d4485';
const FILES: { readonly [path: string]: string } = {
  '/acme/web.git/info/refs?service=git-upload-pack': `${COMMIT}\trefs/heads/main\n`,
  '/acme/web.git/HEAD': 'ref: refs/heads/main\n',
};

const broker = await localBroker(configFrom({ 'push-web': role('main'), 'push-release': role('release') }));
const helper = join(emptyFolder(), 'helper');
writeFileSync(helper, HELPER);
chmodSync(helper, 0o755);
/** A host of git repositories that knows a user by a password alone. */
const remote = await testServer(({ headers, path }) => {
  const [, given = ''] = /^Basic (.+)$/.exec(headers.authorization ?? '') ?? [];
  const [user, password = ''] = Buffer.from(given, 'base64').toString().split(':');
  if (user !== 'buildkite-agent' || !password.startsWith('ghs_local'))
    return { status: 401, headers: { 'www-authenticate': 'Basic realm="git"' } };
  return path in FILES ? { status: 200, body: FILES[path] ?? '' } : { status: 404 };
});
beforeEach(() => {
  remote.asked.length = 0;
});

type Ran = { readonly exits: number; readonly output: string; readonly errors: string };

/** git as a step has it, with this role's door as its only helper. */
function git(asked: string, words: readonly string[], input = ''): Promise<Ran> {
  return new Promise(resolve => {
    const env = {
      PATH: process.env['PATH'],
      HOME: emptyFolder(),
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_TERMINAL_PROMPT: '0',
      AGENT: `${broker.url}/local/agent/v3`,
      EXCHANGE: `${broker.url}/git/${asked}`,
    };
    const all = ['-c', `credential.helper=${helper}`, ...words];
    const child = execFile('git', all, { env }, (error, output, errors) =>
      resolve({ exits: error ? Number(error.code) : 0, output, errors }),
    );
    child.stdin?.end(input);
  });
}

function fill(asked: string) {
  return git(asked, ['credential', 'fill'], 'protocol=https\nhost=github.com\npath=acme/web\n\n');
}

test('git gets a password of the App', async () => {
  const { exits, output } = await fill('push-web');
  expect(exits).toBe(0);
  const said = new URLSearchParams(output.replaceAll('\n', '&'));
  expect(said.get('username')).toBe('buildkite-agent');
  expect(said.get('password')).toMatch(/^ghs_local\w+$/);
});

test('and reads a repository with it, after it was asked for one', async () => {
  const { exits, output } = await git('push-web', ['ls-remote', `${remote.url}/acme/web.git`]);
  expect([exits, output]).toEqual([0, `${COMMIT}\tHEAD\n${COMMIT}\trefs/heads/main\n`]);
  expect(remote.asked[0]?.headers.authorization).toBeUndefined();
  expect(remote.asked[1]?.headers.authorization).toMatch(/^Basic /);
});

describe('git gets none', () => {
  test.each([
    {
      name: 'of a role that is not for this branch',
      asked: 'push-release',
      said: ['trust_not_met', '#team-web', 'build_branch differs main'],
    },
    { name: 'of a role that there is not', asked: 'push-everything', said: ['role_refused_or_unknown'] },
  ])('$name, and its user reads why', async ({ asked, said }) => {
    const { exits, errors } = await git(asked, ['ls-remote', `${remote.url}/acme/web.git`]);
    expect(exits).toBe(128);
    for (const part of said) expect(errors).toContain(part);
    expect(remote.asked.every(({ headers }) => headers.authorization === undefined)).toBe(true);
  });
});
