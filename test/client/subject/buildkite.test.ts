import { decodeJwt } from 'jose';
import { describe, expect, test } from 'vitest';
import { createBuildkiteMint } from '../../../lib/client/subject/buildkite.ts';
import { type MintSettings, NoSubjectToken, type TokenOptions } from '../../../lib/client/subject/mint.ts';
import { createProgramRunner } from '../../../lib/client/subject/program.ts';
import { localBroker } from '../../harness/local.ts';
import { BUILDKITE } from '../../harness/policy.ts';
import { closedUrl, testServer } from '../../harness/server.ts';
import { buildkiteStep } from '../../harness/step.ts';

const broker = await localBroker();

const WISH: TokenOptions = {
  audience: 'https://sts.acme.example',
  claims: [],
  lifetime: undefined,
  subjectClaim: undefined,
};

const IDS = ['organization_id', 'pipeline_id'];

function stepWith(changes: { readonly [name: string]: string | undefined } = {}): MintSettings {
  const environment = { ...buildkiteStep(broker).environment, ...changes };
  return { environment, run: createProgramRunner(environment), fetch };
}
/** No buildkite-agent is on this PATH. */
const NO_AGENT = { PATH: '/nowhere' };

describe.each([
  ['by the agent', {}],
  ['by the agent API, where no agent is on PATH', NO_AGENT],
])('%s', (_name, changes) => {
  test.each<[name: string, wish: Partial<TokenOptions>, claims: object]>([
    ['the audience', {}, { iss: BUILDKITE, aud: WISH.audience, job_id: 'job-1' }],
    ['optional claims', { claims: ['queue_key', 'cluster_id'] }, { queue_key: null, cluster_id: null }],
    ['another subject', { subjectClaim: 'job_id' }, { sub: 'job-1' }],
  ])('a token has %s', async (_name, wish, claims) => {
    const token = await createBuildkiteMint({ ...WISH, ...wish }, stepWith(changes))();
    expect(decodeJwt(token)).toMatchObject(claims);
  });

  test.each<[name: string, wish: Partial<TokenOptions>, changes: MintSettings['environment']]>([
    ['by themselves', {}, {}],
    ['beside what is chosen', { claims: ['queue_key', 'pipeline_id'] }, {}],
    ['beside a subject of one of them', { subjectClaim: 'pipeline_id' }, {}],
    ["beside what the agent's variable says", {}, { BUILDKITE_OIDC_TOKEN_CLAIMS: 'queue_key, build_id' }],
    ['beside both', { claims: ['queue_key'] }, { BUILDKITE_OIDC_TOKEN_CLAIMS: 'build_id,organization_id' }],
  ])('T94: a token has the ids by which it can be switched off, %s', async (_name, wish, more) => {
    const claims = decodeJwt(
      await createBuildkiteMint({ ...WISH, ...wish }, stepWith({ ...changes, ...more }))(),
    );
    const named = more['BUILDKITE_OIDC_TOKEN_CLAIMS'] ? ['build_id'] : [];
    for (const name of [...IDS, ...(wish.claims ?? []), ...named]) expect(claims).toHaveProperty(name);
    expect(claims['pipeline_id']).toEqual(expect.any(String));
  });

  test('a token lives as long as is asked', async () => {
    const { exp = 0, iat = 0 } = decodeJwt(
      await createBuildkiteMint({ ...WISH, lifetime: 60 }, stepWith(changes))(),
    );
    expect(exp - iat).toBe(60);
  });

  test('each is another one', async () => {
    const mint = createBuildkiteMint(WISH, stepWith(changes));
    expect(await mint()).not.toBe(await mint());
  });

  test('there is none for a claim that nobody knows', async () => {
    const mint = createBuildkiteMint({ ...WISH, claims: ['build_creator'] }, stepWith(changes));
    await expect(mint()).rejects.toThrow(NoSubjectToken);
  });
});

test('the agent API is asked as the agent asks it: only what is wished for, the secret in its header', async () => {
  const agent = await testServer(() => ({ status: 200, body: { token: 'aa.bb.cc' } }));
  const step = stepWith({
    ...NO_AGENT,
    BUILDKITE_AGENT_ENDPOINT: `${agent.url}/v3`,
    BUILDKITE_JOB_ID: 'a/b',
  });
  await createBuildkiteMint({ ...WISH, lifetime: 60, claims: ['queue_key'], subjectClaim: 'job_id' }, step)();
  await createBuildkiteMint(WISH, step)();
  const [one, two] = agent.asked;
  expect(one).toMatchObject({ method: 'POST', path: '/v3/jobs/a%2Fb/oidc/tokens' });
  expect(one?.headers).toMatchObject({
    authorization: 'Token agent-access-token',
    'content-type': 'application/json',
  });
  expect(JSON.parse(one?.body ?? '')).toEqual({
    audience: WISH.audience,
    lifetime: 60,
    claims: ['queue_key', ...IDS],
    subject_claim: 'job_id',
  });
  expect(JSON.parse(two?.body ?? '')).toEqual({ audience: WISH.audience, claims: IDS });
});

