import { execFile } from 'node:child_process';
import { expect, test } from 'vitest';
import { configFrom, emptyFolder, localBroker } from '../harness/local.ts';
import { blocks, read } from '../harness/markdown.ts';
import { AUDIENCE, BUILDKITE } from '../harness/policy.ts';
import { buildkiteStep } from '../harness/step.ts';

const PAGE = 'docs/guides/buildkite-to-github.md';
const BROKER = 'https://sts.acme.example';

function role(branch: string): string {
  return `
contact: "#team-web"
trust:
  - iss: ${BUILDKITE}
    claims: { organization_slug: acme, build_branch: ${branch} }
    scopes: [push]
github: { app: Iv23li, owner: acme, repositories: [web], permissions: { push: { contents: write } } }
`;
}

const broker = await localBroker(configFrom({ 'push-web': role('main'), 'push-release': role('release') }));

/** The helper as the page has it, but for where the broker is. */
function setting(asked: string): string {
  const [found = ''] = blocks(read(PAGE)).flatMap(({ text }) =>
    text.includes('credential.https://github.com.helper') ? [text] : [],
  );
  return found
    .replace(/^git push .*$/m, '')
    .replace(`${BROKER}/git/push-web`, `${broker.url}/git/${asked}`)
    .replace(`--audience ${BROKER}`, `--audience ${AUDIENCE}`);
}

/** What git, set as the page says, does for a password. */
function fill(asked: string): Promise<{ exits: number; output: string; errors: string }> {
  return new Promise(resolve => {
    const { environment } = buildkiteStep(broker);
    const env = { ...environment, HOME: emptyFolder(), GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0' };
    const script = `set -e\n${setting(asked)}\ngit credential fill`;
    const child = execFile('bash', ['-c', script], { env }, (error, output, errors) =>
      resolve({ exits: error ? Number(error.code) : 0, output, errors }),
    );
    child.stdin?.end('protocol=https\nhost=github.com\n\n');
  });
}

test('git gets a password by the helper of the guide', async () => {
  const { exits, output, errors } = await fill('push-web');
  expect([exits, errors]).toEqual([0, '']);
  expect(output).toMatch(/^username=x$/m);
  expect(output).toMatch(/^password=ghs_local\w+$/m);
});

test('whoever is refused by the helper of the guide reads why', async () => {
  const { exits, output, errors } = await fill('push-release');
  expect([exits, output]).toEqual([128, '']);
  for (const part of ['trust_not_met', '#team-web', 'build_branch differs main'])
    expect(errors).toContain(part);
});
