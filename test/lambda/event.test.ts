import { describe, expect, test } from 'vitest';
import { readHttpRequest, writeResult } from '../../lib/lambda/event.ts';
import { httpEvent } from '../harness/gateway.ts';

describe('an event of the gateway becomes a request', () => {
  test('with method, path, query and body as they were sent', () => {
    const { method, path, query, body } = readHttpRequest(httpEvent({ query: 'a=%20&b', body: 'scope=a+b' }));
    expect({ method, path, query, body: Buffer.from(body).toString() }).toEqual({
      method: 'POST',
      path: '/token',
      query: 'a=%20&b',
      body: 'scope=a+b',
    });
  });

  test.each([
    ['T58: in base64', true],
    ['as text', false],
  ])('its body is read %s', (_name, isBase64Encoded) => {
    const { body } = readHttpRequest(httpEvent({ body: 'ü=1', isBase64Encoded }));
    expect(Buffer.from(body).toString('utf8')).toBe('ü=1');
  });

  test('without a body it has an empty one', () => {
    expect(readHttpRequest(httpEvent({ method: 'GET', path: '/health' })).body).toHaveLength(0);
  });

  test('header names are in lower case, whatever sent them', () => {
    expect(readHttpRequest(httpEvent({ headers: { Accept: 'text/plain' } })).headers['accept']).toBe(
      'text/plain',
    );
  });

  test('the source address is the gateway’s, not a header’s', () => {
    const headers = { 'x-forwarded-for': '10.0.0.1', forwarded: 'for=10.0.0.1', 'x-real-ip': '10.0.0.1' };
    expect(readHttpRequest(httpEvent({ headers })).sourceAddress).toBe('203.0.113.7');
  });
});

test('an answer becomes a result of the gateway', () => {
  expect(writeResult({ status: 400, headers: { 'content-type': 'application/json' }, body: '{}' })).toEqual({
    statusCode: 400,
    headers: { 'content-type': 'application/json' },
    body: '{}',
    isBase64Encoded: false,
  });
});
