import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { describeAccessToken, describeEksToken, findCluster } from '../../../lib/cli/reach/clusters.ts';
import { isClusterEntry, readReachEntries } from '../../../lib/cli/reach/entries.ts';
import { Failure } from '../../../lib/cli/verb.ts';
import { ROOT } from '../../harness/markdown.ts';
import { NOW } from '../../harness/policy.ts';

const PEM = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
const CA = createHash('sha256').update(PEM).digest('hex');
const SERVER = 'https://abc.gr7.eu-central-1.eks.amazonaws.com';
const ENTRIES = readReachEntries(`eks/eu-central-1/prod=${SERVER}#${CA} gke=https://34.1.2.3#${CA}`).filter(
  isClusterEntry,
);
const DATA = Buffer.from(PEM).toString('base64');
const V1 = 'client.authentication.k8s.io/v1';

/** What client-go hands to a plugin for a kubeconfig with provideClusterInfo: true. */
function info(cluster: object, apiVersion = V1): string {
  const whole = { server: SERVER, 'certificate-authority-data': DATA, config: null, ...cluster };
  return JSON.stringify({ kind: 'ExecCredential', apiVersion, spec: { cluster: whole, interactive: false } });
}

test.each([
  ['EKS', {}, { kind: 'eks', cluster: 'prod' }],
  ['GKE', { server: 'https://34.1.2.3' }, { kind: 'gke' }],
  [
    'EKS, with what changes nothing',
    { 'insecure-skip-tls-verify': false, 'disable-compression': true },
    { kind: 'eks' },
  ],
])('a listed cluster of %s is found by its server and its CA', (_name, cluster, entry) => {
  expect(findCluster(ENTRIES, info(cluster))).toMatchObject({ apiVersion: V1, entry });
});

describe('T95: the kubeconfig of a pull request gets nothing', () => {
  test.each([
    ['for another server', info({ server: 'https://evil.example' })],
    ['for a server that only begins like one', info({ server: `${SERVER}.evil.io` })],
    ['for a server with a path', info({ server: `${SERVER}/proxy` })],
    ['for a server over plain HTTP', info({ server: SERVER.replace('https', 'http') })],
    ['with another CA', info({ 'certificate-authority-data': Buffer.from('other').toString('base64') })],
    ['without a CA', info({ 'certificate-authority-data': undefined })],
    ['that skips TLS', info({ 'insecure-skip-tls-verify': true })],
    ['that expects another name', info({ 'tls-server-name': 'evil.example' })],
    ['that goes by a proxy of its own', info({ 'proxy-url': 'http://evil.example:3128' })],
    ['without cluster info', JSON.stringify({ apiVersion: V1, kind: 'ExecCredential', spec: {} })],
    ['of another version', info({}, 'client.authentication.k8s.io/v1alpha1')],
    ['that is none', '{'],
    ['that is not there', undefined],
  ])('%s', (_name, written) => {
    expect(() => findCluster(ENTRIES, written)).toThrow(Failure);
  });
});

describe('the answer is what client-go decodes', () => {
  const schema = JSON.parse(readFileSync(`${ROOT}test/vectors/exec-credential.schema.json`, 'utf8'));
  const validate = new Ajv({ strict: false }).compile(schema);

  test.each([
    ['of EKS', describeEksToken(V1, 'k8s-aws-v1.YQ', NOW), NOW + 14 * 60],
    ['of GKE', describeAccessToken('client.authentication.k8s.io/v1beta1', 'ya29.a', NOW), NOW + 60],
  ])('%s', (_name, credential, end) => {
    expect([validate(credential), validate.errors]).toEqual([true, null]);
    expect(Date.parse(credential.status.expirationTimestamp ?? '')).toBe(end * 1000);
  });

  test('and its schema refuses what client-go refuses', () => {
    const token = describeEksToken(V1, 'a', NOW);
    expect(
      [
        { ...token, status: {} },
        { ...token, kind: 'Other' },
        { ...token, apiVersion: 'v1' },
      ].map(each => validate(each)),
    ).toEqual([false, false, false]);
  });
});
