import { describe, expect, test } from 'vitest';
import { findMint } from '../../../lib/client/subject/find.ts';
import { type MintSettings, NoSubjectToken, type TokenOptions } from '../../../lib/client/subject/mint.ts';

const WISH: TokenOptions = {
  audience: 'https://sts.acme.example',
  claims: [],
  lifetime: undefined,
  subjectClaim: undefined,
};
const VARIABLE = 'KITE_STS_ID_TOKEN';

const JOBS = {
  Buildkite: { BUILDKITE_JOB_ID: 'job-1' },
  'GitHub Actions': {
    GITHUB_ACTIONS: 'true',
    ACTIONS_ID_TOKEN_REQUEST_URL: 'https://ci.example/token',
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'secret',
  },
  CircleCI: { CIRCLECI: 'true' },
} as const;

/** Notes where a token is asked for, and gives one. */
function stepOf(environment: MintSettings['environment']): { step: MintSettings; asked: string[] } {
  const asked: string[] = [];
  const step: MintSettings = {
    environment,
    run: async program => {
      asked.push(program);
      return 'aa.bb.cc';
    },
    fetch: async url => {
      asked.push(new URL(url).host);
      return Response.json({ value: 'aa.bb.cc' });
    },
  };
  return { step, asked };
}

test.each([
  ['Buildkite', JOBS.Buildkite, ['buildkite-agent']],
  ['GitHub Actions', JOBS['GitHub Actions'], ['ci.example']],
  ['CircleCI', JOBS.CircleCI, ['circleci']],
  ['the variable, which goes before the CI', { ...JOBS.Buildkite, [VARIABLE]: 'aa.bb.cc' }, []],
])('a token is had from %s', async (_name, environment, where) => {
  const { step, asked } = stepOf(environment);
  expect(await findMint(WISH, step, VARIABLE)()).toBe('aa.bb.cc');
  expect(asked).toEqual(where);
});

test('another variable may hold it', async () => {
  const { step } = stepOf({ MY_TOKEN: 'aa.bb.cc' });
  expect(await findMint(WISH, step, 'MY_TOKEN')()).toBe('aa.bb.cc');
});

test('where nothing is found, the error names all that was looked for', () => {
  const find = () => findMint(WISH, stepOf({ CI: 'true' }).step, VARIABLE);
  expect(find).toThrow(NoSubjectToken);
  for (const name of [
    '--token-file',
    '--token-command',
    VARIABLE,
    ...Object.values(JOBS).map(each => Object.keys(each).at(0)),
  ])
    if (name !== 'GITHUB_ACTIONS') expect(find).toThrow(name);
});

describe('what only Buildkite lets a job choose is taken there, and refused elsewhere:', () => {
  test.each<[name: string, choice: Partial<TokenOptions>]>([
    ['claims', { claims: ['queue_key'] }],
    ['a lifetime', { lifetime: 60 }],
    ['the subject', { subjectClaim: 'job_id' }],
  ])('%s', (_name, choice) => {
    const wish = { ...WISH, ...choice };
    const find = (environment: MintSettings['environment']) => () =>
      findMint(wish, stepOf(environment).step, VARIABLE);
    expect(find(JOBS.Buildkite)).not.toThrow();
    for (const environment of [JOBS['GitHub Actions'], JOBS.CircleCI, { [VARIABLE]: 'aa.bb.cc' }])
      expect(find(environment)).toThrow(NoSubjectToken);
  });
});
