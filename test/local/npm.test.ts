import { describe, expect, test } from 'vitest';
import { createNpmStore } from '../../lib/local/npm.ts';
import { httpRequest } from '../harness/broker.ts';

function asked(store: ReturnType<typeof createNpmStore>, method: string, path: string, body: unknown = '') {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const answer = store(httpRequest({ method, path: `/npm${path}`, body: new TextEncoder().encode(text) }));
  return { status: answer.status, text: Buffer.from(answer.body).toString() };
}

function version(number: string, data = 'tarball') {
  return {
    name: 'greeting',
    'dist-tags': { latest: number },
    versions: { [number]: { name: 'greeting', version: number } },
    _attachments: { [`greeting-${number}.tgz`]: { data: Buffer.from(data).toString('base64') } },
  };
}

test('versions come together, and the tag is on the last of them', () => {
  const store = createNpmStore('/npm');
  for (const number of ['1.0.0', '1.1.0'])
    expect(asked(store, 'PUT', '/greeting', version(number)).status).toBe(201);
  expect(JSON.parse(asked(store, 'GET', '/greeting').text)).toEqual({
    name: 'greeting',
    'dist-tags': { latest: '1.1.0' },
    versions: {
      '1.0.0': { name: 'greeting', version: '1.0.0' },
      '1.1.0': { name: 'greeting', version: '1.1.0' },
    },
  });
});

test('a version is never replaced', () => {
  const store = createNpmStore('/npm');
  const statuses = ['first', 'second'].map(
    data => asked(store, 'PUT', '/greeting', version('1.0.0', data)).status,
  );
  expect(statuses).toEqual([201, 409]);
  expect(asked(store, 'GET', '/greeting/-/greeting-1.0.0.tgz').text).toBe('first');
});

test('what is deleted is gone', () => {
  const store = createNpmStore('/npm');
  asked(store, 'PUT', '/greeting', version('1.0.0'));
  const statuses = ['DELETE', 'GET', 'DELETE'].map(method => asked(store, method, '/greeting').status);
  expect(statuses).toEqual([200, 404, 404]);
});

describe('refused is', () => {
  test.each([
    ['a package that is not there', 'GET', '/greeting', '', 404],
    ['a file that is not there', 'GET', '/greeting/-/greeting-1.0.0.tgz', '', 404],
    ['the root', 'GET', '', '', 404],
    ['a page of npm that is none of a package', 'GET', '/-/ping', '', 404],
    ['what is no JSON', 'PUT', '/greeting', 'greeting', 400],
    ['a package without versions', 'PUT', '/greeting', { 'dist-tags': {} }, 400],
    ['another method', 'POST', '/greeting', '', 405],
  ])('%s', (_name, method, path, body, status) => {
    expect(asked(createNpmStore('/npm'), method, path, body).status).toBe(status);
  });
});
