import { beforeEach, describe, expect, test } from 'vitest';
import { BrokerError } from '../../lib/errors.ts';
import { ANYTHING } from '../../lib/providers/meaning.ts';
import { createUpstream, type UpstreamQuestion } from '../../lib/providers/upstream.ts';
import { NOW } from '../harness/policy.ts';
import { type Said, testServer } from '../harness/server.ts';

let next: (Said | 'silence' | undefined)[] = [];
const server = await testServer(() => {
  const said = next.length > 1 ? next.shift() : next[0];
  return said === 'silence' ? new Promise(() => {}) : said;
});
beforeEach(() => {
  server.asked.length = 0;
});

const SECRET = `eyJ${'a'.repeat(60)}.eyJ${'b'.repeat(60)}.${'c'.repeat(60)}`;
const QUESTION: UpstreamQuestion = {
  name: 'cloud.example token',
  to: 'cloud.example/v1/token',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: `assertion=${SECRET}`,
  meanings: [
    { said: 'busy', when: /^busy/, code: 'provider_unavailable', mend: 'nothing' },
    { said: 'clock', when: /clock/, code: 'broker_credentials_unavailable', mend: 'our clock' },
    { said: 'else', when: ANYTHING, code: 'provider_refused', mend: 'in the cloud: all of it' },
  ],
};
const OK: Said = { status: 200, body: { access_token: 't' } };
const LIMITED: Said = { status: 429, headers: { 'retry-after': '30' } };

/** What comes of these answers: the members of the success, or code and detail. */
async function outcome(...said: (Said | 'silence' | undefined)[]) {
  next = said;
  const { ask, begin } = createUpstream({ base: server.url, random: () => 0 });
  try {
    return await ask(QUESTION, begin());
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    return { code: error.code, detail: error.detail ?? '', retryAfter: error.retryAfter };
  }
}

function no(error: unknown, error_description?: string): Said {
  return { status: 400, body: { error, ...(error_description === undefined ? {} : { error_description }) } };
}

test('it posts to the host and path that are pinned, below the base alone', async () => {
  expect(await outcome(OK)).toEqual({ access_token: 't' });
  expect(server.asked).toMatchObject([
    { method: 'POST', path: '/cloud.example/v1/token', body: QUESTION.body },
  ]);
});

describe('T63: nothing can have been issued', () => {
  const undone = async (base: string, ...said: (Said | undefined)[]) => {
    next = said;
    const { ask, begin } = createUpstream({ base, random: () => 0 });
    return ask(QUESTION, begin()).catch((error: BrokerError) => error.undone);
  };

  test.each<{ name: string; said: (Said | undefined)[]; is: boolean }>([
    { name: 'where the cloud said no', said: [no('invalid_grant')], is: true },
    { name: 'but not after an answer that was lost', said: [undefined, no('invalid_grant')], is: false },
    { name: 'where the cloud has a rate limit', said: [LIMITED], is: true },
    { name: 'but not after an answer that was lost and a rate limit', said: [undefined, LIMITED], is: false },
    { name: 'but not by a fault of the cloud', said: [{ status: 500 }], is: false },
    { name: 'but not by a success that cannot be read', said: [{ status: 200, body: 'x' }], is: false },
  ])('$name', async ({ said, is }) => {
    expect(await undone(server.url, ...said)).toBe(is);
  });

  test('where nobody listens', async () => {
    expect(await undone('http://127.0.0.1:9')).toBe(true);
  });
});

describe('T48: a refusal is asked once', () => {
  test.each([
    { name: 'in the form of OAuth', said: no('invalid_grant', 'no') },
    {
      name: 'in the form of Google’s APIs',
      said: { status: 403, body: { error: { status: 'PERMISSION_DENIED', message: 'no' } } },
    },
    {
      name: 'in the form of GitHub',
      said: { status: 422, body: { message: 'no', documentation_url: 'https://docs.github.com' } },
    },
    { name: 'without words', said: no('invalid_client') },
  ])('$name', async ({ said }) => {
    expect(await outcome(said, OK)).toMatchObject({ code: 'provider_refused' });
    expect(server.asked).toHaveLength(1);
  });
});

