import { describe, expect, test } from 'vitest';
import type { HttpRequest } from '../../lib/protocols/protocol.ts';
import { serve } from '../../lib/serve.ts';
import { httpRequest, testBroker } from '../harness/broker.ts';
import { stsRefusal, stsRequest, TARGET } from '../harness/door.ts';

const whole = await testBroker({ roles: {} });

describe('T56, T58: raw abuse is answered by 4xx and XML, and leaves nothing of itself in the log:', () => {
  const CANARY = 'canary';
  const form = (body: string | Uint8Array): Partial<HttpRequest> => ({ body: Buffer.from(body) });
  const usual = Buffer.from(stsRequest({ WebIdentityToken: CANARY }).body).toString();

  test.each<{ name: string; request: Partial<HttpRequest>; says: readonly [number, string] }>([
    {
      name: 'a parameter twice',
      request: form(`${usual}&RoleArn=${CANARY}`),
      says: [400, 'ValidationError'],
    },
    {
      name: 'a parameter twice, once in other spelling',
      request: form(`${usual}&%52oleArn=${CANARY}`),
      says: [400, 'ValidationError'],
    },
    { name: 'two actions', request: form(`${usual}&Action=AssumeRole`), says: [400, 'ValidationError'] },
    {
      name: 'XML in the name of the session',
      request: form(usual.replace('botocore-session-1', `%3C%2FArn%3E${CANARY}`)),
      says: [400, 'ValidationError'],
    },
    {
      name: 'lines in the name of the session',
      request: form(usual.replace('botocore-session-1', `a%0A%7B%22event%22:%22${CANARY}%22%7D`)),
      says: [400, 'ValidationError'],
    },
    {
      name: 'XML as the name of a parameter',
      request: form(`${usual}&<${CANARY}>=x&<${CANARY}>=x`),
      says: [400, 'ValidationError'],
    },
    {
      name: 'T67: a token of 20,001 characters',
      request: form(usual.replace(`=${CANARY}`, `=${CANARY.repeat(4000).slice(0, 20_001)}`)),
      says: [400, 'ValidationError'],
    },
    {
      name: 'T67: a body that is too large',
      request: form(`${usual}&x=${CANARY.repeat(6000)}`),
      says: [413, 'ValidationError'],
    },
    {
      name: 'a role without a value, which is as if it were left out',
      request: form(usual.replace(/RoleArn=[^&]*/, 'RoleArn=')),
      says: [400, 'MissingParameter'],
    },
    {
      name: 'a duration in letters',
      request: form(`${usual}&DurationSeconds=${CANARY}`),
      says: [400, 'ValidationError'],
    },
    { name: 'bad percent-encoding', request: form(`${usual}&x=%${CANARY}`), says: [400, 'ValidationError'] },
    {
      name: 'no UTF-8',
      request: form(Buffer.concat([Buffer.from(`${usual}&x=${CANARY}`), Buffer.of(0xff)])),
      says: [400, 'ValidationError'],
    },
    { name: 'nothing', request: form(''), says: [400, 'InvalidAction'] },
    {
      name: 'JSON',
      request: {
        body: Buffer.from(`{"Action":"${CANARY}"}`),
        headers: { 'content-type': 'application/x-amz-json-1.1' },
      },
      says: [415, 'ValidationError'],
    },
    {
      name: 'a query',
      request: { ...form(usual), query: `WebIdentityToken=${CANARY}` },
      says: [400, 'InvalidParameterValue'],
    },
    {
      name: 'GET',
      request: { method: 'GET', query: `Action=AssumeRoleWithWebIdentity&WebIdentityToken=${CANARY}` },
      says: [400, 'InvalidAction'],
    },
    { name: 'PUT', request: { method: 'PUT', ...form(usual) }, says: [405, 'InvalidAction'] },
  ])('$name', async ({ request, says }) => {
    const answer = await serve(whole.broker, httpRequest({ path: '/', ...request }));
    expect(stsRefusal(answer)).toEqual(says);
    expect(whole.event()).toMatchObject({ outcome: 'failed', protocol: 'sts' });
    for (const text of [whole.audit.at(-1), answer.body]) expect(text).not.toContain(CANARY);
  });
});

test.each([
  ['AssumeRole', { RoleArn: TARGET, RoleSessionName: 'a-b' }],
  ['GetSessionToken', {}],
  ['GetFederationToken', { Name: 'x' }],
  ['DecodeAuthorizationMessage', { EncodedMessage: 'x' }],
  ['GetWebIdentityToken', {}],
])('%s is told where it belongs, signed or not', async (Action, form) => {
  const asked = stsRequest({ ...form, Action, WebIdentityToken: undefined });
  for (const headers of [asked.headers, { ...asked.headers, authorization: 'AWS4-HMAC-SHA256 x' }])
    expect(stsRefusal(await serve(whole.broker, { ...asked, headers }))).toEqual([400, 'InvalidAction']);
});
