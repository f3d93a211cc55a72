import { expect, test } from 'vitest';
import { readAnswer } from '../../lib/client/answer.ts';
import { NOW } from '../harness/policy.ts';

const AWS = {
  AccessKeyId: 'ASIAEXAMPLE',
  SecretAccessKey: 'secret',
  SessionToken: 'session',
  Expiration: '2027-01-15T09:00:00Z',
};
const REFUSED = {
  error: 'invalid_target',
  error_description: 'No.',
  error_uri: 'https://sts.acme.example/errors/trust_not_met',
  code: 'trust_not_met',
  decision_id: 'd-1',
};
const CLAIMS = [{ claim: 'queue_key', why: 'absent', add: '--claim queue_key' }];

test('keys of AWS are read with the time at which they end', () => {
  expect(readAnswer(200, JSON.stringify({ kind: 'aws', aws: AWS }), NOW)).toEqual({
    outcome: 'issued',
    kind: 'aws',
    expiresAt: Date.parse(AWS.Expiration) / 1000,
    aws: AWS,
  });
});

test.each(['jwt', 'gcp', 'azure', 'github', 'buildkite'])('a token of kind %s is read', kind => {
  const body = { kind, access_token: 'token', expires_in: 300, scope: 'read write' };
  expect(readAnswer(200, JSON.stringify(body), NOW)).toEqual({
    outcome: 'issued',
    kind,
    expiresAt: NOW + 300,
    accessToken: 'token',
    scope: 'read write',
  });
});

test.each([
  ['with claims and a contact', { claims: CLAIMS, contact: '#team' }, { claims: CLAIMS, contact: '#team' }],
  ['without either', {}, { claims: [] }],
])('a refusal is read %s', (_name, more, expected) => {
  expect(readAnswer(400, JSON.stringify({ ...REFUSED, ...more }), NOW)).toEqual({
    outcome: 'refused',
    status: 400,
    code: 'trust_not_met',
    description: 'No.',
    decisionId: 'd-1',
    errorUri: REFUSED.error_uri,
    ...expected,
  });
});

test.each<[name: string, status: number, text: string]>([
  ['a page', 200, '<html>'],
  ['nothing', 200, ''],
  ['null', 200, 'null'],
  ['a list', 200, '[]'],
  ['no kind', 200, JSON.stringify({ access_token: 'token', expires_in: 300 })],
  ['a kind that is not known', 200, JSON.stringify({ kind: 'x', access_token: 'token', expires_in: 300 })],
  ['a token without an end', 200, JSON.stringify({ kind: 'jwt', access_token: 'token' })],
  [
    'a token with a second line',
    200,
    JSON.stringify({ kind: 'jwt', access_token: 'a\nLD_PRELOAD=x', expires_in: 1 }),
  ],
  ['keys that lack one', 200, JSON.stringify({ kind: 'aws', aws: { ...AWS, SessionToken: undefined } })],
  ['keys that end at no time', 200, JSON.stringify({ kind: 'aws', aws: { ...AWS, Expiration: 'soon' } })],
  ["a gateway's error", 503, JSON.stringify({ message: 'Service Unavailable' })],
  ['a refusal without its decision', 400, JSON.stringify({ ...REFUSED, decision_id: undefined })],
])('%s is no answer of a broker', (_name, status, text) => {
  expect(readAnswer(status, text, NOW)).toBeUndefined();
});
