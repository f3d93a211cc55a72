import { describe, expect, test } from 'vitest';
import { createGithubMint } from '../../../lib/client/subject/github.ts';
import { type MintSettings, NoSubjectToken } from '../../../lib/client/subject/mint.ts';
import { type Said, type TestServer, testServer } from '../../harness/server.ts';

const WISH = {
  audience: 'https://sts.acme.example?a&b',
  claims: [],
  lifetime: undefined,
  subjectClaim: undefined,
};
const TOKEN: Said = { status: 200, body: { value: 'aa.bb.cc' } };

function stepAt(url: string, secret: string | undefined = 'request-token'): MintSettings {
  return {
    environment: { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: secret },
    run: () => Promise.reject(new Error('no program is run')),
    fetch,
  };
}

/** GitHub's own door has a query already. */
async function door(said: Said): Promise<TestServer & { readonly step: MintSettings }> {
  const server = await testServer(() => said);
  return { ...server, step: stepAt(`${server.url}/token?api-version=2.0`) };
}

test('a token is asked for with the audience and the secret of the job', async () => {
  const { step, asked } = await door(TOKEN);
  expect(await createGithubMint(WISH, step)()).toBe('aa.bb.cc');
  expect(asked[0]).toMatchObject({ method: 'GET', headers: { authorization: 'Bearer request-token' } });
  expect(Object.fromEntries(new URL(asked[0]?.path ?? '', 'http://x').searchParams)).toEqual({
    'api-version': '2.0',
    audience: WISH.audience,
  });
});

describe('there is no token', () => {
  test.each<[name: string, said: Said]>([
    ['when the door refuses', { status: 401, body: { message: 'Bad credentials' } }],
    ['when the door has another answer', { status: 200, body: { token: 'aa.bb.cc' } }],
    ['when the door answers with a page', { status: 200, body: '<html>' }],
  ])('%s', async (_name, said) => {
    const { step } = await door(said);
    await expect(createGithubMint(WISH, step)()).rejects.toThrow(NoSubjectToken);
  });

  test('when the door redirects, and the secret goes nowhere else', async () => {
    const thief = await testServer(() => TOKEN);
    const { step, asked } = await door({ status: 302, headers: { location: `${thief.url}/token` } });
    await expect(createGithubMint(WISH, step)()).rejects.toThrow(NoSubjectToken);
    expect([asked.length, thief.asked]).toEqual([1, []]);
  });

  test('when the door does not answer in time', { timeout: 15_000 }, async () => {
    const server = await testServer(() => new Promise(() => {}));
    const step = { ...stepAt(`${server.url}/token`), patience: 500 };
    await expect(createGithubMint(WISH, step)()).rejects.toThrow(NoSubjectToken);
  });

  test.each([
    ['for a job without the permission', stepAt('', undefined)],
    ['for a door without TLS, which is sent no secret', stepAt('http://ci.example/token?a=b')],
  ])('%s', async (_name, step) => {
    await expect(createGithubMint(WISH, step)()).rejects.toThrow(NoSubjectToken);
  });
});
