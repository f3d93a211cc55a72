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

  test.each<[name: string, request: Partial<HttpRequest>, says: readonly [number, string]]>([
    ['a parameter twice', form(`${usual}&RoleArn=${CANARY}`), [400, 'ValidationError']],
    [
      'a parameter twice, once in other spelling',
      form(`${usual}&%52oleArn=${CANARY}`),
      [400, 'ValidationError'],
    ],
    ['two actions', form(`${usual}&Action=AssumeRole`), [400, 'ValidationError']],
    [
      'XML in the name of the session',
      form(usual.replace('botocore-session-1', `%3C%2FArn%3E${CANARY}`)),
      [400, 'ValidationError'],
    ],
    [
      'lines in the name of the session',
      form(usual.replace('botocore-session-1', `a%0A%7B%22event%22:%22${CANARY}%22%7D`)),
      [400, 'ValidationError'],
    ],
    [
      'XML as the name of a parameter',
      form(`${usual}&<${CANARY}>=x&<${CANARY}>=x`),
      [400, 'ValidationError'],
    ],
    [
      'T67: a token of 20,001 characters',
      form(usual.replace(`=${CANARY}`, `=${CANARY.repeat(4000).slice(0, 20_001)}`)),
      [400, 'ValidationError'],
    ],
    ['T67: a body that is too large', form(`${usual}&x=${CANARY.repeat(6000)}`), [413, 'ValidationError']],
    [
      'a role without a value, which is as if it were left out',
      form(usual.replace(/RoleArn=[^&]*/, 'RoleArn=')),
      [400, 'MissingParameter'],
    ],
    ['a duration in letters', form(`${usual}&DurationSeconds=${CANARY}`), [400, 'ValidationError']],
    ['bad percent-encoding', form(`${usual}&x=%${CANARY}`), [400, 'ValidationError']],
    [
      'no UTF-8',
      form(Buffer.concat([Buffer.from(`${usual}&x=${CANARY}`), Buffer.of(0xff)])),
      [400, 'ValidationError'],
    ],
    ['nothing', form(''), [400, 'InvalidAction']],
    [
      'JSON',
      {
        body: Buffer.from(`{"Action":"${CANARY}"}`),
        headers: { 'content-type': 'application/x-amz-json-1.1' },
      },
      [415, 'ValidationError'],
    ],
    ['a query', { ...form(usual), query: `WebIdentityToken=${CANARY}` }, [400, 'InvalidParameterValue']],
    [
      'GET',
      { method: 'GET', query: `Action=AssumeRoleWithWebIdentity&WebIdentityToken=${CANARY}` },
      [400, 'InvalidAction'],
    ],
    ['PUT', { method: 'PUT', ...form(usual) }, [405, 'InvalidAction']],
  ])('%s', async (_name, request, says) => {
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