describe('T94: an agent before 3.44, which knows no --claim,', () => {
  test('gives a token without the ids', async () => {
    const claims = decodeJwt(await createBuildkiteMint(WISH, stepWith({ AGENT: '43' }))());
    expect(claims).not.toHaveProperty('pipeline_id');
    expect(claims).toMatchObject({ job_id: 'job-1' });
  });

  test('refuses what the job chose', async () => {
    const mint = createBuildkiteMint({ ...WISH, claims: ['queue_key'] }, stepWith({ AGENT: '43' }));
    await expect(mint()).rejects.toThrow('flag provided but not defined: -claim');
  });
});

test('T94: no claim is asked for twice, whether an agent adds its option to its variable or not', async () => {
  const asked: unknown[] = [];
  const step = stepWith({ BUILDKITE_OIDC_TOKEN_CLAIMS: 'queue_key' });
  const run: MintSettings['run'] = async (_program, words, options) => {
    asked.push([words.filter(word => word === '--claim').length, options?.variables]);
    return 'aa.bb.cc';
  };
  await createBuildkiteMint({ ...WISH, claims: ['build_id'] }, { ...step, run })();
  await createBuildkiteMint(WISH, { ...step, run })();
  expect(asked).toEqual([
    [4, { BUILDKITE_OIDC_TOKEN_CLAIMS: undefined }],
    [0, { BUILDKITE_OIDC_TOKEN_CLAIMS: 'queue_key,organization_id,pipeline_id' }],
  ]);
});

test.each(['', '/', '//'])(
  'slashes at the end of the endpoint are taken off, as by the agent: %j',
  async end => {
    const agent = await testServer(() => ({ status: 200, body: { token: 'aa.bb.cc' } }));
    const step = stepWith({ ...NO_AGENT, BUILDKITE_AGENT_ENDPOINT: `${agent.url}/v3${end}` });
    await createBuildkiteMint(WISH, step)();
    expect(agent.asked[0]?.path).toBe('/v3/jobs/job-1/oidc/tokens');
  },
);

test.each(['', undefined])("an endpoint that is not set is the agent's own: %j", async endpoint => {
  const asked: string[] = [];
  const step = stepWith({ ...NO_AGENT, BUILDKITE_AGENT_ENDPOINT: endpoint });
  const fetch: MintSettings['fetch'] = async url => {
    asked.push(url);
    return Response.json({ token: 'aa.bb.cc' });
  };
  await createBuildkiteMint(WISH, { ...step, fetch })();
  expect(asked).toEqual(['https://agent-edge.buildkite.com/v3/jobs/job-1/oidc/tokens']);
});

test('where the agent API redirects, no secret is sent on', async () => {
  const thief = await testServer(() => ({ status: 200, body: { token: 'aa.bb.cc' } }));
  const agent = await testServer(() => ({ status: 307, headers: { location: thief.url } }));
  const step = stepWith({ ...NO_AGENT, BUILDKITE_AGENT_ENDPOINT: agent.url });
  await expect(createBuildkiteMint(WISH, step)()).rejects.toThrow(NoSubjectToken);
  expect([agent.asked.length, thief.asked]).toEqual([1, []]);
});

describe('there is no token', () => {
  test.each([
    [
      'without the variables of the job',
      async () => ({ ...NO_AGENT, BUILDKITE_AGENT_ACCESS_TOKEN: undefined }),
    ],
    [
      'when the agent API is not there',
      async () => ({ ...NO_AGENT, BUILDKITE_AGENT_ENDPOINT: await closedUrl() }),
    ],
    [
      'for an agent API without TLS',
      async () => ({ ...NO_AGENT, BUILDKITE_AGENT_ENDPOINT: 'http://ci.example' }),
    ],
    ['for a job that is over', async () => ({ BUILDKITE_AGENT_ACCESS_TOKEN: '' })],
  ])('%s', async (_name, changes) => {
    await expect(createBuildkiteMint(WISH, stepWith(await changes()))()).rejects.toThrow(NoSubjectToken);
  });

  test('when the agent fails, though its API would answer: it redacts what it prints', async () => {
    const step = stepWith({
      BUILDKITE_AGENT_OIDC_REQUEST_TOKEN_SKIP_TOKEN_REDACTION: 'false',
      BUILDKITE_AGENT_JOB_API_SOCKET: undefined,
    });
    await expect(createBuildkiteMint(WISH, step)()).rejects.toThrow(NoSubjectToken);
  });
});

test('T54: no secret stands among the words of the agent', async () => {
  const words: string[] = [];
  const step = stepWith();
  const run: MintSettings['run'] = (program, given, options) => {
    words.push(program, ...given);
    return step.run(program, given, options);
  };
  await createBuildkiteMint(WISH, { ...step, run })();
  expect(words).toEqual(['buildkite-agent', 'oidc', 'request-token', '--audience', WISH.audience]);
});