test('a rate limit is asked once, and told with how long it lasts', async () => {
  expect(await outcome(LIMITED, OK)).toMatchObject({ code: 'provider_unavailable', retryAfter: 30 });
  expect(server.asked).toHaveLength(1);
});

test('an answer without content is a success', async () => {
  expect(await outcome({ status: 204 })).toEqual({});
});

test('what must differ by attempt is made for each', async () => {
  next = [{ status: 500 }, OK];
  const { ask, begin } = createUpstream({ base: server.url, random: () => 0 });
  let made = 0;
  await ask({ ...QUESTION, body: async () => `attempt ${++made}` }, begin());
  expect(server.asked.map(({ body }) => body)).toEqual(['attempt 1', 'attempt 2']);
});

describe('D08: what passes is asked again to the letter, at most three times', () => {
  test.each<{ name: string; said: Said | undefined }>([
    { name: '429', said: { status: 429, body: { error: 'slow_down' } } },
    { name: '408', said: { status: 408 } },
    { name: '500', said: { status: 500, body: { error: 'server_error' } } },
    { name: '503', said: { status: 503, body: '<html></html>' } },
    { name: 'a refusal that the cloud did not write', said: { status: 403, body: '<html></html>' } },
    { name: 'a connection that breaks', said: undefined },
  ])('$name', async ({ said }) => {
    expect(await outcome(said)).toMatchObject({ code: 'provider_unavailable' });
    expect(server.asked.map(({ body }) => body)).toEqual(Array(3).fill(QUESTION.body));
    expect(server.asked.every(({ path }) => path === '/cloud.example/v1/token')).toBe(true);
  });

  test('and what passes in time is a success', async () => {
    expect(await outcome({ status: 500 }, undefined, OK)).toEqual({ access_token: 't' });
  });

  test('and so is one after two seconds of silence', async () => {
    expect(await outcome('silence', OK)).toEqual({ access_token: 't' });
    expect(server.asked).toHaveLength(2);
  });
});

describe('a success that cannot be read says neither yes nor no, and is not asked again', () => {
  test.each([
    { name: 'truncated JSON', body: '{"access_token":"t' },
    { name: 'a list', body: '[]' },
    { name: 'a text', body: '"t"' },
    { name: 'nothing', body: '' },
  ])('$name', async ({ body }) => {
    expect(await outcome({ status: 200, body })).toMatchObject({ code: 'provider_unavailable' });
    expect(server.asked).toHaveLength(1);
  });
});

describe('T54, T59: the log is told which side must mend what, and no token', () => {
  test.each([
    { name: 'that the cloud says back', said: no('invalid_grant', `bad assertion ${SECRET}`) },
    { name: 'that it says back as its code', said: no(SECRET) },
    { name: 'in a page', said: { status: 400, body: `<html>${SECRET}</html>` } },
  ])('$name', async ({ said }) => {
    const { detail } = (await outcome(said)) as { detail: string };
    expect(detail).toContain('cloud.example token 400');
    for (const part of SECRET.split('.')) expect(detail).not.toContain(part);
  });

  test('T66: on one line of bounded length', async () => {
    const { detail } = (await outcome(no('invalid_grant', `no\n{"event":1}\u2028${'x '.repeat(500)}`))) as {
      detail: string;
    };
    expect(detail).toMatch(/^[\x20-\x7e…]{1,600}$/);
    expect(detail).toContain('(in the cloud: all of it)');
  });
});

test('T78: no attempt is begun when the time for all of them is over', async () => {
  next = [{ status: 500 }];
  let now = NOW;
  const { ask, begin } = createUpstream({ base: server.url, random: () => 0, now: () => (now += 3.5) });
  await expect(ask(QUESTION, begin())).rejects.toMatchObject({ code: 'provider_unavailable' });
  expect(server.asked.length).toBeLessThan(3);
});

test('a message alone is no word of GitHub, which says where its documentation is: what stands before it may have written it', async () => {
  const documented = { message: 'no', documentation_url: 'https://docs.github.com/rest' };
  expect(await outcome({ status: 403, body: documented })).toMatchObject({ code: 'provider_refused' });
  expect(await outcome({ status: 403, body: { message: 'no' } })).toMatchObject({
    code: 'provider_unavailable',
  });
});
