/** Held against botocore's own output for the same input: test/vectors/presigned.py writes it. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { signCall } from '../../../lib/cli/reach/call.ts';
import { createEksToken } from '../../../lib/cli/reach/clusters.ts';
import { createDatabaseToken } from '../../../lib/cli/reach/databases.ts';
import { type ReachEntry, readEntry } from '../../../lib/cli/reach/entries.ts';
import { describeTokenCall } from '../../../lib/cli/reach/packages.ts';
import { describeLoginCall } from '../../../lib/cli/reach/registries.ts';
import { ROOT } from '../../harness/markdown.ts';

const VECTORS = JSON.parse(readFileSync(`${ROOT}test/vectors/presigned.json`, 'utf8'));
const { now, keys } = VECTORS;

function entry<K extends ReachEntry['kind']>(kind: K, written: string): Extract<ReachEntry, { kind: K }> {
  const read = readEntry(written);
  if (read.kind !== kind) throw new Error(`${written} is of the kind ${read.kind}`);
  return read as Extract<ReachEntry, { kind: K }>;
}

/** The members of a query do not stand in an order of their own; the signature counts all of them. */
function partsOf(url: string) {
  const { origin, pathname, searchParams } = new URL(url);
  return { origin, pathname, query: Object.fromEntries(searchParams) };
}

test.each<{ cluster: string; region: string; url: string }>(VECTORS.eks)(
  'a token of the EKS cluster $cluster in $region',
  async ({ url, ...at }) => {
    const token = createEksToken(at, keys, now);
    expect(token).toMatch(/^k8s-aws-v1\.[\w-]+$/);
    const made = Buffer.from(token.slice('k8s-aws-v1.'.length), 'base64url').toString();
    expect(partsOf(made)).toEqual(partsOf(url));
  },
);

test.each<{ host: string; port: number; user: string; region: string; token: string }>(VECTORS.rds)(
  'a password of $user at $host',
  async ({ token, host, port, user }) => {
    const made = createDatabaseToken(entry('rds', `${user}@${host}:${port}`), keys, now);
    expect(partsOf(`https://${made}`)).toEqual(partsOf(`https://${token}`));
  },
);

describe('a call is signed, and asks, as botocore does:', () => {
  test.each([
    ['ecr', () => describeLoginCall(entry('ecr', '123456789012.dkr.ecr.eu-central-1.amazonaws.com'))],
    ['ecrPublic', () => describeLoginCall(entry('ecr-public', 'public.ecr.aws'))],
    [
      'codeartifact',
      () =>
        describeTokenCall(
          entry('codeartifact', 'acme-123456789012.d.codeartifact.eu-central-1.amazonaws.com'),
        ),
    ],
  ] as const)('%s', async (name, describeCall) => {
    const call = describeCall();
    const { url, body, headers } = VECTORS[name];
    expect([call.url.href, call.body]).toEqual([url, body]);
    expect(await signCall(call, keys, now)).toMatchObject(headers);
  });
});
