import { createHash, createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { findSignatureFault } from '../../lib/local/signature.ts';
import { httpRequest } from '../harness/broker.ts';

const KEYS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
const BODY = new TextEncoder().encode('Action=AssumeRole');

type Changes = {
  readonly names?: string;
  readonly date?: string;
  readonly scope?: string;
  readonly path?: string;
};

/** Signs by the four steps of AWS's own description of Signature Version 4, with no code of the broker's. */
function signed({
  names = 'host;x-amz-date',
  date = '20261121T220936Z',
  scope = '20261121/us-east-1/sts/aws4_request',
  path = '/local/sts',
}: Changes = {}) {
  const headers: { [name: string]: string } = { host: '127.0.0.1:8787', 'x-amz-date': date };
  const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex');
  const lines = names.split(';').map(name => `${name}:${headers[name] ?? ''}\n`);
  const canonical = ['POST', path, '', lines.join(''), names, sha256(BODY)].join('\n');
  let key: string | Buffer = `AWS4${KEYS.secretAccessKey}`;
  for (const part of scope.split('/')) key = createHmac('sha256', key).update(part).digest();
  const text = `AWS4-HMAC-SHA256\n${date}\n${scope}\n${sha256(canonical)}`;
  const signature = createHmac('sha256', key).update(text).digest('hex');
  const authorization = `AWS4-HMAC-SHA256 Credential=${KEYS.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
  return httpRequest({ path, headers: { ...headers, authorization }, body: BODY });
}

test.each<[name: string, changes: Changes]>([
  ['as an SDK makes it', {}],
  ['over a path with a slash at its end', { path: '/local/sts/' }],
  ['of another region', { scope: '20261121/eu-central-1/sts/aws4_request' }],
])('a signature %s holds', (_name, changes) => {
  expect(findSignatureFault(signed(changes), KEYS)).toBeUndefined();
});

test.each<[name: string, changes: Changes]>([
  ['of another day than its date', { scope: '20261120/us-east-1/sts/aws4_request' }],
  ['that leaves the host out', { names: 'x-amz-date' }],
  ['that leaves the date out', { names: 'host' }],
])('a signature %s is wrong', (_name, changes) => {
  expect(findSignatureFault(signed(changes), KEYS)).toBe('wrong');
});

test.each([
  ['another body', { body: new TextEncoder().encode('Action=AssumeRole&DurationSeconds=3600') }],
  ['another path', { path: '/local/sts/' }],
  ['another method', { method: 'PUT' }],
  ['a query', { query: 'Action=AssumeRole' }],
])('a signature does not hold for %s', (_name, changes) => {
  expect(findSignatureFault({ ...signed(), ...changes }, KEYS)).toBe('wrong');
});

test('a signature for another service is not even read', () => {
  const request = signed({ scope: '20261121/us-east-1/s3/aws4_request' });
  expect(findSignatureFault(request, KEYS)).toBe('key_unknown');
});
