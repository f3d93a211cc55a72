import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../../lib/config/load.ts';
import { runLine, wordsOf } from '../../harness/command-line.ts';
import { testIssuer, tokenClaims } from '../../harness/issuer.ts';
import { fileOf, folderOf } from '../../harness/local.ts';
import { BUILDKITE } from '../../harness/policy.ts';

const ROLE = `trust:
  - iss: ${BUILDKITE}
    id: release
    claims: { organization_slug: acme, pipeline_slug: { in: [web, api] }, build_branch: release }
  - iss: ${BUILDKITE}
    id: main
    claims:
      organization_slug: acme  # us
      pipeline_slug: web
      build_branch: main
jwt: { audience: https://api.test.example }
`;
const ORGANIZATION = '0184990a-477b-4fa8-9968-496074483cee';
const PIPELINE = '0184990a-4782-42b5-afc1-16715b10b8ff';
const MAIN = { organization_slug: 'acme', pipeline_slug: 'web', build_branch: 'main' };
const IDS = { organization_id: ORGANIZATION, pipeline_id: PIPELINE };

const PINNED = ROLE.replace(
  '      organization_slug: acme  # us\n      pipeline_slug: web\n',
  `      organization_slug: acme  # us\n      organization_id: ${ORGANIZATION}\n      pipeline_slug: web\n      pipeline_id: ${PIPELINE}\n`,
);

const issuer = await testIssuer();

function configured(): string {
  return folderOf({
    'broker.yml': `url: https://sts.test.example\nissuers:\n  - preset: buildkite\n    require: { organization_slug: { in: [acme, other] } }\n`,
    'roles/deploy.yml': ROLE,
  });
}

async function ran(folder: string, ...words: string[]) {
  const answer = await runLine(['pin', ...words], { KITE_STS_CONFIG: folder });
  return { ...answer, role: readFileSync(join(folder, 'roles/deploy.yml'), 'utf8') };
}

async function tokenFile(claims: object): Promise<string> {
  return fileOf(await issuer.sign(tokenClaims({ ...claims })));
}
async function withToken(claims: object, folder = configured(), ...more: string[]) {
  return ran(folder, 'deploy', '--token-file', await tokenFile(claims), ...more);
}

function event(claims: object, members: object = {}): string {
  return JSON.stringify({ event: 'exchange', outcome: 'issued', role: 'deploy', claims, ...members });
}
function withAudit(...lines: string[]) {
  return ran(configured(), 'deploy', '--audit', fileOf(lines.join('\n')));
}

test('the ids of a token stand beside the names, the role still loads, and the step is told what to ask for', async () => {
  const folder = configured();
  const { exits, role, error } = await withToken({ ...MAIN, ...IDS }, folder);
  expect([exits, role]).toEqual([0, PINNED]);
  expect(error).toContain('--claim organization_id --claim pipeline_id');
  expect(loadConfig(folder).complaints).toEqual([]);
});

test('a second time there is nothing to pin', async () => {
  const folder = configured();
  await withToken({ ...MAIN, ...IDS }, folder);
  expect(await withToken({ ...MAIN, ...IDS }, folder)).toMatchObject({ exits: 0, role: PINNED, error: '' });
});

test('of an audit log the newest exchange counts that was given the role', async () => {
  const { exits, role } = await withAudit(
    event({ ...MAIN, organization_id: 'old', pipeline_id: 'old' }),
    event({ ...MAIN, ...IDS }),
    event({ ...MAIN, organization_id: 'denied' }, { outcome: 'denied' }),
    event({ ...MAIN, organization_id: 'other' }, { role: 'other' }),
    'listening on http://127.0.0.1:8787',
  );
  expect([exits, role]).toEqual([0, PINNED]);
});

test('a statement of several pipelines keeps them', async () => {
  const { exits, role, error } = await withToken({ ...MAIN, ...IDS, build_branch: 'release' });
  expect(exits).toBe(0);
  expect(role).toContain(`organization_id: ${ORGANIZATION}\n      pipeline_slug: { in: [web, api] }\n`);
  expect(error).toContain('pipeline_slug');
});

describe('nothing is written, and exit code 2 says so, when', () => {
  test.each<[name: string, claims: object, said: string]>([
    ['the token has not the role', { ...MAIN, ...IDS, build_branch: 'next' }, 'DENIED'],
    ['the guard keeps the token out', { ...MAIN, ...IDS, organization_slug: 'evil' }, 'DENIED'],
    ['the token was minted for another', { ...MAIN, ...IDS, aud: 'https://other.example' }, 'DENIED'],
    ['the token was not asked for its ids', MAIN, '--claim organization_id --claim pipeline_id'],
  ])('%s', async (_name, claims, said) => {
    const { exits, role, error } = await withToken(claims);
    expect([exits, role]).toEqual([2, ROLE]);
    expect(error).toContain(said);
  });
});

test('what the token has is pinned, and exit code 2 says that an id is wanting', async () => {
  const { exits, role } = await withToken({ ...MAIN, pipeline_id: PIPELINE });
  expect(exits).toBe(2);
  expect(role).toBe(PINNED.replace(`      organization_id: ${ORGANIZATION}\n`, ''));
});

test.each<[name: string, words: string, exits: number, said: string]>([
  ['no role', '', 64, 'ROLE'],
  ['neither token nor log', 'deploy', 64, '--token-file'],
  ['both token and log', 'deploy --token-file a --audit b', 64, '--audit'],
  ['a role that is mistyped', 'deplyo --token-file /nowhere/token', 1, '"deploy"'],
  ['a file that is not there', 'deploy --audit /nowhere/log', 1, '/nowhere/log'],
  ['a log without the role', 'deploy --audit /dev/null', 1, 'deploy'],
])('%s', async (_name, words, exits, said) => {
  const answer = await ran(configured(), ...wordsOf(words));
  expect(answer).toMatchObject({ exits, out: '', role: ROLE });
  expect(answer.error.split('\n\n')[0]).toContain(said);
});

test('a program is told what was added and what was not, and why somebody is denied', async () => {
  const told = async (claims: object) => {
    const { exits, out } = await withToken(claims, configured(), '--json');
    return { exits, ...JSON.parse(out) };
  };
  const pipeline = { name: 'pipeline_slug', id: 'pipeline_id' };
  expect(await told({ ...MAIN, organization_id: ORGANIZATION })).toMatchObject({
    exits: 2,
    file: expect.stringMatching(/roles\/deploy\.yml$/),
    pins: [{ name: 'organization_slug', id: 'organization_id', value: ORGANIZATION }],
    absent: [pipeline],
    several: [],
  });
  expect(await told({ ...MAIN, build_branch: 'next' })).toMatchObject({
    exits: 2,
    pins: [],
    denied: expect.stringContaining('DENIED'),
  });
});
