import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRequestSigner, presign } from '../../lib/aws/sign.ts';
import { findSignatureFault } from '../../lib/local/signature.ts';
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
    expect(findSignatureFault(request, KEYS, service)).toBeUndefined();
  });

  test('for a path and a port', async () => {
    const local = new URL('http://127.0.0.1:8787/local/sts');
    const request = await received(createRequestSigner('sts', 'us-east-1', KEYS), { url: local });
    expect(request.headers['host']).toBe('127.0.0.1:8787');
    expect(findSignatureFault(request, KEYS)).toBeUndefined();
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

/** SHA-256 in the shape that AWS's signer asks for. */
class Sha256 {
  readonly #hash: Hash | Hmac;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret as string);
  }
  update(data: string | ArrayBuffer | ArrayBufferView) {
    this.#hash.update(data as string);
  }
  async digest() {
    return this.#hash.digest();
  }
  reset() {}
}

function describeRequest(url: URL, headers: { readonly [name: string]: string }) {
  const { protocol, hostname, pathname: path, host } = url;
  return {
    protocol,
    hostname,
    path,
    query: Object.fromEntries(url.searchParams),
    headers: { host, ...headers },
  };
}

describe("what AWS's own signer says", () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 12 });
  const line = text.map(each => each.replaceAll(/[^\x21-\x7e]/g, ' ').trim());
  const question = fc.record({
    path: fc.array(text, { maxLength: 4 }),
    query: fc.dictionary(
      text.filter(name => name !== '__proto__'),
      text,
      { maxKeys: 4 },
    ),
    value: line,
    body: text,
    secret: fc.string({ minLength: 1 }),
    sessionToken: fc.option(line, { nil: undefined }),
    now: fc.integer({ min: 0, max: 4_000_000_000 }),
  });
  function locate({ path, query }: { readonly path: readonly string[]; readonly query: object }): URL {
    const at = new URL(`https://example.amazonaws.com/${path.map(encodeURIComponent).join('/')}`);
    for (const [name, value] of Object.entries(query)) at.searchParams.set(name, value);
    return at;
  }
  function findCredentials({ secret, sessionToken }: { secret: string; sessionToken: string | undefined }) {
    const session = sessionToken === undefined ? {} : { sessionToken };
    return { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: secret, ...session };
  }
  const scope = { service: 'sts', region: 'eu-central-1', applyChecksum: false, sha256: Sha256 };

  test('ours says of any request', () =>
    fc.assert(
      fc.asyncProperty(question, fc.constantFrom('GET', 'DELETE', undefined), async (asked, method) => {
        const [at, credentials] = [locate(asked), findCredentials(asked)];
        const headers = { 'content-type': asked.value, 'x-amz-target': 'A.B' };
        const theirs = await new SignatureV4({ ...scope, credentials }).sign(
          { ...describeRequest(at, headers), method: method ?? 'POST', body: asked.body },
          { signingDate: new Date(asked.now * 1000) },
        );
        const sign = createRequestSigner('sts', 'eu-central-1', credentials);
        const outgoing = { url: at, headers, body: asked.body, ...(method ? { method } : {}) };
        expect(await sign(outgoing, asked.now)).toEqual(theirs.headers);
      }),
      { numRuns: 300 },
    ));

  test('ours says of any URL', () =>
    fc.assert(
      fc.asyncProperty(question, async asked => {
        const [at, credentials] = [locate(asked), findCredentials(asked)];
        const headers = { 'x-k8s-aws-id': asked.value };
        const theirs = await new SignatureV4({ ...scope, credentials }).presign(
          { ...describeRequest(at, headers), method: 'GET' },
          { expiresIn: 60, signingDate: new Date(asked.now * 1000) },
        );
        const made = presign(
          'sts',
          'eu-central-1',
          credentials,
          { url: at, headers, seconds: 60 },
          asked.now,
        );
        expect(Object.fromEntries(new URL(made).searchParams)).toEqual(theirs.query);
      }),
      { numRuns: 300 },
    ));
});

test('the key of a day is made anew for another day, and for another secret', async () => {
  const secrets = ['one', 'two', 'two'];
  const fetched = async () => ({ ...KEYS, secretAccessKey: secrets.shift() ?? '' });
  const sign = createRequestSigner('sts', 'us-east-1', fetched);
  for (const [secret, at] of [
    ['one', NOW],
    ['two', NOW],
    ['two', NOW + 86_400],
  ] as const) {
    const headers = await sign({ url, headers: {}, body }, at);
    const request = httpRequest({ path: '/', headers, body: new TextEncoder().encode(body) });
    expect(findSignatureFault(request, { ...KEYS, secretAccessKey: secret })).toBeUndefined();
  }
});
