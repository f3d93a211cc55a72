import { join } from 'node:path';
import process from 'node:process';
import { describe, expect, test } from 'vitest';
import { listSecrets, type MaskOptions, maskValues } from '../../lib/client/mask.ts';
import { createProgramRunner } from '../../lib/client/subject/program.ts';
import { emptyFolder } from '../harness/local.ts';
import { testServer } from '../harness/server.ts';
import { buildkiteStep } from '../harness/step.ts';

const VALUES = ['ASIAKEY', 'secret/with+signs=', 'quote"and\\backslash', '50%'];
const BROKER = { url: 'http://127.0.0.1:9' };

function stepWith(environment: MaskOptions['environment']): MaskOptions & { readonly said: string[] } {
  const said: string[] = [];
  return { environment, run: createProgramRunner(environment), say: text => void said.push(text), said };
}

describe('in a job of Buildkite', () => {
  test('the agent is told every value, as texts by name', async () => {
    const { environment, hidden } = buildkiteStep(BROKER);
    const step = stepWith(environment);
    expect(await maskValues(VALUES, step)).toBe(true);
    expect(hidden()).toEqual(VALUES);
    expect(step.said).toEqual([]);
  });

  test('without the agent on PATH its Job API is told, by its token', async () => {
    const socket = join(emptyFolder(), 'job.sock');
    const api = await testServer(() => ({ status: 201, body: {} }), socket);
    const environment = {
      PATH: '/nowhere',
      BUILDKITE_JOB_ID: 'job-1',
      BUILDKITE_AGENT_JOB_API_SOCKET: socket,
      BUILDKITE_AGENT_JOB_API_TOKEN: 'job-api-token',
    };
    expect(await maskValues(VALUES, stepWith(environment))).toBe(true);
    expect(api.asked.map(({ body }) => JSON.parse(body))).toEqual(VALUES.map(redact => ({ redact })));
    for (const each of api.asked)
      expect(each).toMatchObject({
        method: 'POST',
        path: '/api/current-job/v0/redactions',
        headers: { authorization: 'Bearer job-api-token', 'content-type': 'application/json' },
      });
  });

  test.each<[name: string, environment: () => Promise<object>]>([
    [
      'an agent that reaches no Job API',
      async () => ({ ...buildkiteStep(BROKER).environment, BUILDKITE_AGENT_JOB_API_SOCKET: '' }),
    ],
    ['neither agent nor Job API', async () => ({ PATH: '/nowhere', BUILDKITE_JOB_ID: 'job-1' })],
    [
      'a Job API that refuses',
      async () => {
        const socket = join(emptyFolder(), 'job.sock');
        await testServer(() => ({ status: 401 }), socket);
        return {
          PATH: '/nowhere',
          BUILDKITE_JOB_ID: 'job-1',
          BUILDKITE_AGENT_JOB_API_SOCKET: socket,
          BUILDKITE_AGENT_JOB_API_TOKEN: 'x',
        };
      },
    ],
    [
      'a socket where nobody listens',
      async () => ({
        PATH: '/nowhere',
        BUILDKITE_JOB_ID: 'job-1',
        BUILDKITE_AGENT_JOB_API_SOCKET: '/nowhere/job.sock',
        BUILDKITE_AGENT_JOB_API_TOKEN: 'x',
      }),
    ],
  ])('with %s nothing is hidden', async (_name, environment) => {
    expect(await maskValues(VALUES, stepWith({ ...(await environment()) }))).toBe(false);
  });
});

test('in a job of GitHub the runner is told by commands on standard error, with % escaped', async () => {
  const step = stepWith({ GITHUB_ACTIONS: 'true' });
  expect(await maskValues(VALUES, step)).toBe(true);
  expect(step.said.join('').split('\n')).toEqual([
    '::add-mask::ASIAKEY',
    '::add-mask::secret/with+signs=',
    '::add-mask::quote"and\\backslash',
    '::add-mask::50%25',
    '',
  ]);
});

test.each(['GITLAB_CI', 'CIRCLECI', 'BITBUCKET_BUILD_NUMBER', 'TF_BUILD'])(
  'in a job of %s nothing can be hidden',
  async name => {
    expect(await maskValues(VALUES, stepWith({ [name]: 'true' }))).toBe(false);
  },
);

test('where there is no job there is nothing to hide from', async () => {
  const step = stepWith({ PATH: process.env['PATH'] });
  expect([await maskValues(VALUES, step), step.said]).toEqual([true, []]);
});

test('secret is all of a credential but when it ends and whose account it is for', () => {
  const aws = { AccessKeyId: 'a', SecretAccessKey: 'b', SessionToken: 'c', Expiration: 'd', AccountId: 'e' };
  expect(listSecrets({ outcome: 'issued', kind: 'aws', expiresAt: 0, aws })).toEqual(['a', 'b', 'c']);
  expect(listSecrets({ outcome: 'issued', kind: 'jwt', expiresAt: 0, accessToken: 'a' })).toEqual(['a']);
});
