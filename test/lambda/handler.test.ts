import type { Context } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import { createHandler } from '../../lib/lambda/handler.ts';
import { serve } from '../../lib/serve.ts';
import { testBroker } from '../harness/broker.ts';
import { httpEvent } from '../harness/gateway.ts';
import { tokenClaims } from '../harness/issuer.ts';
import { BUILDKITE } from '../harness/policy.ts';

function context(remaining = 10_000): Context {
  return { getRemainingTimeInMillis: () => remaining } as Context;
}

const TRUST = `trust:\n  - { iss: ${BUILDKITE}, organization_slug: my-organization }\n`;

function form(subject_token: string): string {
  return new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    audience: 'one',
    subject_token,
  }).toString();
}

describe('the handler of a function', () => {
  test('answers an exchange as every host does', async () => {
    const { broker, issuer, event } = await testBroker({ roles: { one: TRUST } });
    const handler = createHandler(request => serve(broker, request));
    const result = await handler(httpEvent({ body: form(await issuer.sign(tokenClaims())) }), context());
    expect(result.statusCode).toBe(200);
    expect(JSON.parse(result.body ?? '')).toMatchObject({ token_type: 'Bearer' });
    expect(event()).toMatchObject({ outcome: 'issued', source_address: '203.0.113.7' });
  });

  test('adds the headers of its transport, and leaves those of the answer', async () => {
    const handler = createHandler(async () => ({
      status: 200,
      headers: { 'cache-control': 'no-store' },
      body: '',
    }));
    expect((await handler(httpEvent(), context())).headers).toEqual({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'strict-transport-security': 'max-age=31536000',
      'x-content-type-options': 'nosniff',
    });
  });

  test('T85: what is thrown unforeseen is a fault of ours, and nothing of it leaves', async () => {
    const handler = createHandler(() => Promise.reject(new Error('arn:aws:iam::123456789012:role/secret')));
    const result = await handler(httpEvent(), context());
    expect(result.statusCode).toBe(503);
    expect(result.headers).toMatchObject({ 'cache-control': 'no-store', 'retry-after': '2' });
    expect(JSON.stringify(result)).not.toContain('secret');
  });

  test.each([
    // Timers of one process end in the order of their times, however busy the machine is.
    { left: 100, status: 503 },
    { left: 600, status: 200 },
  ])('T-6: an answer $left ms before its end is $status', async ({ left, status }) => {
    const answer = { status: 200, headers: {}, body: '' };
    const work = () => new Promise<typeof answer>(resolve => setTimeout(() => resolve(answer), 800 - left));
    expect((await createHandler(work)(httpEvent(), context(800))).statusCode).toBe(status);
  });

  test('T80: tells its caller to try again before its own time runs out', async () => {
    const handler = createHandler(() => new Promise(() => undefined));
    const result = await handler(httpEvent(), context(550));
    expect(result.statusCode).toBe(503);
    expect(result.headers?.['retry-after']).toBe('2');
  });
});
