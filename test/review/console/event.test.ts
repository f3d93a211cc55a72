import { expect, test } from 'vitest';
import { readAuditedRequest } from '../../../lib/review/console/event.ts';
import { blocks, read } from '../../harness/markdown.ts';

const EVENTS = blocks(read('docs/reference/audit.md'))
  .map(({ text }) => text)
  .filter(text => text.includes('"event":"exchange"') && text.includes('"claims":{'));

test('each exchange that the reference shows is read with its role and claims', () => {
  expect(EVENTS.length).toBeGreaterThan(1);
  for (const text of EVENTS)
    expect(readAuditedRequest(text)).toMatchObject({
      role: 'deploy-web',
      claims: { iss: 'https://agent.buildkite.com' },
      sourceAddress: '127.0.0.1',
    });
});

test('what was asked for, and what happened, are read too', () => {
  const text = JSON.stringify({
    event: 'exchange',
    time: '2026-11-21T22:19:44.005Z',
    outcome: 'denied',
    code: 'trust_not_met',
    role: 'publish',
    requested: { scopes: ['read'], seconds: 900 },
    claims: { iss: 'https://agent.buildkite.com' },
  });
  expect(readAuditedRequest(text)).toMatchObject({
    scopes: ['read'],
    seconds: 900,
    happened: 'denied trust_not_met 2026-11-21T22:19:44.005Z',
  });
});

test('one whose token was refused has no claims', () => {
  expect(readAuditedRequest('{"event":"exchange","outcome":"failed","code":"token_expired"}')).toMatchObject({
    claims: {},
    happened: 'failed token_expired',
  });
});

test.each(['', '{', '[]', 'null', '{"event":"switch","claims":{}}', '{"iss":"a"}'])(
  'no audit event: %s',
  text => {
    expect(readAuditedRequest(text)).toBeUndefined();
  },
);
