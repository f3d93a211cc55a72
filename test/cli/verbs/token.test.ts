import { decodeJwt } from 'jose';
import { describe, expect, test } from 'vitest';
import { runLine, wordsOf } from '../../harness/command-line.ts';
import { configFolder, localBroker } from '../../harness/local.ts';
import { AUDIENCE, BUILDKITE, GITHUB } from '../../harness/policy.ts';

const CONFIG = configFolder();
const broker = await localBroker();

function asked(words: readonly string[], port = broker.port) {
  return runLine(['token', ...words], { KITE_STS_CONFIG: CONFIG, PORT: String(port) });
}

describe('a token', () => {
  test.each<[name: string, words: string, expected: object]>([
    [
      'is for the broker, of the build that the roles name',
      '',
      { aud: AUDIENCE, organization_slug: 'acme', pipeline_slug: 'web' },
    ],
    ['is for another audience', '--audience https://a.example', { aud: 'https://a.example' }],
    [
      'has claims that are asked for',
      '--claim queue_key --claim build_id,cluster_id',
      { queue_key: null, cluster_id: null, build_id: expect.any(String) },
    ],
    ['has text that was set', '--set build_branch=feature/login', { build_branch: 'feature/login' }],
    [
      'has JSON that was set',
      '--set build_tag=null --set build_number=7',
      { build_tag: null, build_number: 7 },
    ],
    ['has text that looks like JSON when it is quoted', '--set build_branch="7"', { build_branch: '7' }],
    ['has = in what was set', '--set build_branch=a=b', { build_branch: 'a=b' }],
    [
      'is of the organization that the roles name, whatever else is set',
      '--set build_branch=next',
      { organization_slug: 'acme' },
    ],
    [
      'is like that of GitHub',
      `--issuer ${GITHUB} --set repository=acme/web`,
      { iss: GITHUB, repository: 'acme/web' },
    ],
    ['has another subject', '--subject-claim job_id --job job-7', { sub: 'job-7', job_id: 'job-7' }],
  ])('%s', async (_name, words, expected) => {
    const { exits, out, error } = await asked(wordsOf(words));
    expect([exits, error]).toEqual([0, '']);
    expect(out).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    expect(decodeJwt(out.trim())).toMatchObject({ iss: BUILDKITE, ...expected });
  });

  test('lives as long as it is asked to', async () => {
    const { exp = 0, iat = 0 } = decodeJwt((await asked(['--lifetime', '60'])).out);
    expect(exp - iat).toBe(60);
  });

  test('is of a new job each time', async () => {
    const [one, two] = await Promise.all([asked([]), asked([])]);
    expect(decodeJwt(one.out)['job_id']).not.toBe(decodeJwt(two.out)['job_id']);
  });
});

test.each<[name: string, exits: number, words: string, said: string]>([
  ['a lifetime over two hours', 1, '--lifetime 14400', '(requested: 14400 max: 7200)'],
  ['a claim that nobody knows', 1, '--claim build_creator', 'build_creator'],
  ['an issuer without a stand-in', 1, '--issuer https://other.example', BUILDKITE],
  ['a lifetime that is no number', 64, '--lifetime soon', '--lifetime'],
  ['a --set without a value', 64, '--set build_branch', '--set'],
  ['a --set without a name', 64, '--set =main', '--set'],
])('%s exits with %i', async (_name, exits, words, said) => {
  const answer = await asked(wordsOf(words));
  expect(answer).toMatchObject({ exits, out: '' });
  expect(answer.error.split('\n')[0]).toContain(said);
});

test('without a local broker it exits with 1 and says how to start one', async () => {
  const answer = await asked([], 1);
  expect(answer).toMatchObject({ exits: 1, out: '' });
  expect(answer.error).toContain('http://127.0.0.1:1');
  expect(answer.error).toContain('npm start');
});
