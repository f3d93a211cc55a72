import { describe, expect, test } from 'vitest';
import { createRequestSigner } from '../../lib/aws/sign.ts';
import { signatureFault } from '../../lib/local/signature.ts';
import { httpRequest } from '../harness/broker.ts';
import { NOW } from '../harness/policy.ts';

const KEYS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const url = new URL('https://service.us-east-1.amazonaws.com/');
const body = 'Action=AssumeRole&Policy=ü';

async function received(sign: ReturnType<typeof createRequestSigner>, changes: { readonly url?: URL } = {}) {
  const to = changes.url ?? url;
  const headers = await sign({ url: to, headers: { 'content-type': 'text/plain' }, body }, NOW);
  return httpRequest({ path: to.pathname, headers, body: new TextEncoder().encode(body) });
}

describe('a signature holds', () => {
  test.each([
    { name: 'of plain keys', credentials: KEYS, service: 'sts' },
    { name: 'of keys that are fetched', credentials: async () => KEYS, service: 'sts' },
    { name: 'of a session', credentials: { ...KEYS, sessionToken: 'a/b+c==' }, service: 'kms' },
  ])('$name', async ({ credentials, service }) => {
    const request = await received(createRequestSigner(service, 'eu-west-1', credentials));
    expect(signatureFault(request, KEYS, service)).toBeUndefined();
  });

  test('for a path and a port', async () => {
    const local = new URL('http://127.0.0.1:8787/local/sts');
    const request = await received(createRequestSigner('sts', 'us-east-1', KEYS), { url: local });
    expect(request.headers['host']).toBe('127.0.0.1:8787');
    expect(signatureFault(request, KEYS)).toBeUndefined();
  });
});

test('it covers host, date, type and the session', async () => {
  const sign = createRequestSigner('sts', 'us-east-1', { ...KEYS, sessionToken: 'session' });
  const { headers } = await received(sign);
  expect(/SignedHeaders=([^,]+)/.exec(headers['authorization'] ?? '')?.[1]).toBe(
    'content-type;host;x-amz-date;x-amz-security-token',
  );
  expect(headers['x-amz-date']).toBe(`${new Date(NOW * 1000).toISOString().replace(/[-:]|\.000/g, '')}`);
  expect(headers['x-amz-security-token']).toBe('session');
});

test('keys are asked for at each use, since the runtime may renew them', async () => {
  let count = 0;
  const sign = createRequestSigner('sts', 'us-east-1', async () => ({
    ...KEYS,
    accessKeyId: `AKID${++count}`,
  }));
  const ids = [await received(sign), await received(sign)].map(
    ({ headers }) => /Credential=(\w+)/.exec(headers['authorization'] ?? '')?.[1],
  );
  expect(ids).toEqual(['AKID1', 'AKID2']);
});

test("AWS's own published example of a signature comes out", async () => {
  // The suite of Signature Version 4, case post-x-www-form-urlencoded, as AWS publishes it.
  const sign = createRequestSigner('service', 'us-east-1', KEYS);
  const headers = await sign(
    {
      url: new URL('https://example.amazonaws.com/'),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'Param1=value1',
    },
    Date.parse('2015-08-30T12:36:00Z') / 1000,
  );
  expect(headers['authorization']).toBe(
    'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
  );
});
